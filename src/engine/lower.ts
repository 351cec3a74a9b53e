/**
 * A network lowered to the layers that the threads know. Layers are recognised by the
 * formula that nablab noted for them, not by name; what remains is left to the main thread.
 */
import { formulaOf } from "../compute/formula.js";
import type { Dataset } from "../data/index.js";
import type { Layer, Loss, Sequential } from "../nn/index.js";
import { isActivation } from "../nn/layer.js";
import { allKinds } from "./layers/index.js";
import type { LoweredLayer } from "./layers/layer.js";

/** A lowered layer, and which of the network's layers it is, counted from 0. */
export type Lowered = LoweredLayer & { readonly index: number };

/** The network's layers. */
export function lower({ layers, inputs }: Sequential): Lowered[] {
  const found: Lowered[] = [];
  const isFlatten = (layer: Layer) => formulaOf("layer", layer)?.name === "flatten";
  const last = layers.findLastIndex((layer) => !isFlatten(layer));
  layers.forEach((layer, index) => {
    const before = found.at(-1);
    const isRelu = formulaOf("activation", layer)?.name === "relu";
    // The layer before applies a ReLU itself; but what the loss gives for δ of the last layer goes to it as it is.
    if (isRelu && before && before.kind !== "custom" && index !== last) before.relu = true;
    else if (!isFlatten(layer)) found.push(lowerLayer(layer, index, before?.outputs ?? inputs, !before));
  });
  return found;
}

function lowerLayer(layer: Layer, index: number, inputs: number, isFirst: boolean): Lowered {
  for (const kind of allKinds) {
    const lowered = kind.lower(layer, inputs, isFirst);
    if (lowered) return { ...lowered, index };
  }
  throw new Error("the last kind takes every layer");
}

/** The layers that the threads do not know, so that the main thread computes them, in words; each once. */
export function unknownLayers(model: Sequential): string[] {
  const unknown = lower(model).filter(({ kind }) => kind === "custom");
  return [...new Set(unknown.map(({ index }) => nameOf(model.layers[index]!)))];
}

/** The layers whose text does not say all about them, in words; each once. */
export function customLayers({ layers }: Sequential): string[] {
  const isCustom = (layer: Layer) =>
    isActivation(layer)
      ? String(layer) === "[object Object]"
      : !formulaOf("layer", layer) && "inputShape" in layer;
  return [...new Set(layers.filter(isCustom).map(nameOf))];
}

/** Whether the threads know any of its layers. */
export const isKnownInPart = (model: Sequential): boolean =>
  lower(model).some(({ kind }) => kind !== "custom");

/** What of a loss the threads do not know, in words, so that the main thread computes it; undefined when they know it. */
export function unknownLoss(data: Dataset, loss: Loss): string | undefined {
  if (!formulaOf("loss", loss)) return `the loss ${String(loss) === "[object Object]" ? loss.name : loss}`;
  if (data.weights) return "sample weights";
  if (loss.name === "crossEntropy" && data.kind !== "labels") return "probabilities as targets";
  return undefined;
}

function nameOf(layer: Layer): string {
  if (String(layer) !== "[object Object]") return String(layer);
  return isActivation(layer) ? `the custom activation ${layer.kind}` : `the custom layer ${layer.kind}`;
}
