/** `dataset`: samples with their labels or targets, checked and put together. */

import { checkNumbers, checkOneOf, checkWeights } from "../options/check.js";
import { optionsOf } from "../options/options-of.js";
import { formatShape, type Shape, sizeOf } from "../tensor/shapes.js";
import { Tensor } from "../tensor/tensor.js";
import type { Batch, Dataset, Normalisation, ShowImagesOptions } from "./dataset-interface.js";
import { InMemoryDataset } from "./in-memory-dataset.js";

export type { Batch, Dataset, Normalisation, ShowImagesOptions };

/** The parts of a dataset. */
export interface DatasetOptions {
  /** Its name; `"dataset"` by default. */
  name?: string;
  /** One row for each sample: a tensor, nested lists, or a typed array in row-major order (not copied). */
  x: Tensor | Uint8Array | Float32Array | Float64Array | readonly (readonly number[])[];
  /** One label for each sample, or its targets: a tensor size × outputs, or one number for each sample. */
  y: Tensor | Uint8Array | Float64Array | readonly number[] | readonly (readonly number[])[];
  /** The shape of one sample; needed for a typed array, else taken from `x`. */
  sampleShape?: Shape;
  /** The factor from a stored entry to its value; 1 by default. */
  scale?: number;
  /** Whether `y` means labels or targets; by default labels if it is a `Uint8Array` or `classes` is given. */
  kind?: "labels" | "targets";
  /** The number of classes, at most 256, as a label is stored in a byte; by default the largest label + 1. */
  classes?: number;
  /**
   * The weight of each sample, ≥ 0, by which `train` and `evaluate` multiply its loss. The mean remains that over the
   * samples (as in Keras and scikit-learn's class weights; PyTorch's mean divides by the sum of the weights). By default, or with null, 1.
   */
  weights?: ArrayLike<number> | null;
  /** Its source and preprocessing, in a few words; shown with it. */
  description?: string;
}

/**
 * A dataset from samples and their labels or targets.
 *
 * @throws RangeError if the number of samples and of labels differ, a row has another length, a label is not a
 *   whole number from 0 to classes − 1, there are no samples, or an entry is not finite.
 * @example
 * const xor = dataset({ name: "xor", x: [[0, 0], [0, 1], [1, 0], [1, 1]], y: [0, 1, 1, 0], classes: 2 });
 * xor.counts() // → [ 2, 2 ]
 */
export function dataset(options: DatasetOptions): Dataset {
  optionsOf("dataset", options, [
    "name",
    "x",
    "y",
    "scale",
    "kind",
    "classes",
    "sampleShape",
    "weights",
    "description",
  ]);
  const { name = "dataset", scale = 1, description } = options;
  const where = name === "dataset" ? name : `dataset ${name}`;
  checkNumbers(where, { "the scale": scale }, () => true, "a finite number");
  for (const what of ["x", "y"] as const) {
    if (options[what] === undefined || options[what] === null) {
      throw new TypeError(
        `${where}: ${what} is missing; dataset({ x, y }) takes samples x and their answers y`,
      );
    }
  }
  if (options.kind !== undefined) checkOneOf(where, { kind: options.kind }, ["labels", "targets"]);
  if (options.classes !== undefined) {
    const isCount = (value: number) => Number.isInteger(value) && value >= 1 && value <= 256;
    checkNumbers(
      where,
      { classes: options.classes },
      isCount,
      "a whole number from 1 to 256, as a label is a byte",
    );
  }
  const { x, size, sampleShape } = samples(where, options);
  const targets = targetsOf(options.y);
  if (targets.size !== size) {
    throw new RangeError(`${where}: x has ${size} samples but y has ${targets.size}`);
  }
  if (size === 0) throw new RangeError(`${where}: there are no samples`);
  const weights =
    options.weights !== undefined && options.weights !== null && weightsOf(where, options.weights, size);
  const parts = {
    name,
    size,
    sampleShape,
    x,
    scale,
    ...(weights && { weights }),
    ...(description !== undefined && { description }),
  };
  const kind =
    options.kind ?? (options.y instanceof Uint8Array || options.classes !== undefined ? "labels" : "targets");
  if (kind === "targets") {
    checkFinite(where, "y", targets.values);
    const y = targets.values instanceof Float64Array ? targets.values : Float64Array.from(targets.values);
    return new InMemoryDataset({ ...parts, y, kind, outputs: targets.width });
  }
  if (targets.width !== 1) {
    throw new RangeError(`${where}: labels are one number for each sample, y has ${targets.width}`);
  }
  const { y, classes } = labels(where, targets.values, options.classes);
  return new InMemoryDataset({ ...parts, y, kind, classes, outputs: classes });
}

