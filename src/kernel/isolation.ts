/**
 * The process of a graded notebook, confined: by Node's permission model it reads and writes files in its folder and reads
 * nablab and the packages it needs, and starts no programs and threads and loads no native code; where the operating system
 * has a sandbox, that is around it (sandbox.ts). What its code can reach within the process, `guest.ts` says, and
 * notebooks/coursework/README.md what follows from all of it.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readdirSync, realpathSync } from "node:fs";
import { constants } from "node:os";
import path from "node:path";
import { cacheFolder } from "../platform/cache-folder.js";
import { packageRoot } from "./own-packages.js";
import { findSandbox } from "./sandbox.js";

/**
 * The arguments of Node that confine a process to `folder`, or without one to reading nablab. There are no threads: one that
 * is started with other flags than its process would not be confined (nodejs/node#62222).
 */
export function permissions(folder?: string): string[] {
  const isStable = process.allowedNodeEnvironmentFlags.has("--permission");
  const own = folder === undefined ? [] : [realpathSync(folder)];
  return [
    isStable ? "--permission" : "--experimental-permission",
    "--disable-warning=ExperimentalWarning",
    "--disallow-code-generation-from-strings",
    "--zero-fill-buffers", // a new one would show what was in its memory before
    ...(process.allowedNodeEnvironmentFlags.has("--disable-sigusr1") ? ["--disable-sigusr1"] : []),
    // Node 20 does not survive a path that is named twice.
    ...new Set([...own, ...readable()].map((file) => `--allow-fs-read=${file}`)),
    ...own.map((file) => `--allow-fs-write=${file}`),
  ];
}

/** What every notebook reads: this package without its notebooks, and the packages around it. */
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

/** A folder and those it lies in. */
function ancestors(folder: string): string[] {
  const above = path.dirname(folder);
  return above === folder ? [folder] : [folder, ...ancestors(above)];
}

const isWithin = (inner: string, outer: string): boolean =>
  inner === outer || inner.startsWith(outer + path.sep);

/** The environment variables that it gets: what Node and the cells need of them, and no keys of others. */
export function environmentOf(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const wanted =
    /^(PATH|HOME|USERPROFILE|LANG|LC_\w+|TZ|TMPDIR|TEMP|TMP|SystemRoot|LOCALAPPDATA|XDG_CACHE_HOME|NABLAB_\w+)$/i;
  return Object.fromEntries(Object.entries(environment).filter(([name]) => wanted.test(name)));
}

/** A confined process. */
export interface Confined {
  child: ChildProcess;
  /** What it is known by here: in a sandbox `child` may be what watches over it. */
  id(): number | undefined;
  /** Sends it a signal. */
  signal(name: NodeJS.Signals): void;
}

/**
 * Starts a script of ours, confined, with a channel for messages.
 *
 * @param folder where it may write; without it, nowhere
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
    // In a process group of its own, Ctrl-C in a terminal reaches us alone.
    detached: process.platform !== "win32",
    stdio: ["ignore", output, output, "ipc", ...(sandbox?.tellsId ? ["pipe" as const] : [])],
    env: environmentOf(process.env),
    windowsHide: true,
  });
  let id = child.pid;
  let isTold = !sandbox?.tellsId;
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
  if (sandbox?.tellsId) {
    let told = "";
    child.stdio[4]!.on("data", (text: Buffer) => {
      told += text.toString();
      const [, found] = /"child-pid": *(\d+)/.exec(told) ?? [];
      if (!found) return;
      id = Number(found);
      isTold = true;
      if (isToEnd) end();
    }).on("error", () => {});
  }
  return {
    child,
    id: () => id,
    signal(name) {
      if (name === "SIGKILL") {
        isToEnd = true;
        // Without what watches over it the process would live on, and hold the channel open.
        if (isTold) end();
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

/** How a confined process ended. A sandbox tells of a signal by the code that shells have for it. */
export function howItEnded(code: number | null, signal: NodeJS.Signals | null): string {
  const byCode = Object.entries(constants.signals).find(([, number]) => code === 128 + number)?.[0];
  const by = signal ?? byCode;
  return by ? `by ${by}` : `with exit code ${code}`;
}
