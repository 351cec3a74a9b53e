/**
 * `Dataset`: samples and what is to be learned from them, in memory, in the form they came in. MNIST stays
 * bytes (47 MB instead of 376 MB in float64); `scale` says what a byte is worth, and `batch` turns the rows
 * that are needed now into numbers.
 */
import { inspect } from "node:util";
import { type Displayable, displaySymbol, type MimeBundle } from "../display/bundle.js";
import { escapeHtml } from "../display/escape-html.js";
import { formatNumber } from "../display/format-number.js";
import { imageGrid } from "../display/image-grid.js";
import { table } from "../display/table.js";
import { toBundle } from "../display/to-bundle.js";
import { formatShape, type Shape, sizeOf } from "../tensor/shapes.js";
import { Tensor } from "../tensor/tensor.js";

/** Some samples of a dataset as numbers: what a network is given. */
export interface Batch {
  /** rows × features, float64, scaled. */
  x: Tensor;
  /** One label for each row, or a tensor of targets, rows × outputs. */
  y: Uint8Array | Tensor;
}

/** How many images to show, and how many of them in a row. */
export interface ShowImagesOptions {
  /** How many, from the first on; 20 by default. */
  count?: number;
  /** How many in a row; 10 by default. */
  columns?: number;
}

/** Samples and their labels or targets, in memory; shows itself as images, or numbers, and counts per class. */
export interface Dataset extends Displayable {
  /** What it is, such as `MNIST train`. */
  readonly name: string;
  /** N, the number of samples. */
  readonly size: number;
  /** The number of entries of one sample: the product of `sampleShape`. */
  readonly features: number;
  /** The shape of one sample: `[28, 28]` for an image. */
  readonly sampleShape: readonly number[];
  /** The samples as stored, row-major, size × features: the value of an entry is `x[i * features + j] * scale`. */
  readonly x: Uint8Array | Float32Array | Float64Array;
  /** What a stored entry is multiplied by: 1/255 for bytes that mean 0 … 1. */
  readonly scale: number;
  /** Labels 0 … classes − 1, or targets, row-major, size × outputs. */
  readonly y: Uint8Array | Float64Array;
  /** Whether `y` holds labels (classification) or targets (regression). */
  readonly kind: "labels" | "targets";
  /** The number of classes, if `y` holds labels. */
  readonly classes?: number;
  /** The number of outputs a network for it has: the number of classes, or of targets for each sample. */
  readonly outputs: number;
  /** The first n samples; shares their memory. Throws if there are fewer. */
  take(n: number): Dataset;
  /** The samples `start` to `end` − 1; shares their memory. Throws outside 0 ≤ start < end ≤ size. */
  slice(start: number, end?: number): Dataset;
  /** The samples `start` to `end` − 1 as numbers. Throws outside 0 ≤ start < end ≤ size. */
  batch(start: number, end: number): Batch;
  /** The samples with these indices, in this order, as numbers. Throws for an index outside. */
  batch(indices: readonly number[] | Uint32Array | Int32Array): Batch;
  /** The first samples as a grid of images with their labels. Throws if a sample is not an image. */
  showImages(options?: number | ShowImagesOptions): Displayable;
  /** How many samples each class has. Throws if the dataset has no labels. */
  counts(): number[];
}

/** What a dataset is made from. */
export interface DatasetOptions {
  /** What it is; `"dataset"` by default. */
  name?: string;
  /** One row for each sample: a tensor, nested lists, or a typed array in row-major order (not copied). */
  x: Tensor | Uint8Array | Float32Array | Float64Array | readonly (readonly number[])[];
  /** One label for each sample, or its targets: a tensor size × outputs, or one number for each sample. */
  y: Tensor | Uint8Array | Float64Array | readonly number[] | readonly (readonly number[])[];
  /** The shape of one sample; needed for a typed array, else taken from `x`. */
  sampleShape?: Shape;
  /** What a stored entry is multiplied by; 1 by default. */
  scale?: number;
  /** Whether `y` means labels or targets; by default labels if it is a `Uint8Array` or `classes` is given. */
  kind?: "labels" | "targets";
  /** The number of classes; by default the largest label + 1. */
  classes?: number;
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
  const { name = "dataset", scale = 1 } = options;
  const where = `dataset ${name}`;
  if (!Number.isFinite(scale))
    throw new RangeError(`${where}: the scale must be a finite number, got ${scale}`);
  const { x, size, sampleShape } = samples(where, options);
  const targets = targetsOf(options.y);
  if (targets.size !== size) {
    throw new RangeError(`${where}: x has ${size} samples but y has ${targets.size}`);
  }
  if (size === 0) throw new RangeError(`${where}: there are no samples`);
  const kind =
    options.kind ?? (options.y instanceof Uint8Array || options.classes !== undefined ? "labels" : "targets");
  if (kind === "targets") {
    checkFinite(where, "y", targets.values);
    const y = targets.values instanceof Float64Array ? targets.values : Float64Array.from(targets.values);
    return new InMemoryDataset({ name, size, sampleShape, x, scale, y, kind, outputs: targets.width });
  }
  if (targets.width !== 1) {
    throw new RangeError(`${where}: labels are one number for each sample, y has ${targets.width}`);
  }
  const { y, classes } = labels(where, targets.values, options.classes);
  return new InMemoryDataset({ name, size, sampleShape, x, scale, y, kind, classes, outputs: classes });
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
        `${where}: label ${i} must be a whole number from 0 to ${(classes ?? 256) - 1}, got ${label}`,
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

class InMemoryDataset implements Dataset {
  readonly name: string;
  readonly size: number;
  readonly features: number;
  readonly sampleShape: readonly number[];
  readonly x: Uint8Array | Float32Array | Float64Array;
  readonly scale: number;
  readonly y: Uint8Array | Float64Array;
  readonly kind: "labels" | "targets";
  readonly classes?: number;
  readonly outputs: number;

