/**
 * The operating system's sandbox around the process of a graded notebook, where there is one: no network, no other process,
 * and of the files what the notebook needs. What it gives it gives whatever Node lets through.
 *
 * Whether it is there is found out by running Node in it: in containers, and by the settings of some systems, the same program
 * may or may not be allowed. Without one, Node's permission model and `guest.ts` are what holds.
 */
import { type SpawnSyncReturns, spawnSync } from "node:child_process";
import { existsSync, realpathSync } from "node:fs";
import path from "node:path";

/** What a process in it needs. */
export interface Needs {
  /** Where it reads and writes; without it, it writes nowhere. */
  folder?: string | undefined;
  /** What else it reads. */
  readable: readonly string[];
}

/** A sandbox that works here. */
export interface Sandbox {
  readonly name: "bubblewrap" | "unshare" | "sandbox-exec";
  /** What it keeps from a process. */
  readonly keeps: string;
  /** Whether it tells, as JSON on file descriptor 4, by which id it is known outside. */
  readonly tellsId: boolean;
  /** The command, before that of Node. */
  command(needs: Needs): string[];
}

const bubblewrap = (more: readonly string[]): Sandbox => ({
  name: "bubblewrap",
  keeps: "the network, other processes, and all files but the notebook's folder and nablab",
  tellsId: true,
  command: ({ folder, readable }) => {
    const shown = ["/usr", "/bin", "/lib", "/lib64", "/lib32", "/etc/ld.so.cache", "/etc/localtime"];
    return [
      "bwrap",
      ...["user-try", "ipc", "pid", "net", "uts", "cgroup-try"].map((space) => `--unshare-${space}`),
      ...["--die-with-parent", "--new-session", "--as-pid-1", "--info-fd", "4"],
      ...["--tmpfs", "/tmp", ...more],
      ...[...shown, realpathSync(process.execPath), ...readable].flatMap((file) => [
        "--ro-bind-try",
        file,
        file,
      ]),
      ...(folder === undefined ? ["--chdir", "/"] : ["--bind", folder, folder, "--chdir", folder]),
      "--",
    ];
  },
});

const unshare: Sandbox = {
  name: "unshare",
  keeps: "the network",
  tellsId: false,
  command: () => ["unshare", ...(process.getuid?.() === 0 ? ["--net"] : ["--map-root-user", "--net"]), "--"],
};

const sandboxExec: Sandbox = {
  name: "sandbox-exec",
  keeps: "the network, other processes, and writing outside the notebook's folder",
  tellsId: false,
  command: ({ folder }) => {
    const rules = [
      "(version 1)(allow default)(deny network*)(deny process-fork)(deny signal (target others))(deny file-write*)",
      '(allow file-write* (literal "/dev/null"))',
      ...(folder === undefined ? [] : [`(allow file-write* (subpath ${JSON.stringify(folder)}))`]),
    ];
    return ["sandbox-exec", "-p", rules.join("")];
  },
};

/** The best first. Where no file system of processes may be mounted, as in some containers, there is none in it. */
const candidates: Readonly<Partial<Record<NodeJS.Platform, readonly Sandbox[]>>> = {
  linux: [
    bubblewrap(["--proc", "/proc", "--dev", "/dev"]),
    bubblewrap([
      "--dir",
      "/proc",
      "--dev-bind-try",
      "/dev/null",
      "/dev/null",
      "--dev-bind-try",
      "/dev/urandom",
      "/dev/urandom",
    ]),
    unshare,
  ],
  darwin: [sandboxExec],
};

const found = new Map<string, Sandbox | undefined>();

/**
 * The best sandbox that works here, if any.
 *
 * @param wanted the name of the only one to try, or "off" for none; by default what NABLAB_SANDBOX says
 */
export function findSandbox(wanted: string = process.env.NABLAB_SANDBOX ?? ""): Sandbox | undefined {
  if (!found.has(wanted)) {
    const some = (candidates[process.platform] ?? []).filter(({ name }) => wanted === "" || wanted === name);
    found.set(wanted, some.find(works));
  }
  return found.get(wanted);
}

function works(sandbox: Sandbox): boolean {
  const [program, ...before] = sandbox.command({ readable: [] });
  if (!isOnPath(program!)) return false;
  const stdio = ["ignore", "pipe", "ignore", "pipe", "pipe"] as const;
  const { status, stdout }: SpawnSyncReturns<string> = spawnSync(
    program!,
    [...before, process.execPath, "--version"],
    {
      stdio: [...stdio],
      encoding: "utf8",
      timeout: 10_000,
    },
  );
  return status === 0 && stdout.trim() === process.version;
}

const isOnPath = (program: string): boolean =>
  (process.env.PATH ?? "").split(path.delimiter).some((folder) => existsSync(path.join(folder, program)));
