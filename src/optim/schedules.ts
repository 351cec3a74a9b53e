/**
 * All schedules, simplest first. All are functions of the number of the step, k = 1, 2, …; the first step has the
 * size `eta`.
 */
import { inspect } from "#platform";
import { checkNotNegative, checkNumbers, checkPositive, checkWhole } from "../options/check.js";
import { optionsOf } from "../options/options-of.js";
import {
  constantDecay,
  type Decay,
  decayOf,
  makeSchedule,
  type Schedule,
  type StepSize,
  stepSizeAt,
  stepSizeText,
} from "./schedule.js";

/** The decay of a geometric sequence. */
const falling = (ratio: number): Decay => ({ ratio, power: 0, log: 0 });
const checkGamma = (who: string, gamma: number) =>
  checkNumbers(who, { gamma }, (value) => value > 0 && value <= 1, "above 0 and at most 1");

/**
 * The half cosine to + (from − to) (1 + cos πs) / 2 for s from 0 to 1, computed from the nearer end: so it is
 * exact at both ends, and never leaves the interval between them.
 */
function halfCosine(from: number, to: number, s: number): number {
  const share = (1 + Math.cos(Math.PI * s)) / 2;
  return share < 0.5 ? to + (from - to) * share : from + (to - from) * (1 - share);
}

/**
 * η(k) = η / ((k + offset)^power log(k + offset + 1)^log): with power in (½, 1] and log 0 it meets Robbins and Monro's
 * conditions (A15, B4), Ση = ∞ and Ση² < ∞. So k^−p is `inverse({ power: p })`, 1/(a + b k) is
 * `inverse({ eta: 1 / b, offset: a / b })`, and 1/(k log(k + 1)), finite at k = 1, is `inverse({ log: 1 })`.
 *
 * @param options `eta`; `power`, 1; `offset`, 0; `log`, the power of the logarithm, 0
 * @throws RangeError unless `eta` > 0, `power` ≥ 0, `offset` ≥ 0 and `log` ≥ 0, or if η(1) overflows or underflows
 * @example
 * inverse({ eta: 1 })(4) // → 0.25
 * inverse({ eta: 1, power: 0.5 })(4) // → 0.5
 * inverse({ eta: 1 / 2, offset: 6 / 2 })(1) // → 0.125
 * @see Robbins, Monro, A stochastic approximation method, Ann. Math. Statist. 22, 1951.
 */
export function inverse(
  options: { eta?: number; power?: number; offset?: number; log?: number } = {},
): Schedule {
  const {
    eta = 1,
    power = 1,
    offset = 0,
    log = 0,
  } = optionsOf("inverse", options, ["eta", "power", "offset", "log"]);
  checkPositive("inverse", { eta });
  checkNotNegative("inverse", { power, offset, log });
  const k = offset === 0 ? "k" : `(k + ${offset})`;
  const below = `${k}${power === 1 ? "" : `^${power}`}`;
  const logarithm = `log(k + ${offset + 1})${log === 1 ? "" : `^${log}`}`;
  // The usual power and log without `**`, ten times as fast and with the same bits.
  const fall = (step: number) => (power === 1 ? step + offset : (step + offset) ** power);
  const at = (step: number) =>
    eta / (log === 0 ? fall(step) : fall(step) * Math.log(step + offset + 1) ** log);
  // The first step size is the largest; log 2 < 1 to a large power can overflow or underflow there.
  if (!(at(1) > 0 && Number.isFinite(at(1)))) {
    throw new RangeError(
      `inverse: the first step size must be a finite number > 0; use a smaller power or log than ${inspect({ power, log })}, got ${at(1)}`,
    );
  }
  return makeSchedule(
    log === 0 ? `${eta}/${below}` : `${eta}/(${below} ${logarithm})`,
    { ratio: 1, power, log },
    at,
  );
}

/**
 * η(k) = η γ^(k−1): PyTorch's ExponentialLR. Its sum is finite, so it may stop short of the minimiser. The lecture's 2^−k (B4)
 * is `exponential({ eta: 1 / 2, gamma: 1 / 2 })`.
 *
 * @throws RangeError unless `eta` > 0 and 0 < `gamma` ≤ 1
 * @example
 * exponential({ eta: 1, gamma: 0.5 })(3) // → 0.25
 */
