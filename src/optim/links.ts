/**
 * The links of rules, simplest first. Each transforms a direction d in place.
 */

import { inspect } from "#platform";
import { checkNotNegative, checkPositive, checkShare } from "../options/check.js";
import { optionsOf } from "../options/options-of.js";
import { copier, type Link, type LinkState } from "./link.js";
import { checkStepSize, type StepSize, stepSizeAt, stepSizeText } from "./schedule.js";

/** The link, which prints as the call that makes it. */
function asLink(text: string, link: Link): Link {
  const show = { value: () => text, enumerable: false };
  return Object.freeze(Object.defineProperties(link, { [inspect.custom]: show, toString: show }));
}

const nothing = (): LinkState => ({});

/**
 * d ← η d, with a step size or a schedule: gradient descent (A5).
 *
 * @param eta η > 0, or a schedule
 * @throws RangeError for another number.
 * @example
 * chain(scaleBy(0.1)) // → chain(scaleBy(0.1))
 */
export function scaleBy(eta: StepSize): Link {
  checkStepSize("scaleBy", eta);
  return asLink(`scaleBy(${stepSizeText(eta)})`, {
    init: nothing,
    pass(direction, _, { k }) {
      const size = stepSizeAt("scaleBy", eta, k);
      for (let i = 0; i < direction.length; i++) direction[i]! *= size;
    },
    factor: (_, k) => stepSizeAt("scaleBy", eta, k),
  });
}

/**
 * d ← d + λ θ. As the first link it adds the gradient of λ/2 ‖θ‖² to that of the loss; right before `scaleBy()` it is the
 * decoupled weight decay of AdamW, which bypasses all other links.
 *
 * @param lambda λ ≥ 0
 * @throws RangeError for another number.
 * Source: Loshchilov, Hutter, Decoupled weight decay regularization, 2017, algorithm 2.
 * @example
 * const theta = Float64Array.of(2);
 * const rule = chain(addWeights(0.5), scaleBy(0.5));
 * rule.step(theta, Float64Array.of(1), rule.init(1));
 * theta // → Float64Array(1) [ 1 ]
 */
export function addWeights(lambda: number): Link {
  checkNotNegative("addWeights", { lambda });
  return asLink(`addWeights(${lambda})`, {
    init: nothing,
    pass(direction, _, { theta }) {
      for (let i = 0; i < direction.length; i++) direction[i]! += lambda * theta[i]!;
    },
  });
}

/**
 * m ← β m + d, d ← m: the velocity of `momentum`; with `lookAhead` d ← d + β m, as in `nesterov`.
 *
 * β may be a schedule, β(k) in step k; with `lookAhead` step k looks ahead with β(k), and the velocity is multiplied by
 * β(k − 1), with which the previous step looked ahead.
 *
 * @param options `beta`: β in [0, 1) or a schedule of numbers in [0, 1], 0.9; `lookAhead`: false
 * @throws RangeError for another β.
 * Source: Polyak, Some methods of speeding up the convergence of iteration methods, 1964; in PyTorch's form.
 * @example
 * addMomentum() // → addMomentum(β = 0.9)
 */
export function addMomentum(options: { beta?: StepSize; lookAhead?: boolean } = {}): Link {
  const { beta = 0.9, lookAhead = false } = optionsOf("addMomentum", options, ["beta", "lookAhead"]);
  if (typeof beta !== "function") checkShare("addMomentum", { beta });
  return asLink(`addMomentum(β = ${stepSizeText(beta)}${lookAhead ? ", look ahead" : ""})`, {
    init: (size) => ({ m: new Float64Array(size) }),
    pass(direction, state, { k }) {
      const m = state.m as Float64Array;
      const ahead = shareAt(beta, k);
      const kept = !lookAhead || typeof beta === "number" ? ahead : k > 1 ? shareAt(beta, k - 1) : 0;
      for (let i = 0; i < m.length; i++) {
        m[i] = kept * m[i]! + direction[i]!;
        direction[i] = lookAhead ? direction[i]! + ahead * m[i]! : m[i]!;
      }
    },
  });
}

/** β(k) of a schedule. */
function shareAt(beta: StepSize, k: number): number {
  if (typeof beta === "number") return beta;
  const share = beta(k);
  if (typeof share === "number" && share >= 0 && share <= 1) return share;
  throw new RangeError(
    `addMomentum: the schedule of beta must give numbers from 0 to 1; at k = ${k} it gave ${inspect(share)}`,
  );
}

/**
 * m ← β m + (1 − β) d, d ← m: a running mean, initially 0; `unbiased` divides it by 1 − β^k, so that it is a mean from
 * the first step on.
 *
 * @param options `beta`: β in [0, 1), 0.9; `unbiased`: false
 * @throws RangeError for another β.
 * Source: Kingma, Ba, Adam: a method for stochastic optimization, 2014, algorithm 1.
 * @example
 * averageGradients({ unbiased: true }) // → averageGradients(β = 0.9, unbiased)
 */
