/**
 * The rectifier.
 */

import { withFormula } from "../compute/formula.js";
import { checkFinite } from "../options/check.js";
import { optionsOf } from "../options/options-of.js";
import type { Activation } from "./layer.js";
import { showAs } from "./show-as.js";

/**
 * σ(z) = max(0, z), with σ'(z) = 0 for z < 0 and 1 for z > 0.
 *
 * At the kink there is no derivative; frameworks use 0, and every number of the subdifferential [0, 1] would be
 * as valid (B10).
 *
 * @param options `atZero`: the value used for σ'(0)
 * @throws RangeError unless `atZero` is a finite number.
 * @example
 * relu().value(-3) // → 0
 * relu({ atZero: 0.5 }).derivative(0) // → 0.5
 */
export function relu(options: { atZero?: number } = {}): Activation {
  const { atZero = 0 } = optionsOf("relu", options, ["atZero"]);
  checkFinite("relu", { atZero });
  const activation = showAs<Activation>(atZero === 0 ? "relu()" : `relu({ atZero: ${atZero} })`, {
    kind: "relu",
    options: Object.freeze({ atZero }),
    value: (z: number) => (z > 0 ? z : z <= 0 ? 0 : Number.NaN),
    derivative: (z: number) => (z > 0 ? 1 : z < 0 ? 0 : z === 0 ? atZero : Number.NaN),
    secondDerivative: () => 0,
  });
  return atZero === 0 ? withFormula(activation, { kind: "activation", name: "relu" }) : activation;
}
