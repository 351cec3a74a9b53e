/**
 * What the library asks of the place it runs in: somewhere to show things, and a word when the reader
 * presses stop. The kernel and `nablab run` each set a host; without one (a plain Node script) shown
 * things print their text to the console and nothing interrupts.
 */
import type { MimeBundle } from "./bundle.js";

/** One thing to show, or, with `update`, new contents for what was shown under the same `displayId`. */
export interface DisplayMessage {
  data: MimeBundle;
  metadata?: Record<string, unknown>;
  displayId?: string;
  update?: boolean;
  /** Of a live display: `true` while a newer version is to follow, `false` with the last one. */
  live?: boolean;
}

/** An open connection between something in a cell and its views in the front end. */
export interface Comm {
  readonly id: string;
  /** Sends data to the front end, with binary buffers. */
  send(data: Record<string, unknown>, buffers?: Uint8Array[]): void;
  close(): void;
}

/** What a connection is opened with. */
export interface CommOptions {
  /** The target in the front end, such as `jupyter.widget`. */
  target: string;
  id: string;
  data: Record<string, unknown>;
  metadata?: Record<string, unknown>;
  /** Receives what the front end sends. */
  onMessage(data: Record<string, unknown>, buffers: Uint8Array[]): void;
  /** The whole state, for a reloaded page; as `data` was at first. */
  state?(): Record<string, unknown>;
}

/** Where nablab runs: a Jupyter kernel, `nablab run`, or a plain script. */
export interface Host {
  /** Shows one message in the output of the cell that is running. */
  display(message: DisplayMessage): void;
  /** Clears what the running cell has shown so far; with `wait`, only when something new comes. */
  clearOutput(wait: boolean): void;
  /**
   * A signal that aborts when the reader presses stop. Long work asks for it when it starts, and ends
   * soon after it aborts; the reason is the error that the cell ends with.
   */
  interruptSignal(): AbortSignal;
  /** The texts of cells that name themselves modules, by the absolute path of the file that each stands for. */
  moduleTexts?(): Readonly<Record<string, string>>;
  /** Opens a connection to the front end; without it there is none to connect to. */
  openComm?(options: CommOptions): Comm;
  /** Shows a value that is printed, in kernels that print the last value of a cell. */
  printed?(value: object): void;
}

const never = new AbortController().signal;

/**
 * The host of a plain script: prints each display once. Later updates are not printed again, and of a live display only the
 * last version is printed.
 */
export const consoleHost: Host = {
  display({ data, update = false, live }) {
    if (live === undefined ? !update : !live) console.log(data["text/plain"]);
  },
  clearOutput: () => {},
  interruptSignal: () => never,
};

let current: Host = consoleHost;

/** The text of a value that shows itself, as `console.log` prints it. */
export function printing(value: object, text: string): string {
  current.printed?.(value);
  return text;
}

/** The host in force. */
export function host(): Host {
  return current;
}

/** Sets the host in force and returns the one before it. */
export function setHost(next: Host): Host {
  const before = current;
  current = next;
  return before;
}