export function averageGradients(options: { beta?: number; unbiased?: boolean } = {}): Link {
  const { beta = 0.9, unbiased = false } = optionsOf("averageGradients", options, ["beta", "unbiased"]);
  checkShare("averageGradients", { beta });
  const copyOf = copier();
  return asLink(`averageGradients(β = ${beta}${unbiased ? ", unbiased" : ""})`, {
    init: (size) => ({ m: new Float64Array(size) }),
    pass(direction, state, at) {
      const m = state.m as Float64Array;
      at.gradient = copyOf(direction);
      const share = unbiased ? 1 - beta ** at.k : 1;
      for (let i = 0; i < m.length; i++) {
        m[i] = beta * m[i]! + (1 - beta) * direction[i]!;
        direction[i] = m[i]! / share;
      }
    },
  });
}

/**
 * c ← c + ‖d‖², d ← d / √c: one divisor for all parameters (AdaGrad-norm, B7).
 *
 * @param options `c0`: the initial c, ≥ 0; 0
 * @throws RangeError for another number.
 * @example
 * const theta = Float64Array.of(0, 0);
 * const rule = chain(divideByNorm(), scaleBy(2.5));
 * rule.step(theta, Float64Array.of(3, 4), rule.init(2));
 * theta // → Float64Array(2) [ -1.5, -2 ]
 */
export function divideByNorm(options: { c0?: number } = {}): Link {
  const { c0 = 0 } = optionsOf("divideByNorm", options, ["c0"]);
  checkNotNegative("divideByNorm", { c0 });
  return asLink(`divideByNorm(c(0) = ${c0})`, {
    init: () => ({ c: c0 }),
    pass(direction, state) {
      let c = state.c as number;
      for (let i = 0; i < direction.length; i++) c += direction[i]! * direction[i]!;
      state.c = c;
      const root = Math.sqrt(c);
      for (let i = 0; i < direction.length; i++) direction[i] = divided(direction[i]!, root);
    },
    factor: ({ c }) => divided(1, Math.sqrt(c as number)),
  });
}

/**
 * c_i ← c_i + d_i², d_i ← d_i / (√c_i + ε): each parameter divided by the root of its sum of squared gradients (AdaGrad).
 *
 * @param options `epsilon`: ε ≥ 0, 1e-10; `c0`: the initial c_i, ≥ 0, 0
 * @throws RangeError for other numbers.
 * Source: Duchi, Hazan, Singer, Adaptive subgradient methods, 2011, figure 1.
 * @example
 * const theta = Float64Array.of(0, 0);
 * const rule = chain(divideByRootSum({ epsilon: 0 }), scaleBy(0.5));
 * rule.step(theta, Float64Array.of(3, -4), rule.init(2));
 * theta // → Float64Array(2) [ -0.5, 0.5 ]
 */
export function divideByRootSum(options: { epsilon?: number; c0?: number } = {}): Link {
  const { epsilon = 1e-10, c0 = 0 } = optionsOf("divideByRootSum", options, ["epsilon", "c0"]);
  checkNotNegative("divideByRootSum", { epsilon });
  checkNotNegative("divideByRootSum", { c0 });
  return asLink(`divideByRootSum(ε = ${epsilon}, c(0) = ${c0})`, {
    init: (size) => ({ c: new Float64Array(size).fill(c0) }),
    pass(direction, state) {
      const c = state.c as Float64Array;
      for (let i = 0; i < c.length; i++) {
        c[i]! += direction[i]! ** 2;
        direction[i] = divided(direction[i]!, Math.sqrt(c[i]!) + epsilon);
      }
    },
    // At the mean c of all parameters.
    factor(state) {
      const c = state.c as Float64Array;
      const sum = c.reduce((all, entry) => all + entry, 0);
      return sum === 0 ? 0 : 1 / (Math.sqrt(sum / c.length) + epsilon);
    },
  });
}

/**
 * v_i ← β v_i + (1 − β) g_i², d_i ← d_i / (√v_i + ε): each parameter divided by the root of its running mean of squared
 * gradients (RMSProp, Adam). g is d itself, or the input of a preceding `averageGradients()`.
 *
 * @param options `beta`: β in [0, 1), 0.99; `epsilon`: ε ≥ 0, 1e-8; `unbiased`: divide v by 1 − β^k, false; `largest`: take
 *   the largest v_i so far (AMSGrad), false
 * @throws RangeError for other numbers.
 * Source: Hinton, Neural networks for machine learning, lecture 6e, 2012; Kingma, Ba, 2014; Reddi, Kale, Kumar, 2018.
 * @example
 * const theta = Float64Array.of(0);
 * const rule = chain(divideByRootMean({ beta: 0.75, epsilon: 0 }), scaleBy(0.5));
 * rule.step(theta, Float64Array.of(3), rule.init(1));
 * theta // → Float64Array(1) [ -1 ]
 */
