/**
 * A network as the threads see it: dense layers, convolutions, pooling, activations and dropout, each perhaps with a ReLU.
 * They know what was made by nablab and has a formula there, whatever anything is called.
 */
import { type ActivationFormula, type DropoutFormula, formulaOf } from "../compute/formula.js";
import type { Pooling, Windows } from "../compute/windows.js";
import { Dense, type Layer, type Sequential } from "../nn/index.js";
import { type BuiltLayer, isActivation } from "../nn/layer.js";

/** A layer that the threads know; samples are rows of `inputs` numbers. */
export type FastLayer = {
  readonly inputs: number;
  readonly outputs: number;
  /** Whether a ReLU follows. */
  relu: boolean;
} & (
  | { readonly kind: "dense" }
  | { readonly kind: "conv2d"; readonly windows: Windows; readonly filters: number }
  | { readonly kind: Pooling; readonly windows: Windows }
  | { readonly kind: "activation"; readonly activation: ActivationFormula }
  | { readonly kind: "dropout"; readonly dropout: DropoutFormula }
);

/** The network's layers, or the first thing in it that the kernels do not know, in words. */
export function fastLayers({ layers }: Sequential): FastLayer[] | string {
  const found: FastLayer[] = [];
  for (const layer of layers) {
    if (isActivation(layer)) {
      const before = found.at(-1);
      const activation = formulaOf("activation", layer);
      if (!activation || !before) return nameOf(layer);
      const { outputs } = before;
      if (activation.name === "relu") before.relu = true;
      else found.push({ kind: "activation", activation, inputs: outputs, outputs, relu: false });
      continue;
    }
    if (layer instanceof Dense) {
      found.push({ kind: "dense", inputs: layer.inputs, outputs: layer.outputs, relu: false });
      continue;
    }
    const formula = formulaOf("layer", layer);
    if (!formula) return nameOf(layer);
    // Images are rows already.
    if (formula.name === "flatten") continue;
    const sizes = { inputs: count(layer.inputShape), outputs: count(layer.outputShape), relu: false };
    if (formula.name === "conv2d") {
      found.push({ kind: "conv2d", windows: formula.windows, filters: formula.outputs, ...sizes });
    } else if (formula.name === "dropout") {
      found.push({ kind: "dropout", dropout: formula, ...sizes });
    } else {
      found.push({ kind: formula.name, windows: formula.windows, ...sizes });
    }
  }
  return found;
}

const count = (shape: BuiltLayer["inputShape"]): number => shape.reduce((product, n) => product * n, 1);

function nameOf(layer: Layer): string {
  if (String(layer) !== "[object Object]") return String(layer);
  return isActivation(layer)
    ? `an activation of your own, ${layer.kind}`
    : `a layer of your own, ${layer.kind}`;
}
