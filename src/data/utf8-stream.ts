/**
 * Converts text of any encoding to UTF-8, chunk by chunk.
 */
import { inspect } from "#platform";

/** Turns the bytes of a text into UTF-8 without a byte order mark. */
export class Utf8Stream {
  readonly #who: string;
  readonly #encoder = new TextEncoder();
  readonly #encoding: string | undefined;
  /** Undefined until the first bytes arrive; false for UTF-8, which needs no conversion. */
  #decoder: InstanceType<typeof TextDecoder> | false | undefined;
  #first: Uint8Array = new Uint8Array(0);

  /**
   * @param who starts the message for an unknown encoding
   * @param encoding its name; by default UTF-16 by its byte order mark or the zeros of its ASCII, else UTF-8
   */
  constructor(who: string, encoding?: string) {
    this.#who = who;
    this.#encoding = encoding;
  }

  /** The next bytes as UTF-8. */
  convert(bytes: Uint8Array): Uint8Array {
    if (this.#decoder === undefined) {
      const first = new Uint8Array(this.#first.length + bytes.length);
      first.set(this.#first);
      first.set(bytes, this.#first.length);
      this.#first = first;
      if (first.length < 4) return first.subarray(0, 0);
      return this.#start();
    }
    return this.#decoder ? this.#encoder.encode(this.#decoder.decode(bytes, { stream: true })) : bytes;
  }

  /** The remaining bytes at the end. */
  end(): Uint8Array {
    const rest = this.#decoder === undefined ? this.#start() : new Uint8Array(0);
    if (!this.#decoder) return rest;
    const last = this.#encoder.encode(this.#decoder.decode());
    const all = new Uint8Array(rest.length + last.length);
    all.set(rest);
    all.set(last, rest.length);
    return all;
  }

  #start(): Uint8Array {
    const first = this.#first;
    const encoding = this.#encoding ?? encodingOf(first);
    if (/^utf-?32/i.test(encoding)) {
      throw new RangeError(`${this.#who}: the text is UTF-32; save it as UTF-8`);
    }
    if (/^utf-?8$/i.test(encoding)) {
      this.#decoder = false;
      const hasMark = first[0] === 0xef && first[1] === 0xbb && first[2] === 0xbf;
      return hasMark ? first.subarray(3) : first;
    }
    try {
      this.#decoder = new TextDecoder(encoding);
    } catch {
      throw new RangeError(
        `${this.#who}: encoding must be one such as "utf-8", "utf-16le" or "windows-1252", got ${inspect(encoding)}`,
      );
    }
    return this.convert(first);
  }
}

/** What the first bytes say. */
function encodingOf([a, b, c, d]: Uint8Array): string {
  if ((a === 0xff && b === 0xfe && c === 0 && d === 0) || (a === 0 && b === 0 && c === 0xfe)) return "utf-32";
  if ((a === 0xff && b === 0xfe) || (a !== 0 && b === 0)) return "utf-16le";
  if ((a === 0xfe && b === 0xff) || (a === 0 && b)) return "utf-16be";
  return "utf-8";
}
