/**
 * Samples made from a formula and a seed, so that the truth is known.
 */

import { checkNotNegative, checkWhole } from "../options/check.js";
import { optionsOf } from "../options/options-of.js";
import { random } from "../tensor/random.js";
import { type Dataset, dataset } from "./dataset.js";

/** The number of samples, and the noise. */
export interface SyntheticOptions {
  /** The number of samples; 200. */
  size?: number;
  /** The standard deviation of the noise. */
  noise?: number;
  /** The seed of all random numbers; 0. */
  seed?: number;
}

/**
 * Two interleaved half circles of radius 1, one for each class: no line separates them.
 *
 * @param options `size`, `noise` of both coordinates (0.1), `seed`
 * @throws RangeError unless `size` is a whole number ≥ 1 and `noise` ≥ 0.
 * @example
 * twoMoons({ size: 100 }).counts() // → [ 50, 50 ]
 */
export function twoMoons(options: SyntheticOptions = {}): Dataset {
  const { size = 200, noise = 0.1, seed = 0 } = optionsOf("twoMoons", options, ["size", "noise", "seed"]);
  return points("twoMoons", { size, noise, seed, classes: 2 }, (label, along) => {
    const angle = Math.PI * along;
    return label === 0 ? [Math.cos(angle), Math.sin(angle)] : [1 - Math.cos(angle), 0.5 - Math.sin(angle)];
  });
}

/**
 * Spirals around the origin, one for each class.
 *
 * @param options `size`, `noise` of both coordinates (0.05), `seed`, `classes` (2), `turns` of each spiral (1.5)
 * @throws RangeError unless `size` is a whole number ≥ 1, `classes` one up to 256, and `noise` ≥ 0.
 * @example
 * spirals({ size: 90, classes: 3 }).counts() // → [ 30, 30, 30 ]
 */
export function spirals(options: SyntheticOptions & { classes?: number; turns?: number } = {}): Dataset {
  const {
    size = 200,
    noise = 0.05,
    seed = 0,
    classes = 2,
    turns = 1.5,
  } = optionsOf("spirals", options, ["size", "noise", "seed", "classes", "turns"]);
  return points("spirals", { size, noise, seed, classes }, (label, along) => {
    const angle = 2 * Math.PI * (turns * along + label / classes);
    return [along * Math.cos(angle), along * Math.sin(angle)];
  });
}

/**
 * Normal clouds, one for each class, around centres drawn uniformly from [−5, 5]ᵈ or given.
 *
 * @param options `size`, `noise` (1), `seed`, `classes` (3), `features` d (2), `centres`: a list of points
 * @returns the dataset with its `centres`
 * @throws RangeError unless `size` is a whole number ≥ 1, `classes` one up to 256, and `noise` ≥ 0.
 * @example
 * blobs({ centres: [[0, 0], [9, 9]], noise: 0, size: 2 }).x // → Float64Array(4) [ 0, 0, 9, 9 ]
 */
export function blobs(
  options: SyntheticOptions & {
    classes?: number;
    features?: number;
    centres?: readonly (readonly number[])[];
  } = {},
): Dataset & { readonly centres: readonly (readonly number[])[] } {
  const {
    size = 200,
    noise = 1,
    seed = 0,
    classes = 3,
    features = 2,
    centres,
  } = optionsOf("blobs", options, ["size", "noise", "seed", "classes", "features", "centres"]);
  const stream = random(seed).split("centres");
  const around =
    centres ??
    Array.from({ length: classes }, () => Array.from({ length: features }, () => 10 * stream.uniform() - 5));
  const made = points("blobs", { size, noise, seed, classes: around.length }, (label) => around[label]!);
  return Object.assign(made, { centres: around });
}

/**
 * y = w·x + b + noise with x normal: least squares recovers w and b.
 *
 * @param options `size`, `noise` (0.1), `seed`, `w`: the true weights (two drawn from N(0, 1)), `b` (0)
 * @returns the dataset with the `truth`
 * @throws RangeError unless w has at least one entry.
 * @example
 * linearData({ w: [2], b: 1, noise: 0, size: 50 }).truth // → { w: [ 2 ], b: 1 }
 */
