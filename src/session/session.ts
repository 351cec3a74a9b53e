/**
 * A session compiles and runs cells and keeps their names. It knows no sockets; the kernel wraps it in the Jupyter protocol,
 * `nablab run` in a notebook file.
 *
 * `compiler.ts` checks a cell and compiles it to JavaScript, `run-script.ts` runs that; this module handles input and output:
 * values as MIME bundles, readable errors, interrupts.
 */

import type * as TypeScript from "typescript";
import { yieldTurn } from "#platform";
import type { MimeBundle } from "../display/bundle.js";
import { type Comm, type CommOptions, setHost } from "../display/host.js";
import { toBundle } from "../display/to-bundle.js";
import { Scope } from "./box.js";
import { putBackBuiltIns, rememberBuiltIns, takeReplaced, withBuiltIns } from "./built-ins.js";
import {
  type CellError,
  fromDiagnostics,
  fromThrown,
  isInterruption,
  KeyboardInterrupt,
} from "./cell-error.js";
import { checkJson } from "./check-json.js";
import type { CompiledCell } from "./compiled.js";
import { Compiler } from "./compiler.js";
import type { Completions } from "./completion.js";
import { translateFunctions } from "./function-source.js";
import { defineGuards } from "./global-texts.js";
import type { SessionHost } from "./host.js";
import { makeWaitInterruptible } from "./interruptible-wait.js";
import { Interrupts, type Run } from "./interrupts.js";
import { type Completeness, isComplete } from "./is-complete.js";
import { commentedOut, type LineCommand, withoutCommands } from "./line-commands.js";
import { MissingNames } from "./missing-names.js";
import { Modules } from "./modules.js";
import { CellStreams } from "./output.js";
import { defineQuestions, type Question } from "./questions.js";
import { runScript } from "./run-script.js";
import { keepTranslating, translateStackTraces } from "./source-positions.js";
import { isStopAcknowledged, stopFlag } from "./stop.js";

/** Output of a running cell. */
export type Output =
  | { type: "stream"; name: "stdout" | "stderr"; text: string }
  | {
      type: "display_data" | "update_display_data";
      data: MimeBundle;
      metadata: Record<string, unknown>;
      transient: { display_id?: string };
    }
  | { type: "clear_output"; wait: boolean };

/** How a cell ended, with the value of its last expression, if any. */
export type CellResult =
  | { status: "ok"; result?: { data: MimeBundle; metadata: Record<string, unknown> } }
  | CellError;

/** The part of a session that a kernel needs. */
export type CellRunner<Cell> = Pick<
  Session<Cell>,
  "execute" | "interrupt" | "flush" | "complete" | "inspect" | "isComplete"
>;

/** Options of {@link createSession}; `Cell` is the caller's identifier of a cell. */
export interface SessionOptions<Cell> {
  /** Receives the output of every cell, even after the cell has ended. */
  onOutput(output: Output, cell: Cell): void;
  /** Asks the reader and waits for the answer; undefined on interrupt. Without it there is no input. */
  ask?(question: Question, cell: Cell): string | undefined;
  /** Opens a connection to the front end; without it there is none. */
  openComm?(comm: CommOptions, cell: Cell): Comm;
}

/**
 * Starts a session in the working directory of the process. A process has one session, since names, the console and the
 * working directory belong to the process. Takes about 0.6 s, nearly all of it for the compiler.
 */
export function createSession<Cell>(host: SessionHost, options: SessionOptions<Cell>): Session<Cell> {
  return new Session(host, options);
}

/** The role of a cell that belongs to an assignment: it declares the given data, or tests answers. */
export type Locked = "data" | "test";

