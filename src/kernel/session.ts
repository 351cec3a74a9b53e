/**
 * A session: where cells are compiled and run, and their names live on. It knows no sockets; the kernel puts
 * the Jupyter protocol around it, `nablab run` a notebook file.
 *
 * Compiling and running are tslab's: its converter turns a cell of TypeScript into JavaScript that shares names
 * with the cells before it, its executor runs that. What is ours is what goes in and comes out: types of this
 * package from any folder, values as MIME bundles, errors that read well, a stop that stops.
 */
import { createRequire } from "node:module";
import { inspect } from "node:util";
import type * as TypeScript from "@tslab/typescript-for-tslab";
import { type MimeBundle, toBundle } from "../display/bundle.js";
import { setHost } from "../display/host.js";
import { type CellError, fromDiagnostics, fromThrown, KeyboardInterrupt } from "./cell-error.js";
import { type Compiler, createCompiler } from "./compiler.js";
import { type Completeness, isComplete } from "./is-complete.js";
import { CellStreams } from "./output.js";
import { resolveOwnPackage } from "./own-packages.js";
import { loadTypeScript } from "./typescript.js";

/** What a cell puts out while it runs. */
export type Output =
  | { type: "stream"; name: "stdout" | "stderr"; text: string }
  | {
      type: "display_data" | "update_display_data";
      data: MimeBundle;
      metadata: Record<string, unknown>;
      transient: { display_id?: string };
    }
  | { type: "clear_output"; wait: boolean };

/** How a cell ended, with the value of its last expression where it has one. */
export type CellResult =
  | { status: "ok"; result?: { data: MimeBundle; metadata: Record<string, unknown> } }
  | CellError;

/** Options of {@link createSession}; `Cell` is whatever its owner knows a cell by. */
export interface SessionOptions<Cell> {
  /** Receives the output of every cell, also what comes after the cell has ended. */
  onOutput(output: Output, cell: Cell): void;
}

const require = createRequire(import.meta.url);

/**
 * Long work (training) that asked for the interrupt signal is given this long to end by itself, so that what it
 * has so far is kept before the cell ends.
 */
const patience = 1000;

/**
 * Starts a session in the working directory of the process; there is one in a process, as names, the console
 * and the working directory are the process's own. Takes about 0.4 s, nearly all of it the compiler.
 */
export function createSession<Cell>(options: SessionOptions<Cell>): Session<Cell> {
  return new Session(options);
}

export class Session<Cell> {
  readonly #onOutput: (output: Output, cell: Cell) => void;
  readonly #streams: CellStreams<Cell>;
  readonly #compiler: Compiler;
  readonly #executor: import("tslab/dist/executor.js").Executor;
  #value: unknown;
  #thrown: { error: unknown } | undefined;
  #interrupt = new AbortController();
  #interruptAskedFor = false;
  #running = false;
  readonly #restore: () => void;