export function exponential(options: { eta: number; gamma: number }): Schedule {
  const { eta, gamma } = optionsOf("exponential", options, ["eta", "gamma"]);
  checkPositive("exponential", { eta });
  checkGamma("exponential", gamma);
  return makeSchedule(`${eta}·${gamma}^(k−1)`, falling(gamma), (k) => eta * gamma ** (k - 1));
}

/**
 * η(k) = η γ^⌊(k−1) / every⌋: the step size falls after every `every` steps. PyTorch's StepLR.
 *
 * @throws RangeError unless `eta` > 0, 0 < `gamma` ≤ 1 and `every` is a whole number > 0
 * @example
 * const eta = stepDecay({ eta: 1, gamma: 0.5, every: 2 });
 * [1, 2, 3, 4, 5].map(eta) // → [ 1, 1, 0.5, 0.5, 0.25 ]
 */
export function stepDecay(options: { eta: number; gamma: number; every: number }): Schedule {
  const { eta, gamma, every } = optionsOf("stepDecay", options, ["eta", "gamma", "every"]);
  checkPositive("stepDecay", { eta });
  checkGamma("stepDecay", gamma);
  checkWhole("stepDecay", { every });
  const text = `${eta}·${gamma}^⌊(k−1)/${every}⌋`;
  return makeSchedule(text, falling(gamma ** (1 / every)), (k) => eta * gamma ** Math.floor((k - 1) / every));
}

/**
 * η(k) = η (1 − (k−1) / steps)^power, then 0: PyTorch's PolynomialLR; linear by default, constant for power 0.
 *
 * @throws RangeError unless `eta` > 0, `steps` is a whole number > 0 and `power` ≥ 0
 * @example
 * polynomial({ eta: 1, steps: 4 })(3) // → 0.5
 */
export function polynomial(options: { eta: number; steps: number; power?: number }): Schedule {
  const { eta, steps: length, power = 1 } = optionsOf("polynomial", options, ["eta", "steps", "power"]);
  checkPositive("polynomial", { eta });
  checkNotNegative("polynomial", { power });
  checkWhole("polynomial", { steps: length });
  const text = `polynomial(${eta}, ${length} steps${power === 1 ? "" : `, power ${power}`})`;
  return makeSchedule(
    text,
    power > 0 ? "zero" : constantDecay,
    (k) => eta * Math.max(0, 1 - (k - 1) / length) ** power,
  );
}

/**
 * η(k) = to + (η − to) (1 + cos(π (k−1) / steps)) / 2, then `to`: half a period of the cosine. PyTorch's
 * CosineAnnealingLR.
 *
 * @throws RangeError unless `eta` > 0, `to` ≥ 0 and `steps` is a whole number > 0
 * @example
 * const eta = cosine({ eta: 1, steps: 2 });
 * [1, 2, 3, 9].map((k) => eta(k).toFixed(2)) // → [ '1.00', '0.50', '0.00', '0.00' ]
 * @see Loshchilov, Hutter, SGDR: stochastic gradient descent with warm restarts, 2016 (arXiv 1608.03983), equation 5.
 */
export function cosine(options: { eta: number; steps: number; to?: number }): Schedule {
  const { eta, steps: length, to = 0 } = optionsOf("cosine", options, ["eta", "steps", "to"]);
  checkPositive("cosine", { eta });
  checkNotNegative("cosine", { to });
  checkWhole("cosine", { steps: length });
  const text = `cosine(${eta}${to === 0 ? "" : ` to ${to}`}, ${length} steps)`;
  return makeSchedule(text, decayOf(to), (k) => halfCosine(eta, to, Math.min(k - 1, length) / length));
}

