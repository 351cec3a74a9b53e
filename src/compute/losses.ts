/**
 * Losses on float32 rows: of each sample, and its derivative with respect to the readout g. They cost next to nothing
 * beside the layers (ten numbers a sample on MNIST), so these readable ones are the fast ones too.
 */

/** A loss of `rows` samples with `outputs` readouts each. */
export interface LossRows {
  /** The loss of each sample. */
  losses: Float64Array;
  /** ∂(mean loss)/∂g, or left alone when undefined. */
  delta?: Float32Array | undefined;
  g: Float32Array;
  rows: number;
  /** How many samples the mean is over, where the rows are not all of them. */
  batch?: number | undefined;
  outputs: number;
}

/** −log p_y with p = softmax(g); delta = (p − 1{k = y}) / batch. */
export function crossEntropyRows(
  labels: Uint8Array,
  { losses, delta, g, rows, batch = rows, outputs }: LossRows,
): void {
  for (let i = 0; i < rows; i++) {
    const at = i * outputs;
    let top = 0;
    for (let k = 1; k < outputs; k++) if (g[at + k] > g[at + top]) top = k;
    let others = 0;
    for (let k = 0; k < outputs; k++) if (k !== top) others += Math.exp(g[at + k] - g[at + top]);
    losses[i] = g[at + top] - g[at + labels[i]] + Math.log1p(others);
    if (!delta) continue;
    for (let k = 0; k < outputs; k++) {
      const p = Math.exp(g[at + k] - g[at + top]) / (1 + others);
      delta[at + k] = (p - (k === labels[i] ? 1 : 0)) / batch;
    }
  }
}

/** ‖g − y‖²; delta = 2 (g − y) / batch. */
export function squaredErrorRows(
  targets: Float32Array,
  { losses, delta, g, rows, batch = rows, outputs }: LossRows,
): void {
  for (let i = 0; i < rows; i++) {
    let sum = 0;
    for (let k = i * outputs; k < (i + 1) * outputs; k++) {
      const difference = g[k] - targets[k];
      sum += difference * difference;
      if (delta) delta[k] = (2 * difference) / batch;
    }
    losses[i] = sum;
  }
}

/** The index of the largest readout of each sample, the first of several. */
export function likeliest(predicted: Uint8Array, g: Float32Array, rows: number, outputs: number): void {
  for (let i = 0; i < rows; i++) {
    let top = 0;
    for (let k = 1; k < outputs; k++) if (g[i * outputs + k] > g[i * outputs + top]) top = k;
    predicted[i] = top;
  }
}
