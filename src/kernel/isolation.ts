/**
 * The confined process of a graded notebook. By Node's permission model it reads and writes files in its folder, reads
 * nablab and the packages it needs, starts no programs or threads and loads no native code; where the operating system has
 * a sandbox, the process runs in it (sandbox.ts). `guest.ts` restricts what its code can reach within the process;
 * notebooks/coursework/README.md describes the guarantees.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readdirSync, realpathSync } from "node:fs";
import { constants } from "node:os";
import path from "node:path";
import { cacheFolder } from "../platform/cache-folder.js";
import { packageRoot } from "./own-packages.js";
import { findSandbox } from "./sandbox.js";

/**
 * Node's arguments that confine a process to `folder` or, without one, to reading nablab. Threads are not allowed: one
 * started with flags other than its process's would not be confined (nodejs/node#62222).
 */
export function permissions(folder?: string): string[] {
  const isStable = process.allowedNodeEnvironmentFlags.has("--permission");
  const own = folder === undefined ? [] : [realpathSync(folder)];
  return [
    isStable ? "--permission" : "--experimental-permission",
    "--disable-warning=ExperimentalWarning",
    "--disallow-code-generation-from-strings",
    "--zero-fill-buffers", // uninitialised buffers would reveal earlier memory
    ...(process.allowedNodeEnvironmentFlags.has("--disable-sigusr1") ? ["--disable-sigusr1"] : []),
    // Node 20 crashes on a path that is named twice.
    ...new Set([...own, ...readable()].map((file) => `--allow-fs-read=${file}`)),
    ...own.map((file) => `--allow-fs-write=${file}`),
  ];
}

/** The paths that every notebook may read: this package without its notebooks, and its dependencies. */
function readable(): string[] {
  const root = realpathSync(packageRoot);
  const packages = ancestors(root)
    .map((folder) => path.join(folder, "node_modules"))
    .filter((folder) => existsSync(folder))
    .flatMap((folder) => {
      const real = realpathSync(folder);
      if (!isWithin(root, real)) return [folder, real];
      const others = readdirSync(folder).map((name) => path.join(folder, name));
      return others
        .flatMap((other) => [other, realpathSync(other)])
        .filter((other) => !isWithin(root, other));
    });
  return [path.join(root, "dist"), path.join(root, "package.json"), cacheFolder(), ...packages];
}

/** A folder and its ancestors. */
function ancestors(folder: string): string[] {
  const above = path.dirname(folder);
  return above === folder ? [folder] : [folder, ...ancestors(above)];
}

const isWithin = (inner: string, outer: string): boolean =>
  inner === outer || inner.startsWith(outer + path.sep);

/** The environment variables that it gets: those that Node and the cells need, and no credentials. */
export function environmentOf(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const wanted =
    /^(PATH|HOME|USERPROFILE|LANG|LC_\w+|TZ|TMPDIR|TEMP|TMP|SystemRoot|LOCALAPPDATA|XDG_CACHE_HOME|NABLAB_\w+)$/i;
  return Object.fromEntries(Object.entries(environment).filter(([name]) => wanted.test(name)));
}

/** A confined process. */
export interface Confined {
  child: ChildProcess;
  /** Its process id outside the sandbox, where `child` may be a supervisor. */
  id(): number | undefined;
  /** Sends it a signal. */
  signal(name: NodeJS.Signals): void;
}

/**
 * Starts a script of ours, confined, with a channel for messages.
 *
 * @param folder where it may write; by default nowhere
 * @param output where what it prints goes
 */
export function startConfined(
  script: string,
  { folder, args = [], output }: { folder?: string; args?: string[]; output: "ignore" | 2 },
): Confined {
  const own = folder === undefined ? undefined : realpathSync(folder);
  const sandbox = findSandbox();
  const [command, ...rest] = [
    ...(sandbox?.command({ folder: own, readable: readable() }) ?? []),
    ...[process.execPath, ...permissions(own), script, ...args],
  ];
  const child = spawn(command!, rest, {
    cwd: own ?? packageRoot,
    // In a separate process group, so that Ctrl-C in a terminal reaches only this process.
    detached: process.platform !== "win32",
    stdio: ["ignore", output, output, "ipc", ...(sandbox?.printsId ? ["pipe" as const] : [])],
    env: environmentOf(process.env),
    windowsHide: true,
  });
  let id = child.pid;
  let isIdKnown = !sandbox?.printsId;
  let isToEnd = false;
  const end = (): void => {
    try {
      if (id !== undefined && child.exitCode === null && child.signalCode === null)
        process.kill(id, "SIGKILL");
    } catch {
      // it has ended
    }
    child.kill("SIGKILL");
  };
  if (sandbox?.printsId) {
    let printed = "";
    child.stdio[4]!.on("data", (text: Buffer) => {
      printed += text.toString();
      const [, found] = /"child-pid": *(\d+)/.exec(printed) ?? [];
      if (!found) return;
      id = Number(found);
      isIdKnown = true;
      if (isToEnd) end();
    }).on("error", () => {});
  }
  return {
    child,
    id: () => id,
    signal(name) {
      if (name === "SIGKILL") {
        isToEnd = true;
        // If only its supervisor ended, the process would live on and hold the channel open.
        if (isIdKnown) end();
        return;
      }
      try {
        if (id !== undefined && child.exitCode === null && child.signalCode === null) process.kill(id, name);
      } catch {
        // it has ended
      }
    },
  };
}

/** How a confined process ended. A sandbox reports a signal as an exit code, as shells do. */
export function howItEnded(code: number | null, signal: NodeJS.Signals | null): string {
  const byCode = Object.entries(constants.signals).find(([, number]) => code === 128 + number)?.[0];
  const by = signal ?? byCode;
  return by ? `by ${by}` : `with exit code ${code}`;
}
