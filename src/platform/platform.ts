/**
 * The differences between Node and a browser behind one interface: the code above this folder uses the language only.
 *
 * `import … from "#platform"` takes `node.ts`, or `browser.ts` if a bundler sets the condition "browser"
 * (package.json, "imports"). Both export exactly the names of {@link Platform}.
 */

/** Options for printing a value, as of Node's `util.inspect`. */
export interface InspectOptions {
  /** Nested objects are opened this deep; null for all. */
  depth?: number | null;
  /** Lines are broken beyond this many characters. */
  breakLength?: number;
  /** Entries of a list that are printed; null for all. */
  maxArrayLength?: number | null;
  /** Characters of a string that are printed; null for all. */
  maxStringLength?: number | null;
}

/** Prints any value for a reader, as Node's `util.inspect`. */
export interface Inspect {
  (value: unknown, options?: InspectOptions): string;
  /** The key of a method that customises the printed form. */
  readonly custom: unique symbol;
}

/** Receives the messages and the failure of a thread. */
export interface ThreadListener {
  /** Receives each message. */
  message(message: never): void;
  /** Called once: the thread has ended, or has failed and will be ended. */
  failure(error: Error): void;
}

/** A module that runs in its own thread. */
export interface Thread {
  /** Sends a message: shared memory is shared, everything else copied. */
  post(message: unknown): void;
  /** Replaces the listener; without one, messages are dropped. */
  listen(listener?: ThreadListener): void;
  /** Whether the thread keeps the program alive; initially true. A page waits for no thread. */
  keepAlive(on: boolean): void;
  /** Ends the thread, whatever it is doing. */
  terminate(): Promise<void>;
}

/** The loaded OpenBLAS. */
export interface OpenBlas {
  readonly name: string;
  readonly sgemm: Sgemm;
  /** The address of an array. */
  address(array: ArrayBufferView): number;
}

/** C = α op(A) op(B) + β C for row-major float32 matrices at addresses: op(A) is m × n, and depth the inner index. */
export type Sgemm = (
  order: number,
  transA: number,
  transB: number,
  m: number,
  n: number,
  depth: number,
  alpha: number,
  a: number,
  pitchA: number,
  b: number,
  pitchB: number,
  beta: number,
  c: number,
  pitchC: number,
) => void;

/** Another program that exchanges lines of text with this one. */
export interface Program {
  /** Its process; undefined if it could not be started. */
  readonly id: number | undefined;
  /** Sends a line. */
  send(line: string): void;
  /** Replaces the listener. */
  listen(listener: ProgramListener): void;
  /** The end of its output to standard error. */
  readonly printed: string;
  /** Forgets what it printed so far. */
  forget(): void;
  /** Ends it, whatever it is doing. */
  kill(): void;
  /** Closes its input, upon which it should end; resolves once it has. After some seconds it is killed. */
  close(): Promise<void>;
}

/** Receives the output of a program, and how it ends. */
export interface ProgramListener {
  /** Receives each line of its standard output. */
  line(text: string): void;
  /** Called once: `by SIGKILL`, `with exit code 1`, or why it could not be started. */
  ended(how: string): void;
}

/** Options for starting a program. */
export interface ProgramOptions {
  /** Its working folder. */
  folder?: string;
  /** Environment variables, in addition to those of this process. */
  variables?: Readonly<Record<string, string>>;
}

/** A file to which lines are appended. */
export interface LineFile {
  /** Appends a line and returns its place. @throws Error if the disk is full; then nothing of the line is written */
  append(line: string): LinePlace;
  /** Reads a line. */
  read(place: LinePlace): string;
  /** The lines of the opened file; an incomplete last one is removed. */
  lines(): Iterable<[line: string, place: LinePlace]>;
  /** Atomically replaces the file by the given lines of it, in this order. */
  rewrite(places: Iterable<LinePlace>): void;
  /**
   * Reads lines of the current file, even after it is closed, replaced or removed; undefined on Windows, where an open file
   * cannot be replaced.
   */
  reader(): ((place: LinePlace) => string) | undefined;
  close(): void;
}

/** The place of a line in a file: its first byte, and its length in bytes. */
export type LinePlace = readonly [start: number, length: number];

/** The name of threads, by which a module detects whether it was started as one. */
export const threadName = "nablab thread";

/** A file that is read in chunks. */
export interface OpenedFile {
  /** Its size in bytes; undefined if a server does not report it. */
  size: number | undefined;
  /** Its chunks; the file is closed when the iteration ends or is left. Throws if it cannot be read. */
  chunks: AsyncIterable<Uint8Array<ArrayBuffer>>;
}

/** A timer, for `clearTimeout`. */
export type Timer = ReturnType<typeof setTimeout>;

/** Everything that `"#platform"` exports. */
/** The functions of another kernel. */
export interface ForeignKernel {
  /** Returns a function that sends messages to the front end, for the running cell. */
  sender(): (
    type: "display_data" | "update_display_data" | "clear_output",
    content: Record<string, unknown>,
  ) => void;
  /** Calls a listener on an interrupt. */
  onInterrupt(listener: () => void): void;
  /** Whether the last value of a cell is always printed, even if it can show itself. */
  printsValues: boolean;
}