function weightsOf(where: string, given: ArrayLike<number>, size: number): Float64Array {
  const weights = checkWeights(where, given, size);
  if (weights.every((weight) => weight === 0)) {
    throw new RangeError(`${where}: at least one sample must have a weight above 0, got weights of 0 alone`);
  }
  return weights;
}

function samples(where: string, { x, sampleShape }: DatasetOptions) {
  if (x instanceof Uint8Array || x instanceof Float32Array || x instanceof Float64Array) {
    if (sampleShape === undefined) {
      throw new TypeError(`${where}: a typed array x needs sampleShape, such as [28, 28]`);
    }
    const features = sizeOf(sampleShape);
    if (features < 1 || x.length % features !== 0) {
      throw new RangeError(
        `${where}: x has ${x.length} entries, which is no multiple of the ${features} of sampleShape ${formatShape(sampleShape)}`,
      );
    }
    checkFinite(where, "x", x);
    return { x, size: x.length / features, sampleShape: [...sampleShape] };
  }
  const t = x instanceof Tensor ? x : Tensor.of(x);
  if (t.rank < 2) {
    throw new RangeError(
      `${where}: x must have one row for each sample, rank ≥ 2; shape ${formatShape(t.shape)}`,
    );
  }
  const shape = sampleShape ?? t.shape.slice(1);
  if (sizeOf(shape) !== sizeOf(t.shape.slice(1))) {
    throw new RangeError(
      `${where}: sampleShape ${formatShape(shape)} does not fit x of shape ${formatShape(t.shape)}`,
    );
  }
  checkFinite(where, "x", t.data);
  return { x: t.data, size: t.shape[0]!, sampleShape: [...shape] };
}

function targetsOf(y: DatasetOptions["y"]): { values: ArrayLike<number>; size: number; width: number } {
  if (y instanceof Uint8Array || y instanceof Float64Array) return { values: y, size: y.length, width: 1 };
  const t = y instanceof Tensor ? y : Tensor.of(y);
  return { values: t.data, size: t.shape[0] ?? 0, width: sizeOf(t.shape.slice(1)) };
}

function labels(where: string, values: ArrayLike<number>, classes: number | undefined) {
  let largest = 0;
  for (let i = 0; i < values.length; i++) {
    const label = values[i]!;
    if (!Number.isInteger(label) || label < 0 || label > 255 || (classes !== undefined && label >= classes)) {
      throw new RangeError(
        `${where}: label ${i} must be a whole number from 0 to ${Math.min(classes ?? 256, 256) - 1}${label > 255 ? " (a label is a byte: at most 256 classes)" : ""}, got ${label}`,
      );
    }
    largest = Math.max(largest, label);
  }
  return {
    y: values instanceof Uint8Array ? values : Uint8Array.from(values),
    classes: classes ?? largest + 1,
  };
}

function checkFinite(where: string, what: string, values: ArrayLike<number>): void {
  if (values instanceof Uint8Array) return;
  for (let i = 0; i < values.length; i++) {
    if (!Number.isFinite(values[i])) {
      throw new RangeError(`${where}: every entry of ${what} must be finite; entry ${i} is ${values[i]}`);
    }
  }
}
