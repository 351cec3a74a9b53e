/**
 * The assumptions of theorems on descent, each with a test of whether a run violates it.
 */
import { formatNumber } from "../../display/format-number.js";
import type { Rule } from "../../optim/rule.js";
import { type StepSize, stepSizeAt, stepSizeText } from "../../optim/schedule.js";
import { distance, type Vector } from "../algebra/vectors.js";
import type { Objective } from "../objectives/objective.js";

/** The facts about a run that assumptions are checked against. */
export interface RunFacts {
  readonly F: Objective;
  readonly theta0: Vector;
  /** The step sizes of plain gradient descent; undefined for another rule. */
  readonly eta: StepSize | undefined;
  /** The largest ‖∇F‖² along the run (of the means over paths, if there are many). */
  readonly largestSquare: number;
  /** The largest ‖θ(k) − θ*‖ along the run, if known. */
  readonly farthest: number | undefined;
  /** The update rule in words; undefined for many paths. */
  readonly rule?: string | undefined;
  /** The least ½‖∇F(θ(k))‖²/(F(θ(k)) − F*) along the run, if it is known. */
  readonly leastSteepness?: number | undefined;
}

/** An assumption of a theorem. */
export interface Assumption {
  /** What is assumed, in words. */
  readonly text: string;
  /** Why a run does not, or may not, satisfy it, in words; undefined if the run is consistent with it. */
  unmet(run: RunFacts): string | undefined;
}

/** The relative rounding that an assumption tolerates. */
const slack = 1 + 1e-12;

const number = (value: number) => formatNumber(value);

/** F is convex. */
export const convexity: Assumption = {
  text: "F is convex",
  unmet: ({ F: { convex, name } }) =>
    convex === true ? undefined : convex === false ? `${name} is not convex` : `is ${name} convex?`,
};

/** There is a minimiser. */
export const minimiser: Assumption = {
  text: "there is a minimiser θ*",
  unmet: ({ F }) => (F.thetaStar ? undefined : `no minimiser of ${F.name} is known`),
};

/** ∇F is Lipschitz, and steps are at most 1/L. */
export const shortSteps: Assumption = {
  text: "∇F is L-Lipschitz, and η ≤ 1/L",
  unmet({ F: { L }, eta }) {
    if (typeof L !== "number" || !Number.isFinite(L)) return `L is ${L}`;
    return typeof eta === "number" && eta * L > slack
      ? `η = ${number(eta)} is above 1/L = ${number(1 / L)}`
      : undefined;
  },
};

/** Each step is η(k) times the gradient. */
export const stepsOf = (bound: StepSize): Assumption => ({
  text: `the steps are ${typeof bound === "number" ? `η = ${number(bound)}` : stepSizeText(bound)} times the gradient`,
  unmet({ eta }) {
    if (eta === undefined) return "the step size is not constant";
    const at = (size: StepSize, k: number) => stepSizeAt("checkBound", size, k);
    // Finitely many values cannot show that two functions are equal; these catch the likely mistakes.
    const k = [1, 2, 3, 10, 100, 1000].find(
      (step) => Math.abs(at(bound, step) - at(eta, step)) > 1e-12 * at(eta, step),
    );
    if (k === undefined) return undefined;
    const where = typeof bound === "number" && typeof eta === "number" ? "η" : `η(${k})`;
    return `the bound is for ${where} = ${number(at(bound, k))}, the path has ${where} = ${number(at(eta, k))}`;
  },
});

/** The steps are those of a rule. */
export const stepsOfRule = (bound: Rule): Assumption => ({
  text: `the steps are those of ${bound}`,
  unmet: ({ rule }) =>
    rule === String(bound)
      ? undefined
      : `the bound is for ${bound}, the path is of ${rule ?? "another rule"}`,
});

/** ∇F is Lipschitz, and the step size of a rule is at most 1/L. */
export const shortRuleSteps = (eta: number): Assumption => ({
  ...shortSteps,
  unmet: (run) => shortSteps.unmet({ ...run, eta }),
});

/** ½‖∇F‖² ≥ mu (F − F*) at each iterate: the Polyak–Łojasiewicz inequality. */
export const steepness = (mu: number): Assumption => ({
  text: `½‖∇F(θ(k))‖² ≥ ${number(mu)} (F(θ(k)) − F*) at each iterate`,
  unmet: ({ leastSteepness }) =>
    leastSteepness === undefined
      ? "is ½‖∇F‖² ≥ μ (F − F*) along the run?"
      : leastSteepness * (1 + 1e-9) >= mu
        ? undefined
        : `½‖∇F‖²/(F − F*) came down to ${number(leastSteepness)}, below mu = ${number(mu)}`,
});

/** F is mu-strongly convex. */
export const strongConvexity = (mu: number): Assumption => ({
  text: `F is strongly convex with mu = ${number(mu)}`,
  unmet: ({ F }) =>
    typeof F.mu === "number" && F.mu * slack >= mu
      ? undefined
      : `the bound needs mu ≥ ${number(mu)}, ${F.name} has mu = ${F.mu}`,
});

/** The start is at most R away from θ*. */
export const startWithin = (R: number): Assumption => ({
  text: `‖θ(0) − θ*‖ ≤ ${number(R)}`,
  unmet({ F: { thetaStar }, theta0 }) {
    const away = thetaStar ? distance(theta0, thetaStar) : 0;
    return away <= R * slack ? undefined : `the start is ${number(away)} away from θ*, not ${number(R)}`;
  },
});

/** E‖∇Q‖² ≤ G²; ‖∇F‖² is at most E‖∇Q‖², so a larger value refutes it. */
export const gradientsWithin = (G: number): Assumption => ({
  text: `E‖∇Q‖² ≤ G² = ${number(G * G)}`,
  unmet: ({ largestSquare }) =>
    largestSquare <= G * G * slack
      ? undefined
      : `‖∇F‖² reached ${number(largestSquare)}, above G² = ${number(G * G)}`,
});

/** The whole run stays within D of θ*. */
export const pathWithin = (D: number): Assumption => ({
  text: `‖θ(k) − θ*‖ ≤ ${number(D)} along the run`,
  unmet: ({ farthest }) =>
    farthest === undefined || farthest <= D * slack
      ? undefined
      : `the path went ${number(farthest)} away from θ*, beyond D = ${number(D)}`,
});
