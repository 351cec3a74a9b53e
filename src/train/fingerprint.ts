/**
 * Short descriptions of the network and the data of a training, which checkpoints keep.
 */
import { sha256 } from "#platform";
import type { Dataset } from "../data/index.js";
import type { Layer, Sequential } from "../nn/index.js";

/** The layers with their sizes and options, and the shape of a sample: `13 → dense(13, 21), relu(), dense(21, 3)`. */
export function architectureOf({ layers, inputShape }: Sequential): string {
  return `${inputShape.join(" × ")} → ${layers.map(textOf).join(", ")}`;
}

const textOf = (layer: Layer): string =>
  String(layer) === "[object Object]" ? `custom ${layer.kind}` : String(layer);

/**
 * A digest of all samples with their labels or targets, in order: it differs for other data. Not cached, because the arrays may
 * change.
 */
export function fingerprintOf(data: Dataset): string {
  const { size, features, outputs, scale, kind, x, y, weights } = data;
  const shape = new TextEncoder().encode(JSON.stringify({ size, features, outputs, scale, kind }));
  const bytes = [x, y, ...(weights ? [weights] : [])].map(
    ({ buffer, byteOffset, byteLength }) => new Uint8Array(buffer, byteOffset, byteLength),
  );
  return sha256(shape, ...bytes).slice(0, 16);
}