  constructor({ onOutput }: SessionOptions<Cell>) {
    this.#onOutput = onOutput;
    this.#streams = new CellStreams<Cell>((name, text, cell) =>
      onOutput({ type: "stream", name, text }, cell),
    );
    resolveOwnPackage();
    this.#compiler = createCompiler();
    const { createExecutor } = require("tslab/dist/executor.js") as typeof import("tslab/dist/executor.js");
    const converters = { node: this.#compiler, browser: this.#compiler, close: this.#compiler.close };
    // The executor reports by a console: the value of the last expression by log, what was thrown by error.
    this.#executor = createExecutor(process.cwd(), converters, {
      log: (value: unknown) => {
        this.#value = value;
      },
      error: (error: unknown) => {
        this.#thrown = { error };
      },
    });
    this.#streams.capture();
    const hostBefore = setHost({
      display: ({ data, metadata = {}, displayId, update }) => {
        checkJson(data);
        const transient = displayId === undefined ? {} : { display_id: displayId };
        this.#put({ type: update ? "update_display_data" : "display_data", data, metadata, transient });
      },
      clearOutput: (wait) => this.#put({ type: "clear_output", wait }),
      interruptSignal: () => {
        this.#interruptAskedFor = true;
        return this.#interrupt.signal;
      },
    });
    // Node would end the process; in a notebook they are text under the cell that left them behind.
    const late = (error: unknown): void => {
      process.stderr.write(`${fromThrown(error).traceback.join("\n")}\n`);
    };
    process.on("unhandledRejection", late);
    process.on("uncaughtException", late);
    this.#restore = () => {
      process.off("unhandledRejection", late);
      process.off("uncaughtException", late);
      setHost(hostBefore);
    };
  }

  /** Compiles and runs one cell. Never rejects: whatever goes wrong is the cell's result. */
  async execute(code: string, cell: Cell): Promise<CellResult> {
    this.#value = undefined;
    this.#thrown = undefined;
    this.#interrupt = new AbortController();
    this.#interruptAskedFor = false;
    this.#running = true;
    try {
      return await this.#streams.run(cell, () => this.#execute(code));
    } catch (error) {
      // Work that was stopped may end with an error of its own about it.
      return fromThrown(this.#interrupt.signal.aborted ? new KeyboardInterrupt() : error);
    } finally {
      this.#running = false;
      this.#streams.flush();
    }
  }

  async #execute(code: string): Promise<CellResult> {
    const ok = await this.#executor.execute(code);
    const { diagnostics } = this.#compiler;
    if (diagnostics.length > 0) return fromDiagnostics(code, diagnostics);
    if (!ok) throw (this.#thrown as { error: unknown } | undefined)?.error;
    if (this.#value === undefined) return { status: "ok" };
    const data = await unlessAborted(toBundle(this.#value), this.#interrupt.signal);
    checkJson(data);
    return { status: "ok", result: { data, metadata: {} } };
  }

  /** Ends the running cell with a `KeyboardInterrupt`; without one does nothing. */
  interrupt(): void {
    if (!this.#running) return;
    const { signal } = this.#interrupt;
    const again = signal.aborted; // pressed twice: no patience left
    this.#interrupt.abort(new KeyboardInterrupt());
    const end = (): void => {
      if (this.#running && this.#interrupt.signal === signal) this.#executor.interrupt();
    };
    if (this.#interruptAskedFor && !again) setTimeout(end, patience);
    else end();
  }

  /** What could stand at `position` of `code`, in UTF-16 units. */
  complete(code: string, position: number): import("tslab/dist/converter.js").CompletionInfo {
    return this.#executor.complete(code, position);
  }

  /** Type and documentation of what stands at `position` of `code`; undefined where there is nothing. */
  inspect(code: string, position: number): TypeScript.QuickInfo | undefined {
    return this.#executor.inspect(code, position) as TypeScript.QuickInfo | undefined;
  }

  isComplete(code: string): Completeness {
    return isComplete(loadTypeScript(), code);
  }

  /** Puts out what is held back of the streams. */
  flush(): void {
    this.#streams.flush();
  }

  /** Gives back all that it took of the process, and lets the compiler go. */
  close(): void {
    this.#restore();
    this.#streams.release();
    this.#executor.close();
  }

  #put(output: Output): void {
    this.#streams.flush();
    const cell = this.#streams.current();
    if (cell !== undefined) this.#onOutput(output, cell);
  }
}

/** `promise`, or the reason of an abort that comes before it settles. */
function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(signal.reason);
    signal.addEventListener("abort", stop, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", stop));
  });
}

/** Refuses what no notebook file can hold, while the cell it came from can still be told. */
function checkJson(data: MimeBundle): void {
  for (const [mime, content] of Object.entries(data)) {
    if (typeof content === "string") continue;
    try {
      JSON.stringify(content);
    } catch (error) {
      throw new TypeError(
        `display: the content for ${mime} must be text or JSON, got ${inspect(content, { depth: 1 })}`,
        { cause: error },
      );
    }
  }
}
