/**
 * How work is shared between threads: every operation is split along its result, each entry of which is computed by
 * one thread, in a fixed order. So the bits are the same for any number of threads.
 */

/** One thread of several: number `part` of `parts`. */
export interface Share {
  readonly part: number;
  readonly parts: number;
}

/** All of the work. */
export const whole: Share = { part: 0, parts: 1 };

/**
 * A thread's part of 0 … n − 1, split at multiples of `grain`.
 *
 * @returns `[from, to]`, with `to` excluded; the parts of all threads are consecutive and cover everything
 */
export function rangeOf(n: number, { part, parts }: Share, grain = 1): [from: number, to: number] {
  const grains = Math.ceil(n / grain);
  const from = Math.floor((grains * part) / parts) * grain;
  const to = Math.floor((grains * (part + 1)) / parts) * grain;
  return [Math.min(from, n), Math.min(to, n)];
}