export function linearData(
  options: SyntheticOptions & { w?: readonly number[]; b?: number } = {},
): Dataset & { readonly truth: Truth } {
  const {
    size = 200,
    noise = 0.1,
    seed = 0,
    w = drawn(seed),
    b = 0,
  } = optionsOf("linearData", options, ["size", "noise", "seed", "w", "b"]);
  const { x, line, stream } = design("linearData", { size, noise, seed, w, b });
  const y = line.map((value) => value + noise * stream.normal());
  return withTruth(dataset({ name: "linearData", x, sampleShape: [w.length], y, kind: "targets" }), w, b);
}

/**
 * Labels with P(y = 1 | x) = 1 / (1 + e^−(w·x + b)) for normal x: logistic regression recovers w and b.
 *
 * @param options `size`, `seed`, `w`: the true weights (two drawn from N(0, 1)), `b` (0)
 * @returns the dataset with the `truth`
 * @throws RangeError unless w has at least one entry.
 * @example
 * logisticData({ w: [1000], size: 50 }).size // → 50
 */
export function logisticData(
  options: Omit<SyntheticOptions, "noise"> & { w?: readonly number[]; b?: number } = {},
): Dataset & {
  readonly truth: Truth;
} {
  const {
    size = 200,
    seed = 0,
    w = drawn(seed),
    b = 0,
  } = optionsOf("logisticData", options, ["size", "seed", "w", "b"]);
  const { x, line, stream } = design("logisticData", { size, noise: 0, seed, w, b });
  const y = Uint8Array.from(line, (value) => Number(stream.uniform() < 1 / (1 + Math.exp(-value))));
  return withTruth(dataset({ name: "logisticData", x, sampleShape: [w.length], y, classes: 2 }), w, b);
}

/** The true parameters of a linear or logistic dataset. */
export interface Truth {
  /** The weights. */
  readonly w: readonly number[];
  /** The intercept. */
  readonly b: number;
}

const drawn = (seed: number): number[] => {
  const stream = random(seed).split("truth");
  return [stream.normal(), stream.normal()];
};

function withTruth(made: Dataset, w: readonly number[], b: number): Dataset & { readonly truth: Truth } {
  return Object.assign(made, { truth: { w: [...w], b } });
}

/** Normal samples, and w·x + b of each. */
function design(
  who: string,
  { size, noise, seed, w, b }: Required<SyntheticOptions> & { w: readonly number[]; b: number },
) {
  check(who, size, noise);
  if (w.length === 0) throw new RangeError(`${who}: w must have at least one entry, got []`);
  const stream = random(seed).split(who);
  const x = Float64Array.from({ length: size * w.length }, () => stream.normal());
  const line = Float64Array.from({ length: size }, (_, i) =>
    w.reduce((sum, weight, j) => sum + weight * x[i * w.length + j]!, b),
  );
  return { x, line, stream };
}

/** Points on curves, one for each class in turn, evenly along them, with normal noise. */
function points(
  name: string,
  { size, noise, seed, classes }: Required<SyntheticOptions> & { classes: number },
  curve: (label: number, along: number) => readonly number[],
): Dataset {
  check(name, size, noise);
  checkWhole(name, { classes }, 1, 256);
  const stream = random(seed).split(name);
  const each = Math.ceil(size / classes);
  const rows = Array.from({ length: size }, (_, i) =>
    curve(i % classes, each > 1 ? Math.floor(i / classes) / (each - 1) : 0).map(
      (value) => value + (noise === 0 ? 0 : noise * stream.normal()),
    ),
  );
  return dataset({ name, x: rows, y: Uint8Array.from(rows, (_, i) => i % classes), classes });
}

function check(who: string, size: number, noise: number): void {
  checkWhole(who, { size });
  checkNotNegative(who, { noise });
}
