/**
 * A dataset in memory, its samples as stored. MNIST stays bytes (47 MB instead of 376 MB in float64); `scale` is the value of
 * one unit, and `batch` converts only the requested rows into numbers. Subsets share the dataset's arrays where possible.
 */

import { inspect } from "#platform";
import { type Displayable, displaySymbol, type MimeBundle } from "../display/bundle.js";
import { printing } from "../display/host.js";
import { checkWhole } from "../options/check.js";
import type { Numbers } from "../tensor/numbers.js";
import { random } from "../tensor/random.js";
import { sizeOf } from "../tensor/shapes.js";
import { Tensor } from "../tensor/tensor.js";
import type { Batch, Dataset, Normalisation, ShowImagesOptions } from "./dataset-interface.js";
import { datasetBundle, datasetSummary, showImages } from "./dataset-view.js";

type Indices = readonly number[] | Uint32Array | Int32Array;

export class InMemoryDataset implements Dataset {
  readonly name: string;
  readonly size: number;
  readonly features: number;
  readonly sampleShape: readonly number[];
  readonly x: Numbers<Uint8Array | Float32Array | Float64Array>;
  readonly scale: number;
  readonly y: Numbers<Uint8Array | Float64Array>;
  readonly kind: "labels" | "targets";
  readonly classes?: number;
  readonly outputs: number;
  readonly weights?: Float64Array;
  readonly description?: string;

  constructor(
    parts: Pick<
      Dataset,
      | "name"
      | "size"
      | "sampleShape"
      | "x"
      | "scale"
      | "y"
      | "kind"
      | "classes"
      | "outputs"
      | "weights"
      | "description"
    >,
  ) {
    this.name = parts.name;
    this.size = parts.size;
    this.features = sizeOf(parts.sampleShape);
    this.sampleShape = Object.freeze([...parts.sampleShape]);
    this.x = parts.x;
    this.scale = parts.scale;
    this.y = parts.y;
    this.kind = parts.kind;
    if (parts.classes !== undefined) this.classes = parts.classes;
    this.outputs = parts.outputs;
    if (parts.weights !== undefined) this.weights = parts.weights;
    if (parts.description !== undefined) this.description = parts.description;
  }

  take(n: number): Dataset {
    if (!Number.isInteger(n) || n < 1 || n > this.size) {
      throw new RangeError(`take: ${this.name} has ${this.size} samples, got ${n}`);
    }
    return this.slice(0, n);
  }

  slice(start: number, end: number = this.size): Dataset {
    this.#checkRange("slice", start, end);
    const width = this.y.length / this.size;
    return new InMemoryDataset({
      ...this,
      name: start === 0 && end === this.size ? this.name : `${this.name}[${start}:${end}]`,
      size: end - start,
      x: this.x.subarray(start * this.features, end * this.features),
      y: this.y.subarray(start * width, end * width),
      ...(this.weights && { weights: this.weights.subarray(start, end) }),
    });
  }

  batch(startOrIndices: number | Indices, end?: number): Batch {
    if (typeof startOrIndices === "number") {
      const start = startOrIndices;
      this.#checkRange("batch", start, end as number);
      return this.#rows(Uint32Array.from({ length: (end as number) - start }, (_, i) => start + i));
    }
    this.#checkIndices("batch", startOrIndices);
    return this.#rows(startOrIndices);
  }

  targets(indices: Indices): Omit<Batch, "x"> {
    this.#checkIndices("targets", indices);
    return this.#targets(indices);
  }

  select(indices: ArrayLike<number>): Dataset {
    const { features, size } = this;
    const width = this.y.length / size;
    const x = new (this.x.constructor as Float64ArrayConstructor)(indices.length * features);
    const y = new (this.y.constructor as Float64ArrayConstructor)(indices.length * width);
    for (let i = 0; i < indices.length; i++) {
      const from = indices[i]!;
      if (!Number.isInteger(from) || from < 0 || from >= size) {
        throw new RangeError(`select: ${this.name} has ${size} samples, there is no index ${from}`);
      }
      x.set(this.x.subarray(from * features, (from + 1) * features), i * features);
      y.set(this.y.subarray(from * width, (from + 1) * width), i * width);
    }
    if (indices.length === 0) throw new RangeError("select: there are no indices");
    const weights = this.weights && Float64Array.from(indices, (i) => this.weights![i]!);
    return new InMemoryDataset({ ...this, size: indices.length, x, y, ...(weights && { weights }) });
  }

  shuffle(seed = 0): Dataset {
    return this.select(random(seed).split("shuffle").permutation(this.size));
  }

  split(
    share: number | readonly number[],
    { seed = 0, shuffle = true }: { seed?: number; shuffle?: boolean } = {},
  ): Dataset[] {
    const shares = typeof share === "number" ? [share] : share;
    const sum = shares.reduce((all, one) => all + one, 0);
    if (shares.length === 0 || !shares.every((one) => one > 0) || sum > 1 + 1e-12) {
      throw new RangeError(
        `split: shares must be > 0 and sum to at most 1, such as 0.8 or [0.7, 0.2]; got ${inspect(share)}`,
      );
    }
    const ends = shares.map((_, i) =>
      Math.round(this.size * shares.slice(0, i + 1).reduce((all, one) => all + one, 0)),
    );
    if (sum < 1 - 1e-12) ends.push(this.size);
    const all = shuffle ? this.shuffle(seed) : this;
    return ends.map((end, i) => {
      const start = ends[i - 1] ?? 0;
      if (start === end) {
        throw new RangeError(
          `split: part ${i + 1} of ${this.name} has no samples; got shares ${inspect(share)}`,
        );
      }
      return all.slice(start, end);
    });
  }

