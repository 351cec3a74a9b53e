/**
 * Activations beyond the lecture's: smooth or leaky relatives of the rectifier.
 */

import { withFormula } from "../compute/formula.js";
import { checkFinite } from "../options/check.js";
import { optionsOf } from "../options/options-of.js";
import { normalTail } from "../tensor/normal.js";
import type { Activation } from "./layer.js";
import { showAs } from "./show-as.js";

/**
 * σ(z) = z for z > 0 and slope · z otherwise: the gradient does not vanish below zero.
 *
 * @param options `slope`, 0.01 by default as in PyTorch; `prelu()` trains it
 * @throws RangeError unless `slope` is a finite number.
 * Source: Maas, Hannun, Ng, Rectifier nonlinearities improve neural network acoustic models, 2013.
 * @example
 * leakyRelu({ slope: 0.1 }).value(-3).toFixed(2) // → '-0.30'
 */
export function leakyRelu(options: { slope?: number } = {}): Activation {
  const { slope = 0.01 } = optionsOf("leakyRelu", options, ["slope"]);
  checkFinite("leakyRelu", { slope });
  const activation = showAs<Activation>(slope === 0.01 ? "leakyRelu()" : `leakyRelu({ slope: ${slope} })`, {
    kind: "leakyRelu",
    options: Object.freeze({ slope }),
    value: (z) => (z > 0 ? z : slope * z),
    derivative: (z) => (z > 0 ? 1 : Number.isNaN(z) ? z : slope),
    secondDerivative: () => 0,
  });
  return withFormula(activation, { kind: "activation", name: "leakyRelu", slope });
}

/**
 * σ(z) = z Φ(z) with the normal distribution function Φ; exact, as PyTorch's default.
 *
 *     σ'(z) = Φ(z) + z φ(z),   φ(z) = e^(−z²/2) / √(2π)
 *
 * Source: Hendrycks, Gimpel, Gaussian error linear units, 2016.
 * @example
 * gelu().value(1).toFixed(6) // → '0.841345'
 */
export function gelu(): Activation {
  const activation = showAs<Activation>("gelu()", {
    kind: "gelu",
    options: Object.freeze({}),
    value: (z) => (z === Number.NEGATIVE_INFINITY ? 0 : z * normalTail(-z)),
    derivative: (z) =>
      Math.abs(z) > 40
        ? Number(z > 0)
        : normalTail(-z) + (z * Math.exp((-z * z) / 2)) / Math.sqrt(2 * Math.PI),
    // (2 − z²) φ(z); beyond 40 φ is 0.
    secondDerivative: (z) =>
      Math.abs(z) > 40 ? 0 : ((2 - z * z) * Math.exp((-z * z) / 2)) / Math.sqrt(2 * Math.PI),
  });
  return withFormula(activation, { kind: "activation", name: "gelu" });
}

/**
 * σ(z) = log(1 + e^z), a smooth rectifier whose derivative is the sigmoid.
 *
 * Source: Dugas and others, Incorporating second-order functional knowledge, 2000.
 * @example
 * softplus().value(0).toFixed(6) // → '0.693147'
 * softplus().value(1000) // → 1000
 */
export function softplus(): Activation {
  const activation = showAs<Activation>("softplus()", {
    kind: "softplus",
    options: Object.freeze({}),
    value: logOnePlusExp,
    derivative: logistic,
    secondDerivative: (z) => logistic(z) * logistic(-z),
  });
  return withFormula(activation, { kind: "activation", name: "softplus" });
}

/** log(1 + e^z) without overflow. */
export function logOnePlusExp(z: number): number {
  return Math.max(0, z) + Math.log1p(Math.exp(-Math.abs(z)));
}

/** 1 / (1 + e^−z) without overflow. */
export function logistic(z: number): number {
  if (z >= 0) return 1 / (1 + Math.exp(-z));
  const e = Math.exp(z);
  return e / (1 + e);
}
