/**
 * Losses on float32 rows: of each sample, and its derivative with respect to the readout g. They cost little compared to the
 * layers (ten numbers a sample on MNIST), so these readable ones serve as the fast ones too.
 */
import type { Matrix } from "./matrix.js";

/** Samples after the forward pass of a network. */
export interface LossRows {
  /** Receives the loss of each sample. */
  losses: Float64Array;
  /** The readout, samples × outputs. */
  g: Matrix;
  /** Receives ∂(mean loss)/∂g, if given; the mean is over `batch` samples. */
  delta?: Matrix | undefined;
  batch?: number | undefined;
  from: number;
  to: number;
}

/** exp(g_k − max g) of one sample. */
let exponentials = new Float64Array(0);

/** −log p_y with p = softmax(g); delta = (p − 1{k = y}) / batch. Row i has the label of sample indices[i]. */
export function crossEntropyRows(labels: Uint8Array, indices: Uint32Array, rows: LossRows): void {
  const { losses, g, delta, batch = 1, from, to } = rows;
  const { data, pitch, columns } = g;
  // A call of Math.exp takes longer than everything else here.
  if (exponentials.length < columns) exponentials = new Float64Array(columns);
  for (let i = from; i < to; i++) {
    const at = i * pitch;
    const label = labels[indices[i]!]!;
    let top = 0;
    for (let k = 1; k < columns; k++) if (data[at + k]! > data[at + top]!) top = k;
    let others = 0;
    for (let k = 0; k < columns; k++) {
      exponentials[k] = k === top ? 1 : Math.exp(data[at + k]! - data[at + top]!);
      if (k !== top) others += exponentials[k]!;
    }
    losses[i] = data[at + top]! - data[at + label]! + Math.log1p(others);
    if (!delta) continue;
    for (let k = 0; k < columns; k++) {
      const p = exponentials[k]! / (1 + others);
      delta.data[at + k] = (p - (k === label ? 1 : 0)) / batch;
    }
  }
}

/** ‖g − y‖²; delta = 2 (g − y) / batch. Row i has the targets of sample indices[i]. */
export function squaredErrorRows(targets: Float32Array, indices: Uint32Array, rows: LossRows): void {
  const { losses, g, delta, batch = 1, from, to } = rows;
  const { data, pitch, columns } = g;
  for (let i = from; i < to; i++) {
    const wanted = indices[i]! * columns;
    let sum = 0;
    for (let k = 0; k < columns; k++) {
      const difference = data[i * pitch + k]! - targets[wanted + k]!;
      sum += difference * difference;
      if (delta) delta.data[i * pitch + k] = (2 * difference) / batch;
    }
    losses[i] = sum;
  }
}

/** The index of the largest readout of each sample, the first of several. */
export function likeliest(
  predicted: Uint8Array,
  { data, columns, pitch }: Matrix,
  from: number,
  to: number,
): void {
  for (let i = from; i < to; i++) {
    let top = 0;
    for (let k = 1; k < columns; k++) if (data[i * pitch + k]! > data[i * pitch + top]!) top = k;
    predicted[i] = top;
  }
}