  normalise(options: Normalisation | { each?: boolean } = {}): {
    data: Dataset;
    normalisation: Normalisation;
  } {
    const { features, size, scale } = this;
    const normalisation = "mean" in options ? options : this.#moments(options.each ?? true);
    const { mean, sd } = normalisation;
    if (
      !mean ||
      !sd ||
      !Array.from(mean).every(Number.isFinite) ||
      !Array.from(sd).every((s) => s >= 0 && s < Number.POSITIVE_INFINITY)
    ) {
      throw new RangeError(
        `normalise: expected a normalisation as normalise() returns it, with finite mean and sd ≥ 0, got ${inspect(normalisation, { breakLength: Number.POSITIVE_INFINITY })}`,
      );
    }
    if (mean.length !== sd.length || ![1, features].includes(mean.length)) {
      throw new RangeError(
        `normalise: ${this.name} has ${features} features, but the normalisation is of ${mean.length}; is it that of another dataset?`,
      );
    }
    const x = new Float64Array(size * features);
    const step = mean.length === 1 ? 0 : 1;
    for (let i = 0; i < x.length; i++) {
      const j = step * (i % features);
      x[i] = (this.x[i]! * scale - mean[j]!) / (sd[j]! || 1);
    }
    return { data: new InMemoryDataset({ ...this, x, scale: 1 }), normalisation };
  }

  /** Mean and standard deviation of each feature, or of all together, in two passes. */
  #moments(each: boolean): Normalisation {
    const { features, size, scale, x } = this;
    const groups = each ? features : 1;
    const count = (size * features) / groups;
    const mean = new Float64Array(groups);
    const sd = new Float64Array(groups);
    const changes = new Uint8Array(groups);
    for (let i = 0; i < x.length; i++) {
      mean[i % groups]! += (x[i]! * scale) / count;
      if (x[i] !== x[i % groups]) changes[i % groups] = 1;
    }
    // Exactly, because otherwise the rounding of the mean would be scaled to 1 (as in scikit-learn's StandardScaler).
    for (let j = 0; j < groups; j++) if (!changes[j]) mean[j] = x[j]! * scale;
    for (let i = 0; i < x.length; i++) sd[i % groups]! += (x[i]! * scale - mean[i % groups]!) ** 2 / count;
    return { mean, sd: sd.map(Math.sqrt) };
  }

  oneHot(): Dataset {
    if (this.classes === undefined) throw new TypeError(`oneHot: ${this.name} has targets, not labels`);
    const { size, classes } = this;
    const y = new Float64Array(size * classes);
    this.y.forEach((label, i) => {
      y[i * classes + label] = 1;
    });
    const { classes: _, ...rest } = { ...this };
    return new InMemoryDataset({ ...rest, y, kind: "targets", outputs: classes });
  }

  *batches(size: number, { seed }: { seed?: number } = {}): Iterable<Batch> {
    checkWhole("batches", { size });
    const order = seed === undefined ? undefined : random(seed).split("shuffle").permutation(this.size);
    for (let start = 0; start < this.size; start += size) {
      const end = Math.min(start + size, this.size);
      yield order ? this.batch(order.subarray(start, end)) : this.batch(start, end);
    }
  }

  counts(): number[] {
    if (this.classes === undefined) throw new TypeError(`counts: ${this.name} has targets, not labels`);
    const counts = new Array<number>(this.classes).fill(0);
    for (const label of this.y) counts[label]!++;
    return counts;
  }

  showImages(options: number | ShowImagesOptions = {}): Displayable {
    return showImages(this, options);
  }

  [displaySymbol](): Promise<MimeBundle> {
    return datasetBundle(this);
  }

  [inspect.custom](): string {
    return printing(this, datasetSummary(this));
  }

  #rows(indices: Indices): Batch {
    const { features, scale, x } = this;
    const rows = new Float64Array(indices.length * features);
    for (let i = 0; i < indices.length; i++) {
      const from = indices[i]! * features;
      for (let j = 0; j < features; j++) rows[i * features + j] = x[from + j]! * scale;
    }
    return { x: new Tensor([indices.length, features], rows), ...this.#targets(indices) };
  }

  #targets(indices: Indices): Omit<Batch, "x"> {
    const { y, weights } = this;
    const width = y.length / this.size;
    const count = indices.length;
    const answers = y instanceof Uint8Array ? new Uint8Array(count) : new Float64Array(count * width);
    for (let i = 0; i < count; i++) {
      for (let j = 0; j < width; j++) answers[i * width + j] = y[indices[i]! * width + j]!;
    }
    return {
      y: answers instanceof Uint8Array ? answers : new Tensor([count, width], answers),
      ...(weights && { weights: Float64Array.from(indices, (i) => weights[i]!) }),
    };
  }

  #checkIndices(operation: string, indices: Indices): void {
    for (const index of indices) {
      if (!Number.isInteger(index) || index < 0 || index >= this.size) {
        throw new RangeError(
          `${operation}: ${this.name} has ${this.size} samples, there is no index ${index}`,
        );
      }
    }
  }

  #checkRange(operation: string, start: number, end: number): void {
    if (!Number.isInteger(start) || !Number.isInteger(end) || start < 0 || end > this.size || start >= end) {
      throw new RangeError(
        `${operation}: expected 0 ≤ start < end ≤ ${this.size}, the size of ${this.name}; got start ${start} and end ${end}`,
      );
    }
  }
}
