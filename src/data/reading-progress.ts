/**
 * The progress of reading a large file, in the cell's output.
 */
import { nextDisplayId } from "../display/display.js";
import { host } from "../display/host.js";

/** Smaller files are read too fast to need progress. */
const small = 20_000_000;
/** Milliseconds between two versions. */
const pause = 500;

/** A line that is updated while a file is read. Its final text contains no time, so that a notebook is reproducible. */
export class ReadingProgress {
  readonly #name: string;
  readonly #size: number | undefined;
  readonly #host = host();
  #id: string | undefined;
  #last = performance.now();

  /** @param size the file's size in bytes, if known */
  constructor(name: string, size: number | undefined) {
    this.#name = name;
    this.#size = size;
    if (size === undefined || size <= small) return;
    this.#id = nextDisplayId(this.#host);
    this.#display(`reading ${name}, ${megabytes(size)}`, false);
  }

  /** Reports how much is read. */
  show(bytes: number): void {
    if (performance.now() - this.#last < pause) return;
    this.#last = performance.now();
    this.#display(
      `reading ${this.#name}: ${Math.round((100 * bytes) / this.#size!)} % of ${megabytes(this.#size!)}`,
      true,
    );
  }

  /** Reports the end. */
  end(): void {
    this.#display(`read ${this.#name}, ${megabytes(this.#size!)}`, true);
  }

  #display(text: string, update: boolean): void {
    if (this.#id) this.#host.display({ data: { "text/plain": text }, displayId: this.#id, update });
  }
}

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;
