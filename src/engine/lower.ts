/**
 * A network lowered to the layers that the threads know. Layers are recognised by the
 * formula that nablab noted for them, not by name.
 */
import { formulaOf } from "../compute/formula.js";
import type { Dataset } from "../data/index.js";
import type { Layer, Loss, Sequential } from "../nn/index.js";
import { isActivation } from "../nn/layer.js";
import { allKinds } from "./layers/index.js";
import type { LoweredLayer } from "./layers/layer.js";

/** The network's layers, or the first thing in it that the threads do not know, in words. */
export function lower({ layers }: Sequential): LoweredLayer[] | string {
  const found: LoweredLayer[] = [];
  for (const layer of layers) {
    const before = found.at(-1);
    // The layer before applies a ReLU itself; samples are rows already.
    if (formulaOf("activation", layer)?.name === "relu" && before) before.relu = true;
    else if (formulaOf("layer", layer)?.name !== "flatten") {
      const lowered = lowerLayer(layer, before?.outputs);
      if (!lowered) return nameOf(layer);
      found.push(lowered);
    }
  }
  // What the readout's loss gives for δ goes to the layer as it is, without the ReLU's derivative.
  return found.at(-1)?.relu ? `${layers.at(-1)} as the last layer` : found;
}

function lowerLayer(layer: Layer, inputs: number | undefined): LoweredLayer | undefined {
  for (const kind of allKinds) {
    const lowered = kind.lower(layer, inputs);
    if (lowered) return lowered;
  }
  return undefined;
}

/** The first layer that the threads do not know, in words; undefined when they know all. */
export function unknownLayer(model: Sequential): string | undefined {
  const layers = lower(model);
  return typeof layers === "string" ? layers : undefined;
}

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
