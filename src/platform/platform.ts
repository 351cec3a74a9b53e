/**
 * What Node and a browser do differently, as one interface: everything above this folder is the language alone.
 *
 * `import … from "#platform"` takes `node.ts`, or `browser.ts` where a bundler asks for the condition "browser"
 * (package.json, "imports"). Both export exactly the names of {@link Platform}.
 */

/** How a value is printed; as Node's `util.inspect`. */
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
  /** The key of the method by which a value says what is printed of it. */
  readonly custom: unique symbol;
}

/** What a thread sends and how it fails. */
export interface ThreadListener {
  /** Receives each message. */
  message(message: never): void;
  /** Told once: the thread has ended, or failed and will be ended. */
  failure(error: Error): void;
}

/** A module that runs in its own thread. */
export interface Thread {
  /** Sends a message: shared memory is shared, everything else copied. */
  post(message: unknown): void;
  /** Replaces the listener; without one, messages are dropped. */
  listen(listener?: ThreadListener): void;
  /** Whether the program waits for the thread before it ends; true at first. A page waits for none. */
  keepAlive(on: boolean): void;
  /** Ends the thread, whatever it is doing. */
  terminate(): Promise<void>;
}

/** OpenBLAS, found and loaded. */
export interface OpenBlas {
  readonly name: string;
  readonly sgemm: Sgemm;
  /** Where an array lies. */
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

/** A program beside this one, which is written to and answers in lines of text. */
export interface Program {
  /** Its process; undefined if it could not be started. */
  readonly id: number | undefined;
  /** Sends a line. */
  send(line: string): void;
  /** Replaces the listener. */
  listen(listener: ProgramListener): void;
  /** The end of what it printed besides its lines. */
  readonly printed: string;
  /** Forgets what it printed so far. */
  forget(): void;
  /** Ends it, whatever it is doing. */
  kill(): void;
  /** Ends its input, upon which it ends itself; resolves once it has. After some seconds it is killed. */
  close(): Promise<void>;
}

/** What a program writes, and how it ends. */
export interface ProgramListener {
  /** Receives each line of its standard output. */
  line(text: string): void;
  /** Told once: `by SIGKILL`, `with exit code 1`, or why it could not be started. */
  ended(how: string): void;
}

/** How a program is started. */
export interface ProgramOptions {
  /** Its working folder. */
  folder?: string;
  /** Variables of its environment, beside those of this process. */
  variables?: Readonly<Record<string, string>>;
}

/** A file to which lines are appended. */
export interface LineFile {
  /** Appends a line, and returns where it is. @throws Error when the disk is full, after which nothing of it is there */
  append(line: string): LinePlace;
  /** Reads a line. */
  read(place: LinePlace): string;
  /** The lines of the file as it was opened, less an incomplete last one, which is removed. */
  lines(): Iterable<[line: string, place: LinePlace]>;
  /** Replaces the file, atomically, by these of its lines in this order. */
  rewrite(places: Iterable<LinePlace>): void;
  /**
   * Reads lines of the file as it is now, also when it is closed, replaced or removed; undefined on Windows, where a file that is
   * read cannot be replaced.
   */
  reader(): ((place: LinePlace) => string) | undefined;
  close(): void;
}

/** Where a line is in a file: its first byte, and how many. */
export type LinePlace = readonly [start: number, length: number];

/** What threads are called, so that a module knows whether it was started as one. */
export const threadName = "nablab thread";

/** A file that is read in chunks. */
export interface OpenedFile {
  /** Its bytes; undefined where a server does not say. */
  size: number | undefined;
  /** Iterate to the end or leave early: then it is closed. Throws when it cannot be read. */
  chunks: AsyncIterable<Uint8Array<ArrayBuffer>>;
}

/** A timer, for `clearTimeout`. */
export type Timer = ReturnType<typeof setTimeout>;

/** Everything that `"#platform"` exports. */
/** What another kernel offers. */
export interface ForeignKernel {
  /** What sends messages to the front end, for the cell that runs now. */
  sender(): (
    type: "display_data" | "update_display_data" | "clear_output",
    content: Record<string, unknown>,
  ) => void;
  /** Calls a listener when the reader presses stop. */
  onInterrupt(listener: () => void): void;
  /** Whether the last value of a cell is printed, however it shows itself. */
  printsValues: boolean;
}

export interface Platform {
  inspect: Inspect;

  /** Versions for the record of a computation: nablab's and that of what ran it. */
  versions: Readonly<Record<string, string>>;

