/**
 * The logistic function.
 */
import { withFormula } from "../compute/formula.js";
import type { Activation } from "./layer.js";
import { showAs } from "./show-as.js";

const value = (z: number) => 1 / (1 + Math.exp(-z));

/**
 * σ(z) = 1 / (1 + e^−z), from 0 to 1, with σ'(z) = σ(z) σ(−z) (which does not cancel where σ (1 − σ) does).
 *
 * Source: PyTorch's Sigmoid.
 * @example
 * sigmoid().value(0) // → 0.5
 * sigmoid().derivative(0) // → 0.25
 */
export function sigmoid(): Activation {
  const activation = showAs("sigmoid()", {
    kind: "sigmoid",
    options: Object.freeze({}),
    value,
    derivative: (z: number) => value(z) * value(-z),
    secondDerivative: (z: number) => value(z) * value(-z) * (value(-z) - value(z)),
  });
  return withFormula(activation, { kind: "activation", name: "sigmoid" });
}
