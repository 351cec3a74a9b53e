/**
 * Other programs that exchange lines with this one: the workers of a sweep, and Python.
 */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { StringDecoder } from "node:string_decoder";
import { fileURLToPath } from "node:url";
import type { Platform, Program, ProgramListener, ProgramOptions } from "./platform.js";

/** The most characters kept of a program's output. */
const kept = 4000;

/** Milliseconds a program has to end by itself. */
const patience = 5000;

/** Milliseconds after its end to read its remaining output; a child process may keep its pipes open. */
const readingOut = 500;

export const startModule: Platform["startModule"] = (module, { args = [], ...options } = {}) =>
  new ChildProgram(process.execPath, ["--enable-source-maps", fileURLToPath(module), ...args], options);

export const startPython: Platform["startPython"] = (script, module, args) => {
  const python = pythonWith(module);
  if (python === undefined) throw new Error(`there is no Python with the package ${module}`);
  const variables = { PYTHONDONTWRITEBYTECODE: "1", PYTHONWARNINGS: "ignore" };
  return new ChildProgram(python, [fileURLToPath(script), process.execPath, ...args], { variables });
};

function pythonWith(module: string): string | undefined {
  const venv = new URL(
    windows ? "../../.venv/Scripts/python.exe" : "../../.venv/bin/python",
    import.meta.url,
  );
  const candidates = [
    process.env.NABLAB_PYTHON,
    fileURLToPath(venv),
    ...(windows ? ["python", "py"] : ["python3", "python"]),
  ];
  const has = `import importlib.util, sys; sys.exit(importlib.util.find_spec(${JSON.stringify(module)}) is None)`;
  return candidates.find((one) => one !== undefined && spawnSync(one, ["-c", has]).status === 0);
}

const windows = process.platform === "win32";

export class ChildProgram implements Program {
  readonly #child: ChildProcess;
  readonly #ended: Promise<void>;
  #listener: ProgramListener | undefined;
  #printed = "";
  /** How it ended, until a listener is notified. */
  #how: string | undefined;

  constructor(command: string, args: readonly string[], { folder, variables }: ProgramOptions = {}) {
    this.#child = spawn(command, args, {
      ...(folder !== undefined && { cwd: folder }),
      env: { ...process.env, ...variables },
      // Ctrl-C in a terminal reaches only this program, which then ends its workers in order.
      detached: process.platform !== "win32",
      stdio: ["pipe", "pipe", "pipe"],
      windowsHide: true,
    });
    this.#child.stdin!.on("error", () => {}); // it has ended, which is handled below
    this.#child.stderr!.setEncoding("utf8").on("data", (text: string) => this.#print(text));
    this.#read();
    this.#ended = new Promise((resolve) => {
      const end = (how: string): void => {
        resolve();
        this.#how ??= how;
        this.#tellEnd();
      };
      this.#child.on("error", (error) => end(error.message));
      this.#child.on("exit", (code, signal) => {
        const how = signal ? `by ${signal}` : `with exit code ${code}`;
        const timer = setTimeout(() => end(how), readingOut);
        this.#child.on("close", () => {
          clearTimeout(timer);
          end(how);
        });
      });
    });
  }

  /** Calls the listener with complete lines; a character, or a line, may be split between chunks. */
  #read(): void {
    const decoder = new StringDecoder("utf8");
    let parts: string[] = [];
    this.#child.stdout!.on("data", (bytes: Buffer) => {
      const text = decoder.write(bytes);
      let start = 0;
      for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n", start)) {
        parts.push(text.slice(start, end));
        const line = parts.join("");
        parts = [];
        start = end + 1;
        this.#listener?.line(line);
      }
      if (start < text.length) parts.push(text.slice(start));
    });
  }

  #print(text: string): void {
    this.#printed = (this.#printed + text).slice(-kept);
  }

  #tellEnd(): void {
    const listener = this.#listener;
    if (!listener || this.#how === undefined) return;
    this.#listener = undefined;
    listener.ended(this.#how);
  }

  get id(): number | undefined {
    return this.#child.pid;
  }

  get printed(): string {
    return this.#printed.trimEnd();
  }

  forget(): void {
    this.#printed = "";
  }

  send(line: string): void {
    this.#child.stdin!.write(`${line}\n`);
  }

  listen(listener: ProgramListener): void {
    this.#listener = listener;
    this.#tellEnd();
  }

  kill(): void {
    this.#child.kill("SIGKILL");
  }

  async close(): Promise<void> {
    const timer = setTimeout(() => this.kill(), patience);
    this.#child.stdin!.end();
    await this.#ended;
    clearTimeout(timer);
  }
}