/**
 * Cosine with warm restarts: half periods of {@link cosine}, of `steps`, growth · steps, growth² · steps, … steps, each
 * starting again at η,
 *
 *     η(k) = to + (η − to) (1 + cos(π c / T)) / 2,   c = 0 … T − 1 the steps since the last restart.
 *
 * PyTorch's CosineAnnealingWarmRestarts.
 *
 * @param options `eta`; `steps` of the first period; `growth`: the factor by which each next period is longer, a whole number ≥ 1; `to`
 * @throws RangeError unless `eta` > 0, `to` ≥ 0, and `steps` and `growth` are whole numbers > 0
 * @example
 * const eta = cosineRestarts({ eta: 1, steps: 2, growth: 2 });
 * [1, 2, 3, 4, 5, 6, 7].map((k) => eta(k).toFixed(2)) // → [ '1.00', '0.50', '1.00', '0.85', '0.50', '0.15', '1.00' ]
 * @see Loshchilov, Hutter, SGDR: stochastic gradient descent with warm restarts, 2016 (arXiv 1608.03983), equation 5.
 */
export function cosineRestarts(options: {
  eta: number;
  steps: number;
  growth?: number;
  to?: number;
}): Schedule {
  const {
    eta,
    steps: length,
    growth = 1,
    to = 0,
  } = optionsOf("cosineRestarts", options, ["eta", "steps", "growth", "to"]);
  checkPositive("cosineRestarts", { eta });
  checkNotNegative("cosineRestarts", { to });
  checkWhole("cosineRestarts", { steps: length, growth });
  const text = `cosineRestarts(${eta}${to === 0 ? "" : ` to ${to}`}, ${length} steps${growth === 1 ? "" : `, growth ${growth}`})`;
  // It returns to η for ever, and over each period its mean and mean square are fixed fractions of η and η².
  return makeSchedule(text, constantDecay, (k) => {
    let [since, period] = [k - 1, length];
    if (growth === 1) since %= period;
    else {
      while (since >= period) {
        since -= period;
        period *= growth;
      }
    }
    return halfCosine(eta, to, since / period);
  });
}

/**
 * η(k) ← min(1, k / steps) η(k): a linear ramp up to a step size or schedule.
 *
 * @throws RangeError unless `steps` is a whole number > 0
 * Source: Goyal and others, Accurate, large minibatch SGD, 2017, section 2.2.
 * @example
 * const eta = warmup(0.8, { steps: 4 });
 * [1, 2, 3, 4, 5].map((k) => eta(k).toFixed(1)) // → [ '0.2', '0.4', '0.6', '0.8', '0.8' ]
 */
export function warmup(eta: StepSize, options: { steps: number }): Schedule {
  const { steps: length } = optionsOf("warmup", options, ["steps"]);
  if (typeof eta === "number") checkPositive("warmup", { eta });
  checkWhole("warmup", { steps: length });
  const text = `warmup(${stepSizeText(eta)}, ${length} steps)`;
  return makeSchedule(text, decayOf(eta), (k) => Math.min(1, k / length) * stepSizeAt("warmup", eta, k));
}

/**
 * Up to `eta` and down again, along cosines, η(k) = a + (b − a) (1 − cos π s) / 2 with s from 0 to 1: from η/25 to η in
 * the first 30 % of the steps, then to η/250,000. PyTorch's OneCycleLR.
 *
 * @param options `eta`: the largest step size; `steps`: of the whole cycle; `rise`: the fraction of steps spent rising
 * @throws RangeError unless `eta` > 0, `steps` is a whole number > 0 and 0 < `rise` < 1
 * @example
 * const eta = oneCycle({ eta: 1, steps: 100 });
 * [1, 30, 100].map((k) => eta(k).toPrecision(2)) // → [ '0.040', '1.0', '0.0000040' ]
 * @see Smith, Topin, Super-convergence, 2017 (arXiv 1708.07120).
 */
export function oneCycle(options: { eta: number; steps: number; rise?: number }): Schedule {
  const { eta, steps: length, rise = 0.3 } = optionsOf("oneCycle", options, ["eta", "steps", "rise"]);
  checkPositive("oneCycle", { eta });
  checkWhole("oneCycle", { steps: length });
  checkNumbers("oneCycle", { rise }, (value) => value > 0 && value < 1, "between 0 and 1");
  const top = rise * length - 1;
  const [first, last] = [eta / 25, eta / 250_000];
  const text = `oneCycle(${eta}, ${length} steps${rise === 0.3 ? "" : `, rise ${rise}`})`;
  return makeSchedule(text, constantDecay, (k) => {
    const step = Math.min(k, length) - 1;
    // Not ≤: if the peak is the first step, the cycle starts there (PyTorch divides by 0).
    if (step < top) return halfCosine(first, eta, step / top);
    return halfCosine(eta, last, (step - top) / (length - 1 - top));
  });
}