export interface Platform {
  inspect: Inspect;

  /** Versions for the record of a computation: nablab's and the runtime's. */
  versions: Readonly<Record<string, string>>;

  /** Reads a file or URL; undefined if there is none. @throws Error when it cannot be read */
  readFile(file: string | URL): Promise<Uint8Array<ArrayBuffer> | undefined>;
  /** As `readFile`, synchronously. */
  readFileSync(file: string | URL): Uint8Array<ArrayBuffer> | undefined;
  /** Opens a file or URL to be read in chunks; undefined if there is none. @throws Error when it cannot be opened */
  openFile(file: string | URL): Promise<OpenedFile | undefined>;
  /**
   * Writes a file completely or not at all, even after a crash or with a full disk. Creates missing folders, follows links,
   * keeps permissions. In a browser the file lasts as long as the page, and can be read back.
   */
  writeAtomically(file: string, content: string | Uint8Array): void;
  /** Creates the folder of a file to be written later. @throws Error if it could not be: for a folder, or without permission */
  requireWritable(file: string): void;
  /** The base of relative paths. */
  workingFolder(): string;
  /**
   * The folder, or URL, of an npm package's files.
   *
   * @throws Error if it is not installed, or the browser's host set no URL for it
   */
  packageFolder(name: string): string;

  /** SHA-256 of the concatenated parts, in hexadecimal; strings as UTF-8. */
  sha256(...parts: readonly (string | Uint8Array)[]): string;
  /** Decompresses gzip; undefined if the result exceeds `most` bytes. @throws Error for damaged data */
  gunzip(bytes: Uint8Array<ArrayBuffer>, most?: number): Promise<Uint8Array<ArrayBuffer> | undefined>;
  /** Decompresses gzip as a stream, which throws for damaged data. */
  gunzipChunks(chunks: AsyncIterable<Uint8Array<ArrayBuffer>>): AsyncIterable<Uint8Array>;
  /** Base64 of bytes, or of a string's UTF-8. */
  base64(content: string | Uint8Array): string;

  /** Cores that threads may use. */
  cores(): number;
  /** Whether there are threads with shared memory; otherwise everything runs on the calling thread. */
  sharesMemory: boolean;
  /** Zeroed memory of `length` bytes, shared if threads can share it. */
  sharedBytes(length: number): SharedArrayBuffer;
  /** Starts a module as a thread. `quiet` drops its output. */
  startThread(module: URL, options?: { quiet?: boolean }): Thread;
  /** In a thread: receives messages from the thread that started it. Elsewhere, does nothing. */
  onParentMessage(receive: (message: never) => void): void;
  /** In a thread: sends a message to the thread that started it. */
  postToParent(message: unknown): void;

  /** Starts a module in a separate Node process. @throws Error in a browser, which has no programs */
  startModule(module: URL, options?: ProgramOptions & { args?: readonly string[] }): Program;
  /**
   * Starts a script in a Python that has a module: that of `NABLAB_PYTHON`, of the set-up, or of the path. Its first argument
   * is this Node. @throws Error if there is none, and in a browser
   */
  startPython(script: URL, module: string, args: readonly string[]): Program;
  /** Calls `onExceeded`, once, when a process takes more memory than `megabytes`; returns a function that ends the watch. */
  watchMemory(id: number, megabytes: number, onExceeded: () => void): () => void;
  /** The memory of this machine, in megabytes. */
  memory(): number;
  /** Opens a file of lines, creating it if necessary. @throws Error in a browser */
  openLines(file: string): LineFile;
  /** A file of lines, removed once it is no longer referenced; undefined if there are no files. */
  temporaryLines(): LineFile | undefined;
  /** A path relative to the working folder as an absolute one. */
  absolutePath(file: string): string;
  /** The name of this machine. */
  hostName(): string;

  /** The foreign kernel that runs this process, if any: tslab's or Deno's. */
  foreignKernel(): ForeignKernel | undefined;

  /** Lets the event loop handle pending events. */
  yieldTurn(): Promise<void>;
  /** A timeout that does not keep the program alive. */
  backgroundTimeout(callback: () => void, milliseconds: number): Timer;

  /** Enables WebAssembly's relaxed SIMD if the engine has it behind a flag. */
  allowRelaxedSimd(): void;
  /** OpenBLAS, loaded on the first call. @throws Error with the fix if there is none */
  openblas(): OpenBlas;
  /** OpenBLAS, tried in another process before it is loaded; or the reason why it cannot be used. */
  trustOpenblas(): OpenBlas | string;
  /** The factors besides nablab that determine the bits of a computation: processor, system, engine. */
  machine(): string;
  /** The answer to a question remembered on this machine; undefined if there is none. */
  recall(question: string): string | undefined;
  /** Remembers an answer for later processes, if possible. */
  remember(question: string, answer: string): void;
  /** Whether static pictures of figures can be drawn in a thread, without a page. */
  drawsOffscreen: boolean;
}
