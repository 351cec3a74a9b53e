/**
 * Adam and its relatives: momentum, over a running mean of squared gradients, both bias-corrected for their zero start.
 */
import { optionsOf } from "../options/options-of.js";
import { defineRule } from "./define-rule.js";
import { addWeights, averageGradients, divideByRootMean, scaleBy } from "./links.js";
import type { Rule } from "./rule.js";
import type { StepSize } from "./schedule.js";

/** Options of {@link adam}, {@link amsgrad} and {@link adamw}. */
export interface AdamOptions {
  /** The step size η > 0, or a schedule; 0.001. */
  eta?: StepSize;
  /** β₁ in [0, 1), for the mean of gradients; 0.9. */
  beta1?: number;
  /** β₂ in [0, 1), for the mean of squared gradients; 0.999. */
  beta2?: number;
  /** ε ≥ 0; 1e-8. */
  epsilon?: number;
}

/**
 * Adam (B12), the same as PyTorch's:
 *
 *     m(k+1) = β₁ m(k) + (1 − β₁) g(k),   v_i(k+1) = β₂ v_i(k) + (1 − β₂) g_i(k)²,
 *     m̂ = m(k+1) / (1 − β₁^(k+1)),   v̂ = v(k+1) / (1 − β₂^(k+1)),   θ_i(k+1) = θ_i(k) − η m̂_i / (√v̂_i + ε).
 *
 * Frameworks differ in ε: PyTorch and optax add 1e-8 to √v̂, as here; Keras and TensorFlow add 1e-7 to √v before the bias
 * correction (the paper's "ε̂"), which amounts to a larger ε in the first steps.
 *
 * @param options `eta`, `beta1`, `beta2`, `epsilon`
 * @throws RangeError unless `eta` is a finite number > 0 or a schedule, 0 ≤ `beta1`, `beta2` < 1 and `epsilon` ≥ 0.
 * @example
 * const theta = Float64Array.of(0, 0);
 * const rule = adam({ eta: 0.5, epsilon: 0 });
 * rule.step(theta, Float64Array.of(3, -4), rule.init(2));
 * Array.from(theta, (entry) => entry.toFixed(3)) // → [ '-0.500', '0.500' ]
 * @see Kingma, Ba, Adam: a method for stochastic optimization, 2014 (arXiv 1412.6980), algorithm 1.
 */
export function adam(options: AdamOptions = {}): Rule {
  const {
    eta = 0.001,
    beta1 = 0.9,
    beta2 = 0.999,
    epsilon = 1e-8,
  } = optionsOf("adam", options, ["eta", "beta1", "beta2", "epsilon"]);
  return defineRule({
    name: "adam",
    title: "Adam",
    options: { eta, beta1, beta2, epsilon },
    links: ({ eta }) => [
      averageGradients({ beta: beta1, unbiased: true }),
      divideByRootMean({ beta: beta2, epsilon, unbiased: true }),
      scaleBy(eta),
    ],
    kernel: "adam",
  });
}

/**
 * AMSGrad, the same as PyTorch's: Adam with the largest v so far in place of v, so that its step sizes never grow,
 *
 *     m(k+1) = β₁ m(k) + (1 − β₁) g(k),   v_i(k+1) = β₂ v_i(k) + (1 − β₂) g_i(k)²,   v_max(k+1) = max(v_max(k), v(k+1)),
 *     m̂ = m(k+1) / (1 − β₁^(k+1)),   v̂ = v_max(k+1) / (1 − β₂^(k+1)),   θ_i(k+1) = θ_i(k) − η m̂_i / (√v̂_i + ε).
 *
 * The maximum is taken before the bias correction; the paper has none.
 *
 * @param options as {@link adam}
 * @throws RangeError as {@link adam}.
 * @example
 * String(amsgrad()) // → "AMSGrad(η = 0.001, β₁ = 0.9, β₂ = 0.999, ε = 1e-8)"
 * @see Reddi, Kale, Kumar, On the convergence of Adam and beyond, 2018, algorithm 2.
 */
export function amsgrad(options: AdamOptions = {}): Rule {
  const {
    eta = 0.001,
    beta1 = 0.9,
    beta2 = 0.999,
    epsilon = 1e-8,
  } = optionsOf("amsgrad", options, ["eta", "beta1", "beta2", "epsilon"]);
  return defineRule({
    name: "amsgrad",
    title: "AMSGrad",
    options: { eta, beta1, beta2, epsilon },
    links: ({ eta }) => [
      averageGradients({ beta: beta1, unbiased: true }),
      divideByRootMean({ beta: beta2, epsilon, unbiased: true, largest: true }),
      scaleBy(eta),
    ],
  });
}

/**
 * AdamW, the same as PyTorch's: Adam with the parameters first multiplied by 1 − η λ,
 *
 *     m(k+1) = β₁ m(k) + (1 − β₁) g(k),   v_i(k+1) = β₂ v_i(k) + (1 − β₂) g_i(k)²,
 *     m̂ = m(k+1) / (1 − β₁^(k+1)),   v̂ = v(k+1) / (1 − β₂^(k+1)),   θ_i(k+1) = (1 − η λ) θ_i(k) − η m̂_i / (√v̂_i + ε).
 *
 * Frameworks differ: λ is 0.01 in PyTorch, 0.004 in Keras, 1e-4 in optax; in the paper the factor is 1 − λ, not
 * multiplied by η.
 *
 * @param options as {@link adam}; `weightDecay`: λ ≥ 0, 0.01
 * @throws RangeError as {@link adam}, and unless `weightDecay` ≥ 0.
 * @example
 * const theta = Float64Array.of(1);
 * const rule = adamw({ eta: 0.5, weightDecay: 0.5, epsilon: 0 });
 * rule.step(theta, Float64Array.of(2), rule.init(1));
 * theta[0].toFixed(3) // → "0.250"
 * @see Loshchilov, Hutter, Decoupled weight decay regularization, 2017 (arXiv 1711.05101), algorithm 2.
 */
export function adamw(options: AdamOptions & { weightDecay?: number } = {}): Rule {
  const {
    weightDecay = 0.01,
    eta = 0.001,
    beta1 = 0.9,
    beta2 = 0.999,
    epsilon = 1e-8,
  } = optionsOf("adamw", options, ["eta", "beta1", "beta2", "epsilon", "weightDecay"]);
  return defineRule({
    name: "adamw",
    title: "AdamW",
    options: { eta, beta1, beta2, epsilon, weightDecay },
    links: ({ eta }) => [
      averageGradients({ beta: beta1, unbiased: true }),
      divideByRootMean({ beta: beta2, epsilon, unbiased: true }),
      addWeights(weightDecay),
      scaleBy(eta),
    ],
  });
}
