/**
 * Gradient descent on an objective, with a constant step or with any update rule, recorded step by step.
 */

import { inspect } from "#platform";
import { formulaOf } from "../../compute/formula.js";
import { formatNumber } from "../../display/format-number.js";
import type { Rule } from "../../optim/rule.js";
import { type Schedule, stepSizeText } from "../../optim/schedule.js";
import { sgd } from "../../optim/sgd.js";
import { checkWhole } from "../../options/check.js";
import { optionsOf } from "../../options/options-of.js";
import { norm, type Vector } from "../algebra/vectors.js";
import type { Objective } from "../objectives/objective.js";
import { type Divergence, Path } from "./path.js";

/** The start, the rule and the number of steps. */
export interface DescendOptions {
  /** The start θ(0). */
  theta0: Vector;
  /** The constant step size η > 0. */
  eta?: number;
  /** Instead of eta: step sizes η(k) of step k = 1, 2, …, such as `inverse({ eta: 1, power: 0.5 })`. */
  schedule?: Schedule;
  /** Instead of eta: an update rule, such as `adagradNorm()`. */
  rule?: Rule;
  /** How many steps, 100 by default. */
  steps?: number;
  /** The name of the path in charts; by default the step size or the rule. */
  name?: string;
}

/**
 * Runs gradient descent θ(k+1) = θ(k) − η ∇F(θ(k)), or an update rule with the exact gradient, and records it (A5).
 *
 * A descent that diverges (F not finite, or above F(θ0) by more than 10¹² times its scale) ends early:
 * `diverged` gives the step, and the path up to it is kept.
 *
 * @param F the objective
 * @param options `theta0`; `eta`, `schedule` or `rule`; `steps` = 100; `name`. For many seeds at once see `sgdPaths`
 * @returns the path θ(0), …, θ(steps) with F, F − F*, ‖∇F‖ at each iterate and the step sizes
 * @throws RangeError unless theta0 has F's dimension and finite entries, and exactly one of eta > 0, schedule and rule is given.
 * @example
 * const path = descend(quadratic({ spectrum: [1, 0.5] }), { theta0: [1, 1], eta: 1, steps: 3 });
 * path.last // → Float64Array(2) [ 0, 0.125 ]
 * descend(quadratic({ spectrum: [1] }), { theta0: [1], eta: 5, steps: 99 }).diverged?.step // → 11
 * @see Lecture A, "Gradient descent: the simplest method".
 */
export function descend(F: Objective, options: DescendOptions): Path {
  optionsOf("descend", options, ["theta0", "eta", "schedule", "rule", "steps", "name"]);
  const { steps = 100 } = options;
  const rule = ruleOf(options);
  let theta = startOf(F, options.theta0);
  checkWhole("descend", { steps }, 0);
  const formula = formulaOf("rule", rule);
  const state = rule.init(theta.length);
  const thetas: Float64Array[] = [];
  const values: number[] = [];
  const gaps: number[] = [];
  const gradientNorms: number[] = [];
  const stepSizes: number[] = [];
  const gap = F.gap ?? (F.minimum === undefined ? undefined : (at: Vector) => F.value(at) - F.minimum!);
  let diverged: Divergence | undefined;
  for (let k = 0; ; k++) {
    const gradient = F.gradient(theta);
    thetas.push(theta.slice());
    values.push(F.value(theta));
    if (gap) gaps.push(gap(theta));
    gradientNorms.push(norm(gradient));
    diverged = divergence(k, values, gradientNorms);
    if (k === steps || diverged) break;
    theta = theta.slice();
    rule.step(theta, gradient, state);
    stepSizes.push(rule.stepSize(state));
  }
  return new Path({
    name: options.name ?? nameOf(options, rule),
    objective: F,
    theta: thetas,
    values: Float64Array.from(values),
    gaps: Float64Array.from(gaps),
    gradientNorms: Float64Array.from(gradientNorms),
    stepSizes: Float64Array.from(stepSizes),
    schedule: formula?.name === "sgd" ? formula.options.eta : undefined,
    rule,
    state,
    diverged,
  });
}

function ruleOf({ eta, schedule, rule }: DescendOptions): Rule {
  const given = [eta, schedule, rule].filter((one) => one !== undefined).length;
  if (given !== 1) {
    throw new TypeError(
      `descend: give one of eta, schedule and rule, such as { eta: 0.1 }; got ${given === 0 ? "none" : given}`,
    );
  }
  return rule ?? sgd({ eta: schedule ?? eta! });
}

function nameOf({ eta, schedule }: DescendOptions, rule: Rule): string {
  if (eta !== undefined) return `η = ${formatNumber(eta)}`;
  return schedule ? `η = ${stepSizeText(schedule)}` : String(rule);
}

function startOf(F: Objective, theta0: Vector): Float64Array {
  if (theta0?.length !== F.dimension) {
    throw new RangeError(
      `descend: ${F.name} has dimension ${F.dimension}, so theta0 must have as many entries; got ${inspect(theta0)}`,
    );
  }
  const start = Float64Array.from(theta0);
  if (!start.every(Number.isFinite)) {
    throw new RangeError(`descend: the entries of theta0 must be finite, got ${inspect(theta0)}`);
  }
  return start;
}

const farAbove = 1e12;

function divergence(step: number, values: number[], gradientNorms: number[]): Divergence | undefined {
  const value = values[step]!;
  if (!Number.isFinite(value)) return { step, reason: `F(θ(${step})) is ${formatNumber(value)}` };
  if (!Number.isFinite(gradientNorms[step])) {
    return { step, reason: `‖∇F(θ(${step}))‖ is ${formatNumber(gradientNorms[step]!)}` };
  }
  const start = values[0]!;
  if (value - start > farAbove * Math.max(1, Math.abs(start))) {
    return { step, reason: `F(θ(${step})) has grown to ${formatNumber(value)} from ${formatNumber(start)}` };
  }
  return undefined;
}
