/**
 * Draws of a noisy vector at one point, and their statistics: mean and scatter, the largest draw, and the tails.
 */
import { inspect } from "#platform";
import { formatNumber } from "../../display/format-number.js";
import type { Random } from "../../tensor/random.js";
import { nthSmallest } from "../algebra/nth-smallest.js";
import type { Vector } from "../algebra/vectors.js";
import { isCertain } from "./certain.js";
import type { MeanTest } from "./mean-test.js";
import { type TailIndex, tailIndex } from "./tails.js";

/** A noisy vector: one draw at θ. */
export type Estimator = (theta: Vector, stream: Random) => ArrayLike<number>;

/** The statistics at one point. */
export interface NoiseAt {
  readonly theta: Float64Array;
  /** The mean of the draws. */
  readonly mean: Float64Array;
  /** The largest |mean − expected| / standard error over the entries. */
  readonly z: number;
  /** The entry at which that occurs. */
  readonly entry: number;
  /** The estimated bias of that entry. */
  readonly bias: number;
  /** The largest ‖N(θ)‖ drawn. */
  readonly largest: number;
  /** The estimated E‖N(θ) − mean‖²: the trace of the covariance. */
  readonly variance: number;
  /** The standard error of that. */
  readonly varianceError: number;
  /** The share of the largest single draw in the variance: close to 1/samples unless tails are heavy. */
  readonly heaviest: number;
  /** The tail index of ‖N(θ) − median‖, by Hill's estimator. */
  readonly tail: TailIndex;
}

/** The largest number of values kept. */
const mostNumbers = 1e8;

/** All draws at one point, entry by entry. */
export function drawAt(
  theta: Float64Array,
  draw: Estimator,
  samples: number,
  streams: Random,
  place: number,
) {
  const stream = streams.split(place);
  let columns: Float64Array[] = [];
  let alike = true;
  for (let n = 0; n < samples; n++) {
    const one = draw(theta, stream);
    if (n === 0) {
      if (one.length * samples > mostNumbers) {
        throw new RangeError(
          `checkNoise: ${samples} draws of ${one.length} numbers are too many to keep; use fewer samples, got ${samples}`,
        );
      }
      columns = Array.from({ length: one.length }, () => new Float64Array(samples));
    }
    if (one.length !== columns.length || columns.length === 0) {
      throw new RangeError(
        `checkNoise: every draw must have the same number of entries, at least 1; got ${columns.length} and ${one.length}`,
      );
    }
    for (let j = 0; j < columns.length; j++) {
      const value = one[j]!;
      if (!Number.isFinite(value)) {
        throw new RangeError(
          `checkNoise: every draw must be finite; at theta = (${Array.from(theta, (x) => formatNumber(x)).join(", ")}) entry ${j} of draw ${n} is ${inspect(value)}`,
        );
      }
      columns[j]![n] = value;
      if (alike && value !== columns[j]![0]) alike = false;
    }
  }
  const certain = alike && isCertain(draw, theta, stream, streams.split(place));
  return { theta, columns, certain };
}

/** The statistics of the draws at one point, with the tests of their means if there are any. */
export function seenAt(
  theta: Float64Array,
  columns: readonly Float64Array[],
  tests: readonly MeanTest[] | undefined,
): NoiseAt {
  const n = columns[0]!.length;
  const mean = Float64Array.from(columns, (column) => {
    let running = 0;
    for (let i = 0; i < n; i++) running += (column[i]! - running) / (i + 1);
    return running;
  });
  // Column by column, as they lie in memory: the entries of one draw are scattered over thousands of arrays.
  const [squares, sizes] = [new Float64Array(n), new Float64Array(n)];
  for (let j = 0; j < columns.length; j++) {
    const [column, centre] = [columns[j]!, mean[j]!];
    for (let i = 0; i < n; i++) {
      const value = column[i]!;
      const off = value - centre;
      squares[i]! += off * off;
      sizes[i]! += value * value;
    }
  }
  const largest = Math.sqrt(sizes.reduce((most, size) => Math.max(most, size), 0));
  let [z, entry, bias] = [0, 0, 0];
  tests?.forEach(({ off, standardError }, j) => {
    // Entries without scatter (a constant gradient entry) may differ by rounding only.
    const error = standardError + 1e-12 * (1 + Math.abs(mean[j]! - off));
    if (Math.abs(off) / error > z) [z, entry, bias] = [Math.abs(off) / error, j, off];
  });
  const total = squares.reduce((sum, one) => sum + one, 0);
  const spread = squares.reduce((sum, one) => sum + (one - total / n) ** 2, 0) / (n - 1);
  return {
    theta,
    mean,
    z,
    entry,
    bias,
    largest,
    variance: total / (n - 1),
    varianceError: Math.sqrt(spread / n),
    heaviest: total > 0 ? Math.max(...squares) / total : 0,
    tail: tailIndex(fromMedian(columns)),
  };
}

/** The distance of each draw from the entries' medians; a mean may itself lie far out in the tail. */
function fromMedian(columns: readonly Float64Array[]): Float64Array {
  const n = columns[0]!.length;
  const [squares, rearranged] = [new Float64Array(n), new Float64Array(n)];
  for (const column of columns) {
    rearranged.set(column);
    const median = nthSmallest(rearranged, Math.floor(n / 2));
    for (let i = 0; i < n; i++) {
      const off = column[i]! - median;
      squares[i]! += off * off;
    }
  }
  return squares.map(Math.sqrt);
}
