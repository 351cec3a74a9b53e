/**
 * The state of a network at some step: its parameters and buffers.
 */
import type { Sequential } from "../nn/index.js";

/** Copies of a network's numbers. */
export interface Snapshot {
  readonly theta: Float64Array;
  /** The running means and variances of `batchNorm`; empty for other networks. */
  readonly buffers: Float64Array;
}

/** The current state of the network. */
export const snapshotOf = ({ theta, buffers }: Sequential): Snapshot => ({
  theta: theta.slice(),
  buffers: buffers.slice(),
});

/** Restores the state of the network. */
export function restore(model: Sequential, { theta, buffers }: Snapshot): void {
  model.theta.set(theta);
  model.buffers.set(buffers);
}
