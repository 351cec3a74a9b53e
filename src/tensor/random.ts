/**
 * Seeded random numbers. The same seed gives the same bits on every machine: the bits come from Philox
 * (`philox.ts`), and everything derived from them uses only +, −, ×, ÷ and √, which IEEE 754 specifies to the
 * last bit. `Math.log` and `Math.cos` are not used, since ECMAScript leaves their last bits to the engine.
 */

import { inspect } from "#platform";
import { checkWhole, refused } from "../options/check.js";
import { philox4x32 } from "./philox.js";

/** Names a stream within a seed: a whole number ≥ 0, or a word such as `"initial weights"`. */
export type StreamKey = number | string;

/** The last counter word identifies the use of a block of bits, so that no two uses share bits. */
const use = { draw: 0, splitNumber: 1, splitText: 2 };

/** Scratch space for the keys of `split`: allocating an array for each would cost as much as computing the key. */
const keys = new Uint32Array(4);

/**
 * A stream of random numbers; make one with `random(seed)`.
 *
 * Each draw advances the stream. `split` returns independent streams without advancing it, so that the draws of
 * one part of a program never depend on how many another part made.
 */
export class Random {
  readonly #key0: number;
  readonly #key1: number;
  /** How it was made: as text, or as the stream of a key within another one. */
  readonly #name: string | readonly [parent: Random, key: StreamKey];
  readonly #block = new Uint32Array(4);
  #used = 4;
  #counter = 0;
  #spare: number | undefined;

  /** For `random()` and `split()`: a new stream with the two 32-bit key words. */
  constructor(key0: number, key1: number, name: string | readonly [parent: Random, key: StreamKey]) {
    this.#key0 = key0 >>> 0;
    this.#key1 = key1 >>> 0;
    this.#name = name;
  }

