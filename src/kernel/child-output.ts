/**
 * Child processes that inherit the streams of a cell's process (`stdio: "inherit"`) print into the cell, as they would into
 * a terminal. In a kernel those streams are the server's log.
 */
import childProcess, { ChildProcess } from "node:child_process";
import { syncBuiltinESMExports } from "node:module";

type Options = { stdio?: unknown; maxBuffer?: number; shell?: unknown } | undefined;
/** What `spawnSync` returns. */
interface Result {
  error?: Error;
  status: number | null;
  output: unknown[] | null;
  stdout: Buffer | string | null;
  stderr: Buffer | string | null;
}
const names = ["stdout", "stderr"] as const;

/** Which of the two streams are the process's own. */
function inherited(stdio: unknown): boolean[] {
  return names.map((name, i) => {
    const one = Array.isArray(stdio) ? stdio[i + 1] : stdio;
    return one === "inherit" || one === i + 1 || one === process[name];
  });
}

/** The same options with pipes in place of the inherited streams. */
function piped(stdio: unknown, own: readonly boolean[]): unknown[] {
  const list = Array.isArray(stdio) ? [...stdio] : [stdio, stdio, stdio];
  for (const [i, isOwn] of own.entries()) if (isOwn) list[i + 1] = "pipe";
  if (list[0] === "inherit" || list[0] === 0) list[0] = "ignore"; // it has no input
  return list;
}

/** Redirects the output of child processes into cells; returns a function that undoes it. */
export function captureChildren(): () => void {
  const { prototype } = ChildProcess as unknown as { prototype: { spawn(options: Options): unknown } };
  const { spawn } = prototype;
  prototype.spawn = function (this: ChildProcess, options: Options) {
    const own = inherited(options?.stdio);
    if (!own.includes(true)) return spawn.call(this, options);
    const code = spawn.call(this, { ...options, stdio: piped(options?.stdio, own) });
    for (const [i, name] of names.entries()) {
      if (!own[i]) continue;
      this[name]?.on("data", (data: Buffer) => process[name].write(data));
      this.stdio[i + 1] = null;
      this[name] = null;
    }
    return code;
  };
  const originals = { ...childProcess };
  const spawnSync = childProcess.spawnSync as unknown as (...args: unknown[]) => Result;
  /** Runs a program to its end and prints what it writes to the process's own streams; undefined where there is none. */
  const runSync = (all: readonly unknown[], shell: boolean): Result | undefined => {
    const at = all.findIndex((one) => typeof one === "object" && one !== null && !Array.isArray(one));
    const options = all[at] as Options;
    const own = inherited(options?.stdio);
    if (!own.includes(true)) return undefined;
    const { maxBuffer = Number.POSITIVE_INFINITY } = options ?? {};
    const changed = {
      ...options,
      stdio: piped(options?.stdio, own),
      maxBuffer,
      ...(shell && { shell: true }),
    };
    const result = spawnSync(...all.slice(0, at), changed);
    for (const [i, name] of names.entries()) {
      if (!own[i]) continue;
      if (result[name]) process[name].write(result[name]);
      result[name] = null;
      if (result.output) result.output[i + 1] = null;
    }
    return result;
  };
  const succeeded = (result: Result, command: string): unknown => {
    if (result.error) throw Object.assign(result.error, result);
    if (result.status === 0) return result.stdout;
    const said = result.stderr && result.stderr.length > 0 ? `\n${result.stderr}` : "";
    throw Object.assign(new Error(`Command failed: ${command}${said}`), result);
  };
  const changed: Record<string, (...args: never[]) => unknown> = {
    spawnSync: (...args: unknown[]) => runSync(args, false) ?? spawnSync(...args),
    execSync(command: string, options?: Options) {
      const result = runSync([command, options], options?.shell === undefined);
      return result ? succeeded(result, command) : originals.execSync(command, options as object);
    },
    execFileSync(...args: [string, ...unknown[]]) {
      const result = runSync(args, false);
      if (!result) return (originals.execFileSync as (...args: unknown[]) => unknown)(...args);
      return succeeded(result, [args[0], ...(Array.isArray(args[1]) ? args[1] : [])].join(" "));
    },
  };
  Object.assign(childProcess, changed);
  syncBuiltinESMExports();
  return () => {
    prototype.spawn = spawn;
    Object.assign(childProcess, originals);
    syncBuiltinESMExports();
  };
}