  /** Reads a file or URL; undefined if there is none. @throws Error when it cannot be read */
  readFile(file: string | URL): Promise<Uint8Array<ArrayBuffer> | undefined>;
  /** As `readFile`, synchronously. */
  readFileSync(file: string | URL): Uint8Array<ArrayBuffer> | undefined;
  /** Opens a file or URL to be read in chunks; undefined if there is none. @throws Error when it cannot be opened */
  openFile(file: string | URL): Promise<OpenedFile | undefined>;
  /**
   * Writes a file whole or not at all, also after a crash or a full disk. Creates missing folders, follows links, keeps
   * permissions. In a browser the file lasts as long as the page, and can be read back.
   */
  writeAtomically(file: string, content: string | Uint8Array): void;
  /** Creates the folder of a file that is written later. @throws Error where it could not be: for a folder, or without leave */
  requireWritable(file: string): void;
  /** What relative paths are relative to. */
  workingFolder(): string;
  /**
   * The folder, or URL, of an npm package's files.
   *
   * @throws Error when it is not installed, or the browser's host gave no URL for it
   */
  packageFolder(name: string): string;

  /** SHA-256 of the concatenated parts, in hexadecimal; strings as UTF-8. */
  sha256(...parts: readonly (string | Uint8Array)[]): string;
  /** Unpacks gzip; undefined if that is more than `most` bytes. @throws Error when it is damaged */
  gunzip(bytes: Uint8Array<ArrayBuffer>, most?: number): Promise<Uint8Array<ArrayBuffer> | undefined>;
  /** Unpacks gzip as a stream, which throws where it is damaged. */
  gunzipChunks(chunks: AsyncIterable<Uint8Array<ArrayBuffer>>): AsyncIterable<Uint8Array>;
  /** Base64 of bytes, or of a string's UTF-8. */
  base64(content: string | Uint8Array): string;

  /** Cores that threads may use. */
  cores(): number;
  /** Whether there are threads, which can share memory; otherwise everything runs on the calling thread. */
  sharesMemory: boolean;
  /** Memory of so many bytes, shared where threads can share it; zero at first. */
  sharedBytes(length: number): SharedArrayBuffer;
  /** Starts a module as a thread. `quiet`: what it prints is dropped. */
  startThread(module: URL, options?: { quiet?: boolean }): Thread;
  /** In a thread: receives messages from the thread that started it. Elsewhere, does nothing. */
  onParentMessage(receive: (message: never) => void): void;
  /** In a thread: sends a message to the thread that started it. */
  postToParent(message: unknown): void;

  /** Starts a module in a Node of its own. @throws Error in a browser, which has no programs */
  startModule(module: URL, options?: ProgramOptions & { args?: readonly string[] }): Program;
  /**
   * Starts a script in a Python that has a module: that of `NABLAB_PYTHON`, of the set-up, or of the path. Its first argument
   * is this Node. @throws Error where there is none, and in a browser
   */
  startPython(script: URL, module: string, args: readonly string[]): Program;
  /** Calls `onExceeded`, once, when a process takes more memory than `megabytes`; returns what ends the watch. */
  watchMemory(id: number, megabytes: number, onExceeded: () => void): () => void;
  /** Megabytes of memory that this machine has. */
  memory(): number;
  /** Opens a file of lines, which is created if need be. @throws Error in a browser */
  openLines(file: string): LineFile;
  /** A file of lines that goes with the last reference to it; undefined where there are no files. */
  temporaryLines(): LineFile | undefined;
  /** A path relative to the working folder as an absolute one. */
  absolutePath(file: string): string;
  /** The name of this machine. */
  hostName(): string;

  /** A kernel that is not nablab's, in which this runs: tslab's or Deno's. */
  foreignKernel(): ForeignKernel | undefined;

  /** Lets the event loop handle what is waiting. */
  yieldTurn(): Promise<void>;
  /** A timeout that does not keep the program alive. */
  backgroundTimeout(callback: () => void, milliseconds: number): Timer;

  /** Turns on WebAssembly's relaxed SIMD where the engine has it behind a flag. */
  allowRelaxedSimd(): void;
  /** OpenBLAS, loaded on the first call. @throws Error where there is none, with the fix */
  openblas(): OpenBlas;
  /** OpenBLAS, tried in another process before it is loaded; or why there is none, in words. */
  trustOpenblas(): OpenBlas | string;
  /** What determines the bits of a computation besides nablab: processor, system, engine. */
  machine(): string;
  /** What was remembered as the answer to a question, on this machine; undefined if nothing. */
  recall(question: string): string | undefined;
  /** Remembers an answer for later processes, where that is possible. */
  remember(question: string, answer: string): void;
  /** Whether static pictures of figures can be drawn in a thread, without a page. */
  drawsOffscreen: boolean;
}