  /** The next 32 random bits, as a whole number 0 ≤ n < 2^32. */
  bits(): number {
    if (this.#used === 4) {
      const high = Math.floor(this.#counter / 2 ** 32);
      philox4x32(this.#counter, high, 0, use.draw, this.#key0, this.#key1, this.#block);
      this.#counter++;
      this.#used = 0;
    }
    return this.#block[this.#used++]!;
  }

  /** A number drawn uniformly from low ≤ x < high: one of 2^53 equally spaced ones, by default from [0, 1). Throws if low > high. */
  uniform(low = 0, high = 1): number {
    if (!(low <= high)) {
      throw new RangeError(`uniform: low must be at most high, got ${inspect(low)} and ${inspect(high)}`);
    }
    const unit = ((this.bits() >>> 5) * 2 ** 26 + (this.bits() >>> 6)) * 2 ** -53;
    return low === 0 && high === 1 ? unit : low + (high - low) * unit;
  }

  /** Advances the stream in one step as if `uniform()` had been called `count` times. Returns the stream. */
  skip(count: number): this {
    checkWhole("skip", { count }, 0);
    const words = 4 * this.#counter - (4 - this.#used) + 2 * count;
    this.#counter = Math.floor(words / 4);
    this.#used = 4;
    for (let word = words % 4; word > 0; word--) this.bits();
    return this;
  }

  /**
   * A number from the normal distribution N(mean, sd²).
   *
   * Marsaglia's polar method: (u, v) uniform in the unit disc, s = u² + v², then u √(−2 ln s / s) and
   * v √(−2 ln s / s) are two independent standard normal numbers (SIAM Review 6, 1964).
   *
   * @throws RangeError unless sd ≥ 0.
   */
  normal(mean = 0, sd = 1): number {
    if (!(sd >= 0)) throw refused("normal", "sd", "a number ≥ 0", sd);
    if (this.#spare !== undefined) {
      const spare = this.#spare;
      this.#spare = undefined;
      return mean + sd * spare;
    }
    let u: number;
    let v: number;
    let s: number;
    do {
      u = 2 * this.uniform() - 1;
      v = 2 * this.uniform() - 1;
      s = u * u + v * v;
    } while (s >= 1 || s === 0);
    const factor = Math.sqrt((-2 * portableLog(s)) / s);
    this.#spare = v * factor;
    return mean + sd * u * factor;
  }

  /**
   * A whole number 0 ≤ i < n, uniformly distributed: by rejection, without bias.
   *
   * @throws RangeError unless n is a whole number from 1 to 2^53.
   */
  integer(n: number): number {
    if (!Number.isInteger(n) || n < 1 || n > 2 ** 53) {
      throw refused("integer", "n", "a whole number from 1 to 2^53", n);
    }
    if (n > 2 ** 32) {
      const limit = 2 ** 53 - (2 ** 53 % n);
      let draw: number;
      do draw = this.uniform() * 2 ** 53;
      while (draw >= limit);
      return draw % n;
    }
    // The 2^32 mod n smallest values are rejected; as 32-bit integers, which is 4 times as fast.
    const surplus = (-n >>> 0) % n;
    let draw: number;
    do draw = this.bits();
    while (draw < surplus);
    return draw % n;
  }

  /** The numbers 0, …, n − 1 in random order, each of the n! orders equally likely. */
  permutation(n: number): Uint32Array {
    if (!Number.isInteger(n) || n < 0 || n > 2 ** 32) {
      throw refused("permutation", "n", "a whole number from 0 to 2^32", n);
    }
    const order = new Uint32Array(n);
    for (let i = 0; i < n; i++) order[i] = i;
    return this.shuffle(order);
  }

  /** Shuffles a list in place (Fisher–Yates), and returns it. */
  shuffle<T extends { length: number; [index: number]: unknown }>(list: T): T {
    for (let i = list.length - 1; i > 0; i--) {
      const j = this.integer(i + 1);
      const other = list[i];
      list[i] = list[j];
      list[j] = other;
    }
    return list;
  }

  /** A uniformly chosen entry of a list. Throws for an empty list. */
  choice<T>(list: ArrayLike<T>): T {
    if (list.length === 0) throw new RangeError("choice: there is nothing to choose from, the list is empty");
    return list[this.integer(list.length)]!;
  }

  /** `count` entries of a list in random order, without replacement, or with `replace: true` with it. */
  sample<T>(list: ArrayLike<T>, count: number, { replace = false }: { replace?: boolean } = {}): T[] {
    if (!Number.isInteger(count) || count < 0 || (!replace && count > list.length)) {
      const most = replace
        ? "≥ 0"
        : `from 0 to ${list.length}, the length of the list (or pass replace: true)`;
      throw refused("sample", "count", `a whole number ${most}`, count);
    }
    if (replace) return Array.from({ length: count }, () => this.choice(list));
    return Array.from(this.permutation(list.length).subarray(0, count), (at) => list[at]!);
  }

  /**
   * The stream named `key` within this one: independent of it and of all its other streams, and the same at every
   * call, however much has been drawn.
   *
   * @throws RangeError unless `key` is a string or a whole number ≥ 0.
   */
  split(key: StreamKey): Random {
    const out = keys;
    out[0] = this.#key0;
    out[1] = this.#key1;
    if (typeof key === "string") {
      // Each character is a block under the key derived from the characters before it; the length ends it.
      for (let i = 0; i < key.length; i++)
        philox4x32(key.charCodeAt(i), i, 0, use.splitText, out[0]!, out[1]!, out);
      philox4x32(key.length, 0, 1, use.splitText, out[0]!, out[1]!, out);
    } else {
      checkWhole("split", { key }, 0);
      philox4x32(key, Math.floor(key / 2 ** 32), 0, use.splitNumber, this.#key0, this.#key1, out);
    }
    return new Random(out[0]!, out[1]!, [this, key]);
  }

  /** How the stream was made, such as `random(7).split("noise")`. */
  toString(): string {
    const splits: string[] = [];
    let name = this.#name;
    for (; typeof name !== "string"; name = name[0].#name) splits.push(`.split(${JSON.stringify(name[1])})`);
    return name + splits.reverse().join("");
  }

  /** What `console.log` prints: how the stream was made. */
  [inspect.custom](): string {
    return String(this);
  }
}

/**
 * A stream of random numbers that is the same, bit for bit, for the same seed, on every machine.
 *
 * @param seed a whole number from 0 to 2^53 − 1
 * @throws RangeError for any other seed.
 * Source: Salmon, Moraes, Dror, Shaw, Parallel random numbers: as easy as 1, 2, 3, 2011.
 * @example
 * random(7).uniform() === random(7).uniform() // → true
 * random(7).split("weights").permutation(5).length // → 5
 */
export function random(seed: number): Random {
  checkWhole("random", { seed }, 0);
  return new Random(seed, Math.floor(seed / 2 ** 32), `random(${seed})`);
}

/**
 * ln x for 0 < x < 1, to within 2 units in the last place, with the same bits on every machine.
 *
 * x = m 2^e with m near 1, then ln m = 2 artanh r = 2 (r + r³/3 + r⁵/5 + …) with r = (m − 1)/(m + 1), |r| < 0.172:
 * the first omitted term, r²³/23, is below 2^-60.
 */
export function portableLog(x: number): number {
  let m = x;
  let e = 0;
  for (; m < Math.SQRT1_2; e--) m *= 2;
  const r = (m - 1) / (m + 1);
  const square = r * r;
  let sum = 0;
  for (let n = 21; n >= 1; n -= 2) sum = sum * square + 1 / n;
  return 2 * r * sum + e * Math.LN2;
}
