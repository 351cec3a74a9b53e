/**
 * The hyperbolic tangent.
 */
import { withFormula } from "../compute/formula.js";
import type { Activation } from "./layer.js";
import { showAs } from "./show-as.js";

/**
 * σ(z) = tanh z, from −1 to 1, with σ'(z) = 1 / cosh² z (which does not cancel where 1 − tanh² z does).
 *
 * Source: PyTorch's Tanh.
 * @example
 * tanh().value(0) // → 0
 * tanh().derivative(0) // → 1
 */
export function tanh(): Activation {
  const activation = showAs("tanh()", {
    kind: "tanh",
    options: Object.freeze({}),
    value: (z: number) => Math.tanh(z),
    derivative: (z: number) => 1 / Math.cosh(z) ** 2,
    secondDerivative: (z: number) => (-2 * Math.tanh(z)) / Math.cosh(z) ** 2,
  });
  return withFormula(activation, { kind: "activation", name: "tanh" });
}
