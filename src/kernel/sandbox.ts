/**
 * The operating system's sandbox around the process of a graded notebook, if there is one: no network, no other processes,
 * and only the files that the notebook needs. It holds even where Node's restrictions fail.
 *
 * It is detected by running Node in it: containers and the settings of some systems may forbid the same program. Without a
 * sandbox, Node's permission model and `guest.ts` confine the process.
 */
import { type SpawnSyncReturns, spawnSync } from "node:child_process";
import { existsSync, realpathSync } from "node:fs";
import path from "node:path";

/** What a sandboxed process needs. */
export interface Needs {
  /** Where it may read and write; by default it may write nowhere. */
  folder?: string | undefined;
  /** What else it may read. */
  readable: readonly string[];
}

/** A sandbox that works here. */
export interface Sandbox {
  readonly name: "bubblewrap" | "unshare" | "sandbox-exec";
  /** What it keeps the process from accessing. */
  readonly keeps: string;
  /** Whether it reports the outer process id, as JSON on file descriptor 4. */
  readonly printsId: boolean;
  /** The command that precedes Node's. */
  command(needs: Needs): string[];
}

const bubblewrap = (more: readonly string[]): Sandbox => ({
  name: "bubblewrap",
  keeps: "the network, other processes, and all files but the notebook's folder and nablab",
  printsId: true,
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
  printsId: false,
  command: () => ["unshare", ...(process.getuid?.() === 0 ? ["--net"] : ["--map-root-user", "--net"]), "--"],
};

const sandboxExec: Sandbox = {
  name: "sandbox-exec",
  keeps: "the network, other processes, and writing outside the notebook's folder",
  printsId: false,
  command: ({ folder }) => {
    const rules = [
      "(version 1)(allow default)(deny network*)(deny process-fork)(deny signal (target others))(deny file-write*)",
      '(allow file-write* (literal "/dev/null"))',
      ...(folder === undefined ? [] : [`(allow file-write* (subpath ${JSON.stringify(folder)}))`]),
    ];
    return ["sandbox-exec", "-p", rules.join("")];
  },
};

/** The best first. Some containers do not allow mounting /proc; there the sandbox has none. */
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
 * @param wanted the name of the only one to try, or "off" for none; by default NABLAB_SANDBOX
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
