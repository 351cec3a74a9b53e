/**
 * The record of a descent: every iterate and the values measured at it. Index k is the k-th iterate θ(k), and k = 0
 * the start.
 */

import { inspect } from "#platform";
import { type Displayable, displaySymbol, type MimeBundle } from "../../display/bundle.js";
import { formatNumber } from "../../display/format-number.js";
import { printing } from "../../display/host.js";
import type { Rule, RuleState } from "../../optim/rule.js";
import type { StepSize } from "../../optim/schedule.js";
import type { Objective } from "../objectives/objective.js";
import { gapChart } from "./gap-chart.js";

/** Why and when a descent was stopped early. */
export interface Divergence {
  /** The step k after which θ(k) was out of bounds; θ(k) is the last iterate of the path. */
  step: number;
  /** What happened, in words. */
  reason: string;
}

/** The iterates of a descent; made by `descend`. Shows itself as a chart of its gaps. */
export class Path implements Displayable {
  /** Its name in charts, such as `SGD(η = 0.1)`. */
  readonly name: string;
  /** The objective. */
  readonly objective: Objective;
  /** θ(0), θ(1), … */
  readonly theta: readonly Float64Array[];
  /** F(θ(k)) for each k. */
  readonly values: Float64Array;
  /** F(θ(k)) − F* for each k; empty if the minimum is not known. */
  readonly gaps: Float64Array;
  /** ‖∇F(θ(k))‖ for each k. */
  readonly gradientNorms: Float64Array;
  /** The step size from θ(k) to θ(k+1), one fewer than iterates. */
  readonly stepSizes: Float64Array;
  /** The constant step size η, if there is one. */
  readonly eta: number | undefined;
  /** The step size of plain gradient descent, a constant or a schedule; undefined for another rule. */
  readonly schedule: StepSize | undefined;
  /** The update rule that made the steps. */
  readonly rule: Rule;
  /** The state of the rule after the last step, such as the mean that `averageOf` returns. */
  readonly state: RuleState;
  /** Set if the descent was stopped because it diverged. */
  readonly diverged: Divergence | undefined;

  /** For `descend`. */
  constructor(parts: {
    name: string;
    objective: Objective;
    theta: readonly Float64Array[];
    values: Float64Array;
    gaps: Float64Array;
    gradientNorms: Float64Array;
    stepSizes: Float64Array;
    schedule: StepSize | undefined;
    rule: Rule;
    state: RuleState;
    diverged: Divergence | undefined;
  }) {
    this.name = parts.name;
    this.objective = parts.objective;
    this.theta = parts.theta;
    this.values = parts.values;
    this.gaps = parts.gaps;
    this.gradientNorms = parts.gradientNorms;
    this.stepSizes = parts.stepSizes;
    this.schedule = parts.schedule;
    this.eta = typeof parts.schedule === "number" ? parts.schedule : undefined;
    this.rule = parts.rule;
    this.state = parts.state;
    this.diverged = parts.diverged;
  }

  /** The number of steps taken: one fewer than iterates. */
  get steps(): number {
    return this.theta.length - 1;
  }

  /** The last iterate. */
  get last(): Float64Array {
    return this.theta[this.steps]!;
  }

  /** One line: the rule, the objective and the last gap. */
  toString(): string {
    const { name, objective, steps, values, gaps, diverged } = this;
    const [what, list] = gaps.length > 0 ? ["F − F*", gaps] : ["F", values];
    const made = `${steps} ${steps === 1 ? "step" : "steps"}`;
    const text = `${name} on ${objective.name}: ${made}, ${what} from ${formatNumber(list[0]!)} to ${formatNumber(list[steps]!)}`;
    return diverged ? `${text}; diverged: ${diverged.reason}` : text;
  }

  /** What `console.log` prints. */
  [inspect.custom](): string {
    return printing(this, this.toString());
  }

  /** The chart of the gaps (of the values, if the minimum is not known), over the text. */
  async [displaySymbol](): Promise<MimeBundle> {
    const bundle = await gapChart([this])[displaySymbol]();
    return { ...bundle, "text/plain": `${this}\n${bundle["text/plain"]}` };
  }
}
