/**
 * The networks in training, whose parameters nothing else may change: the training would overwrite them.
 */
import type { Sequential } from "../nn/index.js";

/** The networks with a training in progress. */
export const underWay = new WeakSet<Sequential>();

/** Throws while the network is being trained; `fix` completes the message. */
export function requireIdle(name: string, model: Sequential, fix: string): void {
  if (!underWay.has(model)) return;
  throw new Error(`${name}: this network is already being trained, and ${fix}`);
}
