/**
 * The networks in training, whose parameters nothing else may change: a training writes its own over them.
 */
import type { Sequential } from "../nn/index.js";

/** The networks that a training has begun with, and has not ended yet. */
export const underWay = new WeakSet<Sequential>();

/** Throws while the network is being trained; `fix` says what to do instead. */
export function requireIdle(name: string, model: Sequential, fix: string): void {
  if (!underWay.has(model)) return;
  throw new Error(`${name}: this network is already being trained, and ${fix}`);
}
