/**
 * The layout of float32 matrices in memory: row by row, each row padded with zeros to a multiple of 16 floats, a cache line,
 * and so are the rows. So the fast kernels never meet a part of a vector or of a tile, and what they compute on the
 * padding is zero again.
 */

/** A cache line: rows are multiples of it, and panels of weights are as wide. */
export const line = 16;

/** Outputs in a block of weights in columns: four cache lines. */
export const blockOutputs = 64;

/** A matrix; a row is a sample, or an output of a layer. */
export interface Matrix {
  readonly data: Float32Array;
  /** Entries in a row that mean something. */
  readonly columns: number;
  /** Entries from one row to the next. */
  readonly pitch: number;
}

/** `n`, padded to a multiple of a line. */
export const padded = (n: number): number => Math.ceil(n / line) * line;

/** How many floats a matrix takes. */
export const matrixLength = (rows: number, columns: number): number => padded(rows) * padded(columns);

/** The matrix stored in `data`. */
export const matrixOf = (data: Float32Array, columns: number): Matrix => ({
  data,
  columns,
  pitch: padded(columns),
});

/**
 * The layouts of a layer's weights: `rows`, as any matrix, outputs × inputs; `panels` of 16 outputs one after the
 * other, each with a line of 16 floats for each input, for products with few entries that are not zero; or `columns`,
 * inputs × outputs, for samples that come one by one.
 */
export type WeightLayout = "rows" | "panels" | "columns";

/** What determines where weights are stored. */
export interface WeightShape {
  readonly layout: WeightLayout;
  readonly inputs: number;
  readonly outputs: number;
}

/** The length of the weights, in floats. */
export function weightLength({ layout, inputs, outputs }: WeightShape): number {
  return layout === "rows" ? matrixLength(outputs, inputs) : padded(outputs) * inputs;
}

/** Where the weight from input k to output j is stored. */
export function weightAt({ layout, inputs, outputs }: WeightShape, j: number, k: number): number {
  if (layout === "rows") return j * padded(inputs) + k;
  if (layout === "columns") return k * padded(outputs) + j;
  return (Math.floor(j / line) * inputs + k) * line + (j % line);
}
