/**
 * The layout of float32 matrices in memory: row by row, each row padded with zeros to a multiple of 16 floats, a cache line, and
 * the number of rows likewise. So the fast kernels never handle a partial vector or tile, and their results on the padding
 * are zero again.
 */

/** A cache line: rows are multiples of it, and panels of weights are as wide. */
export const line = 16;

/** Outputs in a block of weights in columns: four cache lines. */
export const blockOutputs = 64;

/** A matrix; a row is a sample, or an output of a layer. */
export interface Matrix {
  readonly data: Float32Array;
  /** The number of entries in a row, without padding. */
  readonly columns: number;
  /** Entries from one row to the next. */
  readonly pitch: number;
}

/** `n`, padded to a multiple of a line. */
export const padded = (n: number): number => Math.ceil(n / line) * line;

/** The number of floats of a matrix. */
export const matrixLength = (rows: number, columns: number): number => padded(rows) * padded(columns);

/** The matrix stored in `data`. */
export const matrixOf = (data: Float32Array, columns: number): Matrix => ({
  data,
  columns,
  pitch: padded(columns),
});

/**
 * The layouts of a layer's weights: `rows`, as any matrix, outputs × inputs; `panels` of 16 outputs one after the
 * other, each with a line of 16 floats for each input, for sparse products; or `columns`, inputs × outputs,
 * for training sample by sample.
 */
export type WeightLayout = "rows" | "panels" | "columns";

/** The layout and size of weights. */
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
