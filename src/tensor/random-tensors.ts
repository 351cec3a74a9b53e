/**
 * Tensors of random numbers, drawn in row-major order.
 */
import { optionsOf } from "../options/options-of.js";
import { zeros } from "./creation.js";
import { Random, random } from "./random.js";
import type { Shape } from "./shapes.js";
import type { DType, Tensor } from "./tensor.js";

/** The source of a tensor's random numbers: a seed, or a stream, which advances. */
export interface RandomTensorOptions {
  /** A whole number ≥ 0, or a stream. */
  seed: number | Random;
  /** How the entries are stored; `"float64"` by default. */
  dtype?: DType;
}

/**
 * A tensor of independent normal numbers N(mean, sd²).
 *
 * @param shape the extents, or one number for a vector
 * @param options `seed` (needed), `mean` = 0, `sd` = 1, `dtype`
 * @throws RangeError unless `seed` is a stream or a whole number ≥ 0, and every extent one.
 * @example
 * randomNormal([2, 3], { seed: 1 }).shape // → [ 2, 3 ]
 */
export function randomNormal(
  shape: Shape | number,
  options: RandomTensorOptions & { mean?: number; sd?: number } = {} as never,
): Tensor {
  const {
    seed,
    mean = 0,
    sd = 1,
    dtype = "float64",
  } = optionsOf("randomNormal", options, ["seed", "dtype", "mean", "sd"]);
  const stream = toStream(seed);
  return fill(zeros(shape, { dtype }), () => stream.normal(mean, sd));
}

/**
 * A tensor of independent numbers, each uniform in low ≤ x < high.
 *
 * @param shape the extents, or one number for a vector
 * @param options `seed` (needed), `low` = 0, `high` = 1, `dtype`
 * @throws RangeError unless `seed` is a stream or a whole number ≥ 0, and every extent one.
 * @example
 * randomUniform(1000, { seed: 1, low: 2, high: 3 }).min() >= 2 // → true
 */
export function randomUniform(
  shape: Shape | number,
  options: RandomTensorOptions & { low?: number; high?: number } = {} as never,
): Tensor {
  const {
    seed,
    low = 0,
    high = 1,
    dtype = "float64",
  } = optionsOf("randomUniform", options, ["seed", "dtype", "low", "high"]);
  const stream = toStream(seed);
  return fill(zeros(shape, { dtype }), () => stream.uniform(low, high));
}

/** If options are missing, which the types forbid, `random` reports it. */
function toStream(seed: number | Random): Random {
  return seed instanceof Random ? seed : random(seed);
}

function fill(t: Tensor, draw: () => number): Tensor {
  for (let i = 0; i < t.size; i++) t.data[i] = draw();
  return t;
}