export function divideByRootMean(
  options: { beta?: number; epsilon?: number; unbiased?: boolean; largest?: boolean } = {},
): Link {
  const {
    beta = 0.99,
    epsilon = 1e-8,
    unbiased = false,
    largest = false,
  } = optionsOf("divideByRootMean", options, ["beta", "epsilon", "unbiased", "largest"]);
  checkShare("divideByRootMean", { beta });
  checkNotNegative("divideByRootMean", { epsilon });
  const words = `${unbiased ? ", unbiased" : ""}${largest ? ", largest" : ""}`;
  return asLink(`divideByRootMean(β = ${beta}, ε = ${epsilon}${words})`, {
    init: (size) => ({
      v: new Float64Array(size),
      ...(largest && { vLargest: new Float64Array(size) }),
    }),
    pass(direction, state, { k, gradient = direction }) {
      const { v, vLargest } = state as Record<string, Float64Array>;
      const share = unbiased ? 1 - beta ** k : 1;
      for (let i = 0; i < v!.length; i++) {
        v![i] = beta * v![i]! + (1 - beta) * gradient[i]! ** 2;
        if (largest) vLargest![i] = Math.max(vLargest![i]!, v![i]!);
        const mean = (largest ? vLargest![i]! : v![i]!) / share;
        direction[i] = divided(direction[i]!, Math.sqrt(mean) + epsilon);
      }
    },
  });
}

/**
 * d ← sign(β₁ m + (1 − β₁) d), m ← β₂ m + (1 − β₂) d with the incoming d (Lion).
 *
 * @param options `beta1`: β₁ in [0, 1), 0.9; `beta2`: β₂ in [0, 1), 0.99
 * @throws RangeError for other numbers.
 * Source: Chen et al., Symbolic discovery of optimization algorithms, 2023, program 1.
 * @example
 * const theta = Float64Array.of(0, 0);
 * const rule = chain(takeSign(), scaleBy(0.5));
 * rule.step(theta, Float64Array.of(3, -0.01), rule.init(2));
 * theta // → Float64Array(2) [ -0.5, 0.5 ]
 */
export function takeSign(options: { beta1?: number; beta2?: number } = {}): Link {
  const { beta1 = 0.9, beta2 = 0.99 } = optionsOf("takeSign", options, ["beta1", "beta2"]);
  checkShare("takeSign", { beta1 });
  checkShare("takeSign", { beta2 });
  return asLink(`takeSign(β₁ = ${beta1}, β₂ = ${beta2})`, {
    init: (size) => ({ m: new Float64Array(size) }),
    pass(direction, state) {
      const m = state.m as Float64Array;
      for (let i = 0; i < m.length; i++) {
        const d = direction[i]!;
        direction[i] = Math.sign(beta1 * m[i]! + (1 - beta1) * d);
        m[i] = beta2 * m[i]! + (1 - beta2) * d;
      }
    },
  });
}

/**
 * v ← ρ v + (1 − ρ) d², d ← d √(u + ε) / √(v + ε), u ← ρ u + (1 − ρ) d²: a direction in the units of the parameters
 * (Adadelta).
 *
 * @param options `rho`: ρ in [0, 1), 0.9; `epsilon`: ε > 0, 1e-6
 * @throws RangeError for other numbers.
 * Source: Zeiler, ADADELTA: an adaptive learning rate method, 2012, algorithm 1.
 * @example
 * matchUnits() // → matchUnits(ρ = 0.9, ε = 0.000001)
 */
export function matchUnits(options: { rho?: number; epsilon?: number } = {}): Link {
  const { rho = 0.9, epsilon = 1e-6 } = optionsOf("matchUnits", options, ["rho", "epsilon"]);
  checkShare("matchUnits", { rho });
  checkPositive("matchUnits", { epsilon });
  return asLink(`matchUnits(ρ = ${rho}, ε = ${epsilon})`, {
    init: (size) => ({ u: new Float64Array(size), v: new Float64Array(size) }),
    pass(direction, state) {
      const { u, v } = state as Record<string, Float64Array>;
      for (let i = 0; i < direction.length; i++) {
        v![i] = rho * v![i]! + (1 - rho) * direction[i]! ** 2;
        direction[i]! *= Math.sqrt(u![i]! + epsilon) / Math.sqrt(v![i]! + epsilon);
        u![i] = rho * u![i]! + (1 - rho) * direction[i]! ** 2;
      }
    },
  });
}

/** d / scale; 0 if all gradients so far were 0 and ε is 0. */
const divided = (d: number, scale: number): number => (scale === 0 ? 0 : d / scale);