/**
 * Piecewise constant: `[[1, 0.1], [100, 0.01]]` is 0.1 for k = 1, …, 99, and 0.01 from k = 100 on.
 *
 * @throws RangeError unless the pieces begin with k = 1, their k increase, and their step sizes are ≥ 0
 * Source: Keras's PiecewiseConstantDecay.
 * @example
 * const eta = piecewise([[1, 0.5], [3, 0.25]]);
 * [1, 2, 3, 4].map(eta) // → [ 0.5, 0.5, 0.25, 0.25 ]
 */
export function piecewise(pieces: readonly (readonly [from: number, eta: number])[]): Schedule {
  const isInOrder =
    Array.isArray(pieces) &&
    pieces.every(
      (piece, i) => Array.isArray(piece) && (i === 0 ? piece[0] === 1 : piece[0] > pieces[i - 1][0]),
    );
  if (!isInOrder || pieces.length === 0) {
    throw new RangeError(
      `piecewise: expected pairs of a step and a step size, from step 1 on and in order, such as [[1, 0.1], [100, 0.01]], got ${inspect(pieces)}`,
    );
  }
  for (const [, eta] of pieces) checkNotNegative("piecewise", { eta });
  const text = `${pieces.map(([from, eta]) => `${eta} from ${from}`).join(", ")}`;
  return makeSchedule(
    `piecewise(${text})`,
    decayOf(pieces.at(-1)![1]),
    (k) => pieces.findLast(([from]) => from <= k)![1],
  );
}

/**
 * η₁(k) + η₂(k) + …: a sum of step sizes and schedules.
 *
 * @throws RangeError for an empty list
 * @example
 * addSchedules(0.1, inverse({ eta: 1 }))(10) // → 0.2
 */
export function addSchedules(...parts: StepSize[]): Schedule {
  const all = parts.map(decayOf);
  // The slowest-decaying term dominates.
  const slowest = (a: Decay, b: Decay): Decay => {
    if (a === "zero" || b === "zero") return a === "zero" ? b : a;
    const order = a.ratio - b.ratio || b.power - a.power || b.log - a.log;
    return order >= 0 ? a : b;
  };
  return combined(
    "addSchedules",
    parts,
    " + ",
    all.every(isKnown) ? all.reduce(slowest, "zero") : undefined,
    (a, b) => a + b,
  );
}

/**
 * η₁(k) η₂(k) …: a product of step sizes and schedules.
 *
 * @throws RangeError for an empty list
 * @example
 * multiplySchedules(0.5, inverse({ power: 0.5 }), inverse({ power: 0.5 }))(4) // → 0.125
 */
export function multiplySchedules(...parts: StepSize[]): Schedule {
  const all = parts.map(decayOf);
  const both = (a: Decay, b: Decay): Decay =>
    a === "zero" || b === "zero"
      ? "zero"
      : { ratio: a.ratio * b.ratio, power: a.power + b.power, log: a.log + b.log };
  return combined(
    "multiplySchedules",
    parts,
    " · ",
    all.every(isKnown) ? all.reduce(both, constantDecay) : undefined,
    (a, b) => a * b,
  );
}

const isKnown = (decay: Decay | undefined): decay is Decay => decay !== undefined;

function combined(
  who: string,
  parts: readonly StepSize[],
  sign: string,
  decay: Decay | undefined,
  combine: (a: number, b: number) => number,
): Schedule {
  if (parts.length === 0) throw new RangeError(`${who}: there must be at least one schedule, got none`);
  return makeSchedule(parts.map(stepSizeText).join(sign), decay, (k) =>
    parts.map((part) => stepSizeAt(who, part, k)).reduce(combine),
  );
}
