/**
 * What a session needs from its host: Node (kernel/node-host.ts), a browser's worker, a test.
 */
import type * as TypeScript from "typescript";

/** The exports of a module. */
export type Namespace = Record<string, unknown>;

/** The two streams of a cell. */
export type StreamName = "stdout" | "stderr";

/** A file that exists only for the compiler. */
export interface VirtualFile {
  path: string;
  text: string;
}

/** The files that cells see. All paths are absolute, with slashes. */
export interface HostFiles {
  /** The folder in which cells run. */
  readonly cwd: string;
  /** The file system. */
  readonly system: Pick<
    TypeScript.System,
    | "fileExists"
    | "readFile"
    | "directoryExists"
    | "getDirectories"
    | "readDirectory"
    | "useCaseSensitiveFileNames"
  > &
    Required<Pick<TypeScript.System, "realpath">>;
  /** The types of the language. */
  readonly language: VirtualFile;
  /** The types of the platform, Node or a browser. */
  readonly environment: VirtualFile;
  /**
   * The few of these that nablab and a first cell need, until a cell needs others: each is assignable to and from only what
   * the complete type is, so that code that passes with them passes with all.
   */
  readonly essentials?: string;
  /** A text that changes whenever the file is written; empty if it does not exist. */
  stampOf(file: string): string;
  /** Whether a file never changes during a session, like those of packages. */
  isFixed(file: string): boolean;
  /**
   * The declarations of a module that is not resolved among packages: nablab itself, modules of the platform. `"ambient"` if
   * `environment` declares it; undefined for all others.
   */
  declarationsOf(module: string, from: string): string | undefined;
  /**
   * Skips the documentation of types, a quarter of the time to read them: always (true), if it cannot be looked up; or for
   * fixed files, until it is looked up.
   */
  withoutDocumentation?: boolean | "untilInspection";
}

/** The cell that running code belongs to, even after an await. */
export interface CellContext<Cell> {
  run<T>(cell: Cell, work: () => T): T;
  /** Undefined if the context is lost. */
  current(): Cell | undefined;
}

/** The host of a session. */
export interface SessionHost {
  readonly files: HostFiles;

  /** The compiler, loaded lazily. */
  typescript(): typeof TypeScript;
  /** Imports a package or a module of the platform, as from a file in `folder`. */
  import(specifier: string, folder: string): Promise<Namespace>;
  /** Imports a JavaScript file; another `version` loads it again. */
  importFile(file: string, version: string): Promise<Namespace>;
  /** `import.meta` of a file. */
  metaOf(file: string): Record<string, unknown>;
  /**
   * What code in a file can name besides globals, such as Node's `require`.
   *
   * @param isLocked whether the code is the assignment's, where notebooks are graded
   */
  scopeOf(file: string, isLocked?: boolean): Record<string, unknown>;
  /** Names that no cell may declare, because tests rely on their meaning. */
  readonly reserved?: ReadonlySet<string>;
  /** Names that cells may declare, but which keep their usual meaning for test cells. */
  readonly ofPlatform?: ReadonlySet<string>;
  /** Whether all cells run in strict mode, in which a function cannot access its caller. */
  isStrict?: boolean;

  /**
   * Defines a constant for all scripts, once in a process. V8 compiles its value into the code; without it, scripts take the
   * value as a parameter, which costs a loop four times as much to read.
   */
  defineConstant?(name: string, value: unknown): void;
  /**
   * Called when the flag of `stop.ts` has changed. With it, guards read `n·guard.stop`, which the host keeps in
   * sync with the flag, even when another thread raises it; without it they read the flag.
   */
  updateGuarded?(): void;
  /**
   * Whether the engine may hoist reads of shared memory out of loops, as SpiderMonkey does: then every 1024th iteration reads
   * the stop word atomically, which no engine hoists. (An atomic read costs half a nanosecond in Firefox and three in
   * Chromium.)
   */
  readonly hoistsReads?: boolean;
  /** Runs a shell command and prints its output. Without it there are no commands. */
  runCommand?(command: string, signal: AbortSignal): Promise<void>;
  /** Installs packages for the cells of this folder, as `lodash@4`. */
  install?(packages: readonly string[], signal: AbortSignal): Promise<void>;
  /** Evaluates an expression as a script named `name` in stack traces. */
  evaluate(code: string, name: string): unknown;
  /** Built-ins besides the language's that cells must not replace, by the name of their owner. */
  readonly needs?: Readonly<Record<string, [owner: object, keys: string[]]>>;
  /** Calls `work`. If the host can, an interrupt ends even code that does not read the stop word. */
  interruptible<T>(work: () => T): T;
  /** After a cell: listens again to what the cell has ended. */
  keepListening?(): void;
  /** Starts to measure the time of a cell; the function it returns gives the milliseconds. By default those of the clock. */
  stopwatch?(): () => number;
  /** At the beginning of a cell: waits until no interrupt for the previous cell is pending. */
  settleInterrupts(): void | Promise<void>;

  /**
   * Captures all printed output, including the console's.
   *
   * @param write receives the output; false for output that belongs to no cell, which is printed as usual
   * @returns a function that releases it
   */
  capture(write: (name: StreamName, text: string) => boolean): () => void;
  /** Prints to standard error. */
  printError(text: string): void;
  /** A context for cells. */
  context<Cell>(): CellContext<Cell>;
  /**
   * Reports errors that no cell awaits, such as those of timers.
   *
   * @returns a function that ends it
   */
  onLateError(listener: (error: unknown) => void): () => void;
  /** Whether a position in a stack trace lies in nablab or below, and is irrelevant to the reader. */
  isOwn(place: string): boolean;

  /** The session can run cells. */
  ready(): void;
  /** Called in a cell once another thread finds that memory is running out: the error, if it is. */
  memoryError?(): Error | undefined;
  /** Called between cells: frees memory if there is much to free. */
  collectGarbage(): void;
}
