/**
 * What a network is at some step: its parameters, and what its layers keep besides.
 */
import type { Sequential } from "../nn/index.js";

/** The numbers of a network; copies. */
export interface Snapshot {
  readonly theta: Float64Array;
  /** The running means and variances of `batchNorm`; empty of other networks. */
  readonly buffers: Float64Array;
}

/** What the network is now. */
export const snapshotOf = ({ theta, buffers }: Sequential): Snapshot => ({
  theta: theta.slice(),
  buffers: buffers.slice(),
});

/** Makes the network what it was. */
export function restore(model: Sequential, { theta, buffers }: Snapshot): void {
  model.theta.set(theta);
  model.buffers.set(buffers);
}