export class Session<Cell> {
  readonly #host: SessionHost;
  readonly #onOutput: (output: Output, cell: Cell) => void;
  readonly #ask: SessionOptions<Cell>["ask"];
  readonly #streams: CellStreams<Run<Cell>>;
  readonly #compiler: Compiler;
  readonly #scope = new Scope();
  /** The constants that locked cells declare: no other cell can change them. */
  readonly #kept = new Map<string, unknown>();
  readonly #missing = new MissingNames();
  readonly #modules: Modules;
  readonly #interrupts: Interrupts<Cell>;
  /** Prints an error after its cell has ended under that cell; Node by itself would end the process. */
  readonly #late = (error: unknown): void => {
    if (isInterruption(error)) return; // remaining work of an interrupted cell
    putBackBuiltIns();
    this.#host.printError(`${this.#describe(error).traceback.join("\n")}\n`);
  };
  #count = 0;
  readonly #names = new Set<string>();
  #checksTypes = true;
  readonly #restore: () => void;

  constructor(host: SessionHost, { onOutput, ask, openComm }: SessionOptions<Cell>) {
    this.#host = host;
    this.#onOutput = (output, cell) => withBuiltIns(() => onOutput(output, cell));
    this.#ask = ask;
    this.#streams = new CellStreams<Run<Cell>>(host, (name, text, { cell }) =>
      this.#onOutput({ type: "stream", name, text }, cell),
    );
    this.#interrupts = new Interrupts(host, () => this.#streams.current());
    this.#compiler = new Compiler(host);
    this.#modules = new Modules(host, this.#compiler, this.#interrupts.check);
    this.#compiler.warmUp();
    if (!host.updateGuarded) host.defineConstant?.("n·stop", stopFlag);
    host.ready();
    this.#streams.capture();
    const hostBefore = setHost({
      display: ({ data, metadata = {}, displayId, update }) => {
        checkJson(data);
        const transient = displayId === undefined ? {} : { display_id: displayId };
        this.#put({ type: update ? "update_display_data" : "display_data", data, metadata, transient });
      },
      clearOutput: (wait) => this.#put({ type: "clear_output", wait }),
      interruptSignal: () => this.#interrupts.signal(),
      moduleTexts: () => this.#compiler.moduleTexts,
      ...(openComm && { openComm: (comm: CommOptions) => this.#openComm(comm, openComm) }),
    });
    const ignoreLateErrors = host.onLateError(this.#late);
    const restoreStackTraces = translateStackTraces();
    const restoreWait = host.isStrict ? () => {} : makeWaitInterruptible(this.#interrupts.check);
    const restoreFunctions = translateFunctions(() => host.typescript());
    const restoreMade = host.updateGuarded ? defineGuards(host, this.#interrupts.check) : () => {};
    const restoreQuestions = defineQuestions((question) => this.#prompt(question));
    // Where notebooks are graded, built-ins are frozen.
    const forgetBuiltIns = host.isStrict ? () => {} : rememberBuiltIns(host.needs ?? {});
    this.#restore = () => {
      forgetBuiltIns();
      restoreQuestions();
      restoreMade();
      restoreStackTraces();
      restoreFunctions();
      restoreWait();
      ignoreLateErrors();
      setHost(hostBefore);
    };
  }

  /**
   * Compiles and runs one cell. Never rejects: whatever goes wrong is the cell's result.
   *
   * @param count the number of the cell in tracebacks
   * @param seconds its time limit, after which it is interrupted
   * @param stops the number of interrupts before the cell was sent: later ones are for this cell, even if it has not begun
   * @param locked its role, if it belongs to the assignment of a graded notebook
   */
  async execute(
    code: string,
    cell: Cell,
    count = this.#count + 1,
    seconds = Number.POSITIVE_INFINITY,
    stops?: number,
    locked?: Locked,
  ): Promise<CellResult> {
    putBackBuiltIns();
    this.#host.collectGarbage(); // cells sent together leave no pause between them
    this.#count = count;
    keepTranslating();
    const run = this.#interrupts.begin(cell, seconds, stops);
    try {
      const result = await this.#streams.run(run, () => this.#execute(code, run, locked));
      return this.#interrupts.isLate(run) ? tookTooLong(seconds) : result;
    } catch (error) {
      if (this.#interrupts.isLate(run)) return tookTooLong(seconds);
      // A child process may have been ended before the interrupt arrived here.
      if (isInterruption(error) || !isStopAcknowledged()) run.interrupt.abort(error);
      // Interrupted work may end with its own error.
      return this.#describe(run.interrupt.signal.aborted ? new KeyboardInterrupt() : error);
    } finally {
      putBackBuiltIns(); // display methods are code of cells
      this.#interrupts.end(run);
      this.#host.keepListening?.();
      const replaced = takeReplaced();
      if (replaced) this.#streams.run(run, () => this.#host.printError(replaced));
      this.#streams.flush();
      void yieldTurn().then(() => this.isRunning || this.#host.collectGarbage());
    }
  }

  async #execute(code: string, run: Run<Cell>, locked?: Locked): Promise<CellResult> {
    await this.#host.settleInterrupts();
    this.#interrupts.requireRunning(run);
    const isKnown = (name: string): boolean => this.#compiler.knows(name) || name in globalThis;
    const { source, first } = withoutCommands(this.#host.typescript(), code, isKnown);
    for (const command of first) await this.#command(command, run);
    const compiled = this.#compiler.compileCell(source, this.#nameOf(this.#count), {
      check: this.#checksTypes,
      shown: code,
      isHidden: (name) =>
        locked !== undefined && !this.#kept.has(name) && (this.#host.ofPlatform?.has(name) ?? false),
      isLocked: locked !== undefined,
    });
    if ("diagnostics" in compiled) {
      return fromDiagnostics(this.#missing.failed(source, this.#count, compiled.diagnostics));
    }
    this.#missing.compiled(source);
    const reserved = compiled.declares.find((name) => this.#host.reserved?.has(name));
    if (reserved !== undefined) {
      throw new SyntaxError(
        `${reserved} cannot be changed where notebooks are graded: give what you declare another name`,
      );
    }
    const taken =
      locked === undefined &&
      compiled.declares.find((name) => this.#kept.has(name) && !compiled.imported.has(name));
    if (taken) throw new SyntaxError(`${taken} is the assignment's: give what you declare another name`);
    if (locked === undefined)
      for (const { message, line } of compiled.mistakes) this.#host.printError(`line ${line}: ${message}\n`);
    const { value } = (await this.#run(compiled, run, locked)) ?? {};
    if (value === undefined) return { status: "ok" };
    if (locked === "test" && typeof value === "number") {
      // Points must not depend on the printing of numbers, which cells can change.
      if (!(value >= 0))
        throw new RangeError(`a cell of tests gives points ≥ 0 as its last value, got ${value}`);
      return { status: "ok", result: { data: { "text/plain": String(value) }, metadata: {} } };
    }
    const data = await unlessAborted(toBundle(value), run.interrupt.signal);
    if (/^Promise \{\s+<pending>\s+\}$/.test(String(data["text/plain"])) && value instanceof Promise)
      data["text/plain"] += "  did you forget await?";
    checkJson(data);
    return { status: "ok", result: { data, metadata: {} } };
  }

  /**
   * Keeps what a locked cell has declared; after any other, restores what it has redeclared.
   *
   * @returns what was put back, and of it what an answer imported as something else
   */
  #keep({ values, imported, variables }: CompiledCell, locked: Locked | undefined) {
    const [back, changed] = [new Set<string>(), [] as string[]];
    for (const name of values) {
      const box = this.#scope.box(name);
      if (locked === "data" && !variables.has(name) && box.declarations > 0) this.#kept.set(name, box.v);
      if (!this.#kept.has(name)) continue;
      const value = this.#kept.get(name);
      if (locked !== "data") back.add(name);
      if (locked === undefined && imported.has(name) && box.v !== value) changed.push(name);
      box.follow(() => value); // read-only
    }
    return { back, changed };
  }

  /** Executes a line of a cell that is not TypeScript. */
  async #command(command: LineCommand, run: Run<Cell>): Promise<void> {
    if (command.type === "check") {
      this.#checksTypes = command.on;
      return;
    }
    const { signal } = run.interrupt;
    const { runCommand, install } = this.#host;
    if (!runCommand || !install) throw new Error("there are no programs to run here");
    await unlessAborted(
      command.type === "install" ? install(command.packages, signal) : runCommand(command.command, signal),
      signal,
    );
  }

  /** Runs a cell; returns the value of its last expression, which may be a promise. Only reached declarations count. */
  async #run(
    compiled: CompiledCell,
    run: Run<Cell>,
    locked: Locked | undefined,
  ): Promise<{ value: unknown } | undefined> {
    const declarations = (name: string): number => this.#scope.declarationsOf(name);
    // What a test declares, no answer reads by a variable of the same name.
    const giveBack = locked === "test" ? this.#scope.renew(compiled.values) : () => {};
    const before = new Map(compiled.values.map((name) => [name, declarations(name)]));
    const file = `${this.#compiler.cwd}/${compiled.name}.ts`;
    if (!isStopAcknowledged()) this.#interrupts.endStopped();
    try {
      const ended = runScript({
        host: this.#host,
        compiled,
        file,
        scope: this.#scope,
        import: (specifier) => this.#modules.import(specifier, file),
        publish: () => {},
        check: this.#interrupts.check,
        isConstant: this.#compiler.isConstant,
        shell: (command) => this.#command({ type: "shell", command }, run),
        isLocked: locked !== undefined,
      });
      const result = await this.#interrupts.unlessStopped(run, ended);
      this.#interrupts.requireRunning(run); // a promise may have taken the interrupt
      return result as { value: unknown } | undefined;
    } finally {
      const declares = compiled.values.filter((name) => declarations(name) !== before.get(name));
      const { back, changed } = this.#keep(compiled, locked);
      for (const name of compiled.values) if (!declares.includes(name)) giveBack(name);
      compiled.keep((name) => !back.has(name) && declares.includes(name));
      if (changed.length > 0) {
        // biome-ignore lint/correctness/noUnsafeFinally: it counts, whatever else happened
        throw new SyntaxError(
          `${changed.join(", ")}: imported as what it is not in the assignment; give it another name (import { a as b } …)`,
        );
      }
    }
  }

  /** The name of a cell in V8; it is unique, though silent cells share a number. */
  #nameOf(count: number): string {
    let name = `cell ${count}`;
    while (this.#names.has(name)) name += "'";
    this.#names.add(name);
    return name;
  }

  /** Whether a cell is awaited. */
  get isRunning(): boolean {
    return this.#interrupts.running !== undefined;
  }

  /** Ends the running cell with an error. */
  fail(error: unknown): void {
    this.#interrupts.running?.end(error);
  }

  /** Ends the running cell with a `KeyboardInterrupt`; without one does nothing. */
  interrupt(): void {
    this.#interrupts.interrupt();
  }

  /** Opens a connection; its messages are handled as a part of the cell that opened it. */
  #openComm(comm: CommOptions, open: NonNullable<SessionOptions<Cell>["openComm"]>): Comm {
    const run = this.#streams.current();
    if (!run) throw new Error("widget: only a cell can open one");
    const onMessage: CommOptions["onMessage"] = (...message) =>
      this.#streams.run(run, () => {
        try {
          comm.onMessage(...message);
        } catch (error) {
          this.#late(error);
        }
      });
    return open({ ...comm, onMessage }, run.cell);
  }

  /** `prompt()` in a cell. */
  #prompt(question: Question): string {
    this.#streams.flush();
    const run = this.#streams.current();
    if (!this.#ask || !run) throw new Error("prompt: there is nobody to ask here");
    const answer = this.#ask(question, run.cell);
    if (answer !== undefined) return answer;
    this.#interrupts.endStopped();
    throw new KeyboardInterrupt();
  }

  #describe(error: unknown): CellError {
    keepTranslating();
    return fromThrown(error, this.#host.isOwn);
  }

  /** The completions at `position` of `code`, in UTF-16 units. */
  complete(code: string, position: number): Completions {
    return this.#compiler.complete(commentedOut(code), position);
  }

  /** The type and documentation of the code at `position`; undefined if there is nothing. */
  inspect(code: string, position: number): TypeScript.QuickInfo | undefined {
    return this.#compiler.inspect(commentedOut(code), position);
  }

  isComplete(code: string): Completeness {
    return isComplete(this.#host.typescript(), commentedOut(code));
  }

  /** Flushes pending output. */
  flush(): void {
    this.#streams.flush();
  }

  /** Restores everything it changed in the process, and releases the compiler. */
  close(): void {
    this.#restore();
    this.#streams.release();
    this.#compiler.close();
  }

  #put(output: Output): void {
    this.#streams.flush();
    const run = this.#streams.current();
    if (run !== undefined) this.#onOutput(output, run.cell);
  }
}

/** The error of a cell that exceeded its time. */
export function tookTooLong(seconds: number): CellError {
  const evalue = `the cell took longer than ${seconds} s`;
  return {
    status: "error",
    ename: "TimeoutError",
    evalue,
    traceback: [`TimeoutError: ${evalue}`],
    isLate: true,
  };
}

/** `promise`, or the reason of an abort that comes before it settles. */
function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(signal.reason);
    signal.addEventListener("abort", stop, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", stop));
  });
}
