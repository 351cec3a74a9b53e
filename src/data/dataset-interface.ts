/**
 * The interface of datasets.
 */

import type { Displayable } from "../display/bundle.js";
import type { Numbers } from "../tensor/numbers.js";
import type { Tensor } from "../tensor/tensor.js";

/** Some samples of a dataset as numbers, for a network. */
export interface Batch {
  /** rows × features, float64, scaled. */
  x: Tensor;
  /** One label for each row, or a tensor of targets, rows × outputs. */
  y: Uint8Array | Tensor;
  /** The weight of each row, if the dataset has weights. */
  weights?: Float64Array;
}

/** How many images to show, and how many of them in a row. */
export interface ShowImagesOptions {
  /** How many, from the first on; 20 by default. */
  count?: number;
  /** How many in a row; 10 by default. */
  columns?: number;
  /** The predicted label of each sample, shown next to the true one. */
  predicted?: ArrayLike<number>;
}

/** How features were normalised: (x − mean) / sd, entry by entry. */
export interface Normalisation {
  /** The mean of each feature, or of all. */
  mean: Float64Array;
  /** The standard deviation of each feature, or of all. */
  sd: Float64Array;
}

/** Samples and their labels or targets, in memory; shows itself as images, or numbers, and counts per class. */
export interface Dataset extends Displayable {
  /** Its name, such as `MNIST train`. */
  readonly name: string;
  /** N, the number of samples. */
  readonly size: number;
  /** The number of entries of one sample: the product of `sampleShape`. */
  readonly features: number;
  /** The shape of one sample: `[28, 28]` for an image. */
  readonly sampleShape: readonly number[];
  /** The samples as stored, row-major, size × features: the value of an entry is `x[i * features + j] * scale`. */
  readonly x: Numbers<Uint8Array | Float32Array | Float64Array>;
  /** The factor of stored entries: 1/255 for bytes that represent 0 … 1. */
  readonly scale: number;
  /** Labels 0 … classes − 1, or targets, row-major, size × outputs. */
  readonly y: Numbers<Uint8Array | Float64Array>;
  /** Whether `y` holds labels (classification) or targets (regression). */
  readonly kind: "labels" | "targets";
  /** The number of classes, if `y` holds labels. */
  readonly classes?: number;
  /** The number of outputs a network for it has: the number of classes, or of targets for each sample. */
  readonly outputs: number;
  /** The weight of each sample in a loss, size numbers ≥ 0; by default 1. */
  readonly weights?: Float64Array;
  /** Its source and preprocessing, in a few words. */
  readonly description?: string;
  /** The first n samples; shares their memory. Throws if there are fewer. */
  take(n: number): Dataset;
  /** The samples `start` to `end` − 1; shares their memory. Throws outside 0 ≤ start < end ≤ size. */
  slice(start: number, end?: number): Dataset;
  /** The samples `start` to `end` − 1 as numbers. Throws outside 0 ≤ start < end ≤ size. */
  batch(start: number, end: number): Batch;
  /** The samples with these indices, in this order, as numbers. Throws for an index outside. */
  batch(indices: readonly number[] | Uint32Array | Int32Array): Batch;
  /** The targets and weights of the samples with these indices: `batch` without x, which takes most of its time. */
  targets(indices: readonly number[] | Uint32Array | Int32Array): Omit<Batch, "x">;
  /** The first samples as a grid of images with their labels. Throws if a sample is not an image. */
  showImages(options?: number | ShowImagesOptions): Displayable;
  /** The samples with these indices, in this order, possibly repeated. Throws for an index outside. */
  select(indices: ArrayLike<number>): Dataset;
  /** The same samples in an order drawn from the seed. */
  shuffle(seed?: number): Dataset;
  /**
   * Parts of the dataset, of given shares, each sample in one of them: `split(0.8)` gives a part with 80 % of the samples
   * and one with the rest. Drawn from `seed`; with `shuffle: false` in order. Throws unless shares are > 0 and sum to ≤ 1.
   */
  split(share: number | readonly number[], options?: { seed?: number; shuffle?: boolean }): Dataset[];
  /**
   * The same samples with each feature shifted and scaled to mean 0 and standard deviation 1 (or, with `each: false`, all
   * features alike), or as another dataset was: pass its normalisation, so that test samples are treated like the training
   * samples. Constant features are only shifted.
   */
  normalise(options?: Normalisation | { each?: boolean }): { data: Dataset; normalisation: Normalisation };
  /** The labels as one-hot targets. Throws if the dataset has no labels. */
  oneHot(): Dataset;
  /** The samples in batches of `size`, the last may be smaller; with a seed in an order drawn from it. */
  batches(size: number, options?: { seed?: number }): Iterable<Batch>;
  /** How many samples each class has. Throws if the dataset has no labels. */
  counts(): number[];
}
