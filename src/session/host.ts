/**
 * What a session needs of the place where it runs: Node (kernel/node-host.ts), a browser's worker, a test.
 */
import type * as TypeScript from "typescript";

/** What a module exports. */
export type Namespace = Record<string, unknown>;

/** The two streams of a cell. */
export type StreamName = "stdout" | "stderr";

/** A file that exists for the compiler alone. */
export interface VirtualFile {
  path: string;
  text: string;
}

/** The files that cells see. All paths are absolute, with slashes. */
export interface HostFiles {
  /** The folder in which cells run. */
  readonly cwd: string;
  /** Looks at the files as they are now. */
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
  /** The types of what runs it, Node or a browser. */
  readonly environment: VirtualFile;
  /**
   * The few of these that nablab and a first cell need, until a cell needs others: each is assignable to and from nothing that
   * the whole type is not, so that what passes with them passes with the whole.
   */
  readonly essentials?: string;
  /** A text that changes whenever the file is written; empty for no file. */
  stampOf(file: string): string;
  /** Whether a file stays as it is while a session lives, as those of packages do. */
  isFixed(file: string): boolean;
  /**
   * The file that declares a module which is not looked up among packages: nablab itself, modules of the platform.
   * `"ambient"` for one that `environment` declares; undefined for all others.
   */
  declarationsOf(module: string, from: string): string | undefined;
  /**
   * Leaves out the documentation of types, a quarter of the time that reading them takes: where it cannot be looked up
   * (true); or that of files which stay as they are, until it is looked up.
   */
  withoutDocumentation?: boolean | "untilInspection";
}

/** Which cell running code belongs to, also after an await. */
export interface CellContext<Cell> {
  run<T>(cell: Cell, work: () => T): T;
  /** Undefined where it is lost. */
  current(): Cell | undefined;
}

/** Where a session runs. */
export interface SessionHost {
  readonly files: HostFiles;

  /** The compiler, loaded when it is first needed. */
  typescript(): typeof TypeScript;
  /** Imports a package or a module of the platform, as from a file in `folder`. */
  import(specifier: string, folder: string): Promise<Namespace>;
  /** Imports a JavaScript file; again under another `version`. */
  importFile(file: string, version: string): Promise<Namespace>;
  /** `import.meta` of a file. */
  metaOf(file: string): Record<string, unknown>;
  /**
   * What code in a file can name besides globals, such as Node's `require`.
   *
   * @param isLocked whether the code is the assignment's, where notebooks are graded
   */
  scopeOf(file: string, isLocked?: boolean): Record<string, unknown>;
  /** Names that no cell may declare, where the cells that test it count on what they mean. */
  readonly reserved?: ReadonlySet<string>;
  /** Names that cells may declare, which for the cells that test them mean what they always mean. */
  readonly ofPlatform?: ReadonlySet<string>;
  /** Whether all cells run in strict mode, in which no function learns what calls it. */
  isStrict?: boolean;

  /**
   * Defines a constant that all scripts see, once in a process. V8 compiles what it holds into the code; without it
   * scripts take the value as a parameter, which a loop reads at four times the cost.
   */
  defineConstant?(name: string, value: unknown): void;
  /**
   * Called when the flag of `stop.ts` has changed. With it, guards read the global variable `n·stop`, which the host keeps in
   * the flag's state, also when another thread raises the flag; without it they read the flag.
   */
  updateGuarded?(): void;
  /**
   * Whether the engine may read shared memory once for a whole loop, as SpiderMonkey does: then every 1024th turn reads
   * the stop word atomically, which no engine leaves out. (In each turn an atomic read costs half a nanosecond in Firefox
   * and three in Chromium.)
   */
  readonly hoistsReads?: boolean;
  /** Runs a command of the system's shell; what it prints is printed. Without it there are no programs. */
  runCommand?(command: string, signal: AbortSignal): Promise<void>;
  /** Installs packages for the cells of this folder, as `lodash@4`. */
  install?(packages: readonly string[], signal: AbortSignal): Promise<void>;
  /** Evaluates an expression as a script that stack traces call `name`. */
  evaluate(code: string, name: string): unknown;
  /** Calls `work`. Where the host can, an interrupt ends it also in code that looks at no stop word. */
  interruptible<T>(work: () => T): T;
  /** Before a cell: waits until no interrupt that was meant for the one before is under way. */
  settleInterrupts(): void;

  /**
   * Takes over everything that is printed, the console included.
   *
   * @param write receives it; false for what belongs to no cell, which is printed as usual
   * @returns what gives it back
   */
  capture(write: (name: StreamName, text: string) => boolean): () => void;
  /** Prints to standard error. */
  printError(text: string): void;
  /** A context for cells. */
  context<Cell>(): CellContext<Cell>;
  /**
   * Reports errors that no cell awaits, such as those of timers.
   *
   * @returns what ends it
   */
  onLateError(listener: (error: unknown) => void): () => void;
  /** Whether a place in a stack trace lies in nablab or below, which says nothing to the reader. */
  isOwn(place: string): boolean;

  /** The session can run cells. */
  ready(): void;
  /** Called in a cell, once another thread finds that memory runs out: what is wrong, if it does. */
  memoryError?(): Error | undefined;
  /** Called between cells: frees memory if there is much to free. */
  collectGarbage(): void;
}