  constructor(
    parts: Pick<
      Dataset,
      "name" | "size" | "sampleShape" | "x" | "scale" | "y" | "kind" | "classes" | "outputs"
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
    });
  }

  batch(startOrIndices: number | readonly number[] | Uint32Array | Int32Array, end?: number): Batch {
    if (typeof startOrIndices !== "number") {
      for (const index of startOrIndices) {
        if (!Number.isInteger(index) || index < 0 || index >= this.size) {
          throw new RangeError(`batch: ${this.name} has ${this.size} samples, there is no index ${index}`);
        }
      }
      return this.#rows(startOrIndices.length, (i) => startOrIndices[i]!);
    }
    this.#checkRange("batch", startOrIndices, end as number);
    return this.#rows((end as number) - startOrIndices, (i) => startOrIndices + i);
  }

  counts(): number[] {
    if (this.classes === undefined) throw new TypeError(`counts: ${this.name} has targets, not labels`);
    const counts = new Array<number>(this.classes).fill(0);
    for (const label of this.y) counts[label]!++;
    return counts;
  }

  showImages(options: number | ShowImagesOptions = {}): Displayable {
    const { count = 20, columns = 10 } = typeof options === "number" ? { count: options } : options;
    if (!Number.isInteger(count) || count < 1) {
      throw new RangeError(`showImages: the count must be a whole number ≥ 1, got ${count}`);
    }
    const n = Math.min(count, this.size);
    const images = Array.from({ length: n }, (_, i) => ({
      pixels: this.x.subarray(i * this.features, (i + 1) * this.features),
      caption: this.classes === undefined ? "" : String(this.y[i]),
    }));
    return imageGrid(images, {
      shape: imageShape("showImages", this),
      columns,
      title: `${this.name}: the first ${formatNumber(n)} of ${formatNumber(this.size)}`,
    });
  }

  async [displaySymbol](): Promise<MimeBundle> {
    const parts = [this.#picture(), ...(this.classes === undefined ? [] : [this.#countTable()])];
    const bundles = await Promise.all(parts.map(toBundle));
    return {
      "text/html": [`<p>${escapeHtml(this.#summary())}</p>`, ...bundles.map((b) => b["text/html"])].join(
        "\n",
      ),
      "text/plain": [this.#summary(), ...bundles.map((b) => b["text/plain"])].join("\n\n"),
    };
  }

  [inspect.custom](): string {
    return this.#summary();
  }

  #summary(): string {
    const what =
      this.classes === undefined
        ? `${this.outputs} ${this.outputs === 1 ? "target" : "targets"} each`
        : `${this.classes} classes`;
    const shape = this.sampleShape.join(" × ");
    return `${this.name}: ${formatNumber(this.size)} samples of ${shape}, ${what}`;
  }

  #picture(): Displayable {
    if (this.sampleShape.length === 2) return this.showImages();
    const { x, y } = this.batch(0, Math.min(5, this.size));
    const rows = Array.from({ length: x.shape[0]! }, (_, i) => ({
      sample: i,
      x:
        String(Array.from(x.row(i).data.subarray(0, 6), (v) => formatNumber(v))) +
        (this.features > 6 ? ", …" : ""),
      y: y instanceof Tensor ? Array.from(y.row(i).data, (v) => formatNumber(v)).join(", ") : String(y[i]),
    }));
    return table(rows, { caption: `the first ${rows.length} samples` });
  }

  #countTable(): Displayable {
    const row: Record<string, unknown> = { class: "samples" };
    this.counts().forEach((count, label) => {
      row[String(label)] = count;
    });
    const columns = ["class", ...Array.from({ length: this.classes! }, (_, label) => String(label))];
    return table([row], { columns, caption: "samples of each class" });
  }

  #rows(count: number, at: (i: number) => number): Batch {
    const { features, scale, x, y } = this;
    const width = y.length / this.size;
    const rows = new Float64Array(count * features);
    const answers = y instanceof Uint8Array ? new Uint8Array(count) : new Float64Array(count * width);
    for (let i = 0; i < count; i++) {
      const from = at(i);
      for (let j = 0; j < features; j++) rows[i * features + j] = x[from * features + j]! * scale;
      for (let j = 0; j < width; j++) answers[i * width + j] = y[from * width + j]!;
    }
    return {
      x: new Tensor([count, features], rows),
      y: answers instanceof Uint8Array ? answers : new Tensor([count, width], answers),
    };
  }

  #checkRange(operation: string, start: number, end: number): void {
    if (!Number.isInteger(start) || !Number.isInteger(end) || start < 0 || end > this.size || start >= end) {
      throw new RangeError(
        `${operation}: expected 0 ≤ start < end ≤ ${this.size}, the size of ${this.name}; got start ${start} and end ${end}`,
      );
    }
  }
}

/** Height and width of a sample that is an image; throws for any other shape, in the name of `operation`. */
export function imageShape(operation: string, { name, sampleShape }: Dataset): [number, number] {
  if (sampleShape.length !== 2) {
    throw new TypeError(
      `${operation}: a sample of ${name} is not an image, its shape must be [height, width]; sampleShape ${formatShape(sampleShape)}`,
    );
  }
  return [sampleShape[0]!, sampleShape[1]!];
}
