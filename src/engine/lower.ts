/**
 * Lowers a network to the layers that the threads compute. Layers are recognised by their registered
 * formula, not by name; the rest is left to the main thread.
 */
import { formulaOf } from "../compute/formula.js";
import type { Dataset } from "../data/index.js";
import type { Layer, Loss, Sequential } from "../nn/index.js";
import { isActivation } from "../nn/layer.js";
import { allKinds } from "./layers/index.js";
import type { LoweredLayer } from "./layers/layer.js";

/** A lowered layer with its index among the network's layers, from 0. */
export type Lowered = LoweredLayer & { readonly index: number };

/** The network's layers. */
export function lower({ layers, inputs }: Sequential): Lowered[] {
  const found: Lowered[] = [];
  const isFlatten = (layer: Layer) => formulaOf("layer", layer)?.name === "flatten";
  const last = layers.findLastIndex((layer) => !isFlatten(layer));
  layers.forEach((layer, index) => {
    const before = found.at(-1);
    const isRelu = formulaOf("activation", layer)?.name === "relu";
    // The layer before applies a ReLU itself, except the last layer, whose δ comes directly from the loss.
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

/** The layers without kernels, computed on the main thread, in words; each once. */
export function unknownLayers(model: Sequential): string[] {
  const unknown = lower(model).filter(({ kind }) => kind === "custom");
  return [...new Set(unknown.map(({ index }) => nameOf(model.layers[index]!)))];
}

/** The custom layers, which no text identifies, in words; each once. */
export function customLayers({ layers }: Sequential): string[] {
  const isCustom = (layer: Layer) =>
    isActivation(layer)
      ? String(layer) === "[object Object]"
      : !formulaOf("layer", layer) && "inputShape" in layer;
  return [...new Set(layers.filter(isCustom).map(nameOf))];
}

/** Whether any of its layers has a kernel. */
export const isKnownInPart = (model: Sequential): boolean =>
  lower(model).some(({ kind }) => kind !== "custom");

/** Why a loss has no kernel, in words, so that the main thread computes it; undefined if it has one. */
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
