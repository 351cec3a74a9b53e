/**
 * Whether what a program returns for a derivative behaves as one where it matters: almost everywhere, and along curves
 * (B10).
 */

import { formatNumber } from "../../display/format-number.js";
import { type Judged, judged, type Verdict } from "../../display/verdict.js";
import { checkPositive, checkWhole } from "../../options/check.js";
import { type Random, random } from "../../tensor/random.js";
import { dot, norm, type Vector } from "../algebra/vectors.js";

/** A function, and what is taken for its derivative. */
export interface Field {
  /** The number of variables. */
  readonly dimension: number;
  /** F(θ). */
  value(theta: Vector): number;
  /** v(θ), one element of the field at θ; a kink is no excuse for none. */
  autodiff(theta: Vector): ArrayLike<number>;
}

/** How much is looked at. */
export interface ConservativeCheckOptions {
  /** How many random places; 2000. */
  points?: number;
  /** How many random half circles; 20. */
  curves?: number;
  /** Into how many arcs a half circle is cut; 20,000. */
  arcs?: number;
  /** Standard deviation of the places and centres, and the radius of the circles; 1. */
  radius?: number;
  /** The seed. */
  seed?: number;
}

/** What was seen of a field. Shows itself as a line for either condition. */
export interface ConservativeCheck extends Judged {
  /** `yes` if nothing speaks against it where it was looked, `undecided` where F is too inexact to tell. */
  readonly verdict: Verdict;
  /** Whether the verdict is yes. */
  readonly holds: boolean;
  /** The smallest share of random places at which v may be wrong to be found with probability 0.99. */
  readonly detects: number;
  /** At how many of the random places v is the gradient, by central differences. */
  readonly gradients: number;
  /** How many random places there were. */
  readonly points: number;
  /** The largest |∫⟨v(γ), γ'⟩ dt − (F at the end − F at the start)| over the curves. */
  readonly largestError: number;
  /** What the integration rule may be wrong by at most on that curve. */
  readonly allowed: number;
}

/**
 * Checks whether v is a selection of a conservative field of F, in the sense of Bolte and Pauwels: along every
 * absolutely continuous curve γ
 *
 *     d/dt F(γ(t)) = ⟨v(γ(t)), γ'(t)⟩    for almost every t.
 *
 * Then v is the gradient almost everywhere. Both are sampled: at random places v is held against central differences;
 * along random half circles its integral, by the midpoint rule, against the difference of F. That rule errs by at most
 * the length Δt of a piece times the variation of what is integrated, kinks included; twice the variation that was seen
 * is allowed. Sampling refutes, and never proves: a field that is wrong at a share p of the places passes them with
 * probability (1 − p)^points.
 *
 * @param F a function with what is taken for its derivative, such as those of `maximum` and `linearCombination`
 * @param options `points` = 2000, `curves` = 20, `arcs` = 20,000, `radius` = 1, `seed` = 0
 * @throws RangeError for counts and dimensions that are no whole numbers ≥ 1, and a radius that is not finite and > 0.
 * @example
 * const rectifier = maximum(affine([1]), affine([0]));
 * const program = linearCombination([rectifier, maximum(affine([-1]), affine([0]))], [1, -1]); // θ, and 0 at 0
 * checkConservative(program).holds // → true
 * checkConservative({ ...program, autodiff: () => [0.5] }).gradients // → 0
 * @see J. Bolte, E. Pauwels, Conservative set valued fields, automatic differentiation, stochastic gradient methods and
 *   deep learning, Mathematical Programming 188 (2021), definition 1, lemma 2 and theorem 1.
 */
export function checkConservative(
  F: Field,
  { points = 2000, curves = 20, arcs = 20_000, radius = 1, seed = 0 }: ConservativeCheckOptions = {},
): ConservativeCheck {
  checkWhole("checkConservative", { points, curves, arcs, dimension: F.dimension });
  checkPositive("checkConservative", { radius });
  const stream = random(seed).split("checkConservative");
  const gaussian = () => Float64Array.from({ length: F.dimension }, () => radius * stream.normal());
  const scale = slopesOf(F, stream.split("scale"), radius);
  let [gradients, unclear] = [0, 0];
  for (let i = 0; i < points; i++) {
    const verdict = isGradient(F, gaussian(), radius, scale);
    gradients += Number(verdict === "yes");
    unclear += Number(verdict === "undecided");
  }
  const found = Array.from({ length: curves }, () =>
    alongHalfCircle(F, gaussian(), stream, radius, arcs, Math.max(...scale)),
  );
  // NaN counts as the worst.
  const worst = found.reduce((a, b) => (b.error / b.allowed <= a.error / a.allowed ? a : b));
  const detects = 1 - 0.01 ** (1 / points);
  const places = gradients + unclear < points ? "no" : unclear > 0 ? "undecided" : "yes";
  const rounding = Math.max(...found.map((curve) => curve.rounding));
  const inexact = scale.some((slope) => slope > 0) && found.some((curve) => curve.rounding > curve.allowed);
  const off = found.some(({ error, allowed, rounding }) => !(error <= allowed + rounding));
  const integrals = off ? "no" : inexact || worst.error > worst.allowed ? "undecided" : "yes";
  const findings = [
    {
      verdict: places,
      text: `v is the gradient at ${gradients} of ${points} random places${unclear > 0 ? `, at ${unclear} F is too inexact for differences` : ""} (finds a field that is wrong at ${formatNumber(100 * detects, 2)} % of them with probability 0.99)`,
      wouldDecide: "values of F with less rounding",
    },
    {
      verdict: integrals,
      text: `∫⟨v, γ'⟩ dt gives back F along ${curves} half circles: off by ${formatNumber(worst.error, 2)}, the midpoint rule by up to ${formatNumber(worst.allowed, 2)}${inexact ? `, and F by ${formatNumber(rounding, 2)} for rounding` : ""}`,
      wouldDecide: "values of F with less rounding",
    },
  ] as const;
  return judged(
    {
      holds: places === "yes" && integrals === "yes",
      detects,
      gradients,
      points,
      largestError: worst.error,
      allowed: worst.allowed,
    },
    { findings },
  );
}

/**
 * For each entry, a tenth of the most that F changes by per unit when it alone moves by a radius, over some places: slopes along it
 * that are small beside that are rounding. Each entry has its own, as F may be steeper along one than along another by any factor.
 */
function slopesOf(F: Field, stream: Random, radius: number): Float64Array {
  const slopes = new Float64Array(F.dimension);
  for (let place = 0; place < 20; place++) {
    const theta = Float64Array.from({ length: F.dimension }, () => radius * stream.normal());
    const here = F.value(theta);
    for (let i = 0; i < slopes.length; i++) {
      const there = F.value(theta.map((x, j) => (j === i ? x + radius : x)));
      const slope = Math.abs(there - here) / (10 * radius);
      if (slope < Number.POSITIVE_INFINITY) slopes[i] = Math.max(slopes[i]!, slope);
    }
  }
  return slopes;
}

/**
 * Whether v(θ) is the gradient, by differences of each entry: central ones or, since a kink within the step spoils those,
 * that of one side.
 */
function isGradient(F: Field, theta: Float64Array, radius: number, scale: Float64Array): Verdict {
  const h = 1e-6 * radius;
  const v = F.autodiff(theta);
  const verdicts = Array.from(theta, (_, i): Verdict => {
    const at = (side: number) => F.value(theta.map((x, j) => (j === i ? x + side * h : x)));
    const [before, here, after] = [at(-1), at(0), at(1)];
    const [left, right] = [(here - before) / h, (after - here) / h];
    const rounding = (8 * Number.EPSILON * Math.max(Math.abs(before), Math.abs(here), Math.abs(after))) / h;
    // Central differences of step h are accurate to about h² plus the rounding of F over h.
    const fits = (slack: number) =>
      [(left + right) / 2, left, right].some(
        (slope) => Math.abs(slope - v[i]!) <= 1e-6 * (scale[i]! + Math.abs(slope)) + slack,
      );
    // Of a function that never changes along it there is nothing to round.
    if (fits(0))
      return scale[i]! > 0 && rounding > 1e-4 * (scale[i]! + Math.abs(v[i]!)) ? "undecided" : "yes";
    return fits(rounding) ? "undecided" : "no";
  });
  return verdicts.includes("no") ? "no" : verdicts.includes("undecided") ? "undecided" : "yes";
}

/** ∫⟨v, γ'⟩ dt over a half circle in a random plane (in one dimension: to and fro on a line), against F. */
function alongHalfCircle(
  F: Field,
  centre: Float64Array,
  stream: Random,
  radius: number,
  arcs: number,
  scale: number,
) {
  const direction = (): Float64Array => {
    const one = Float64Array.from(centre, () => stream.normal());
    return one.map((x) => (radius * x) / norm(one));
  };
  const [u, w] = [direction(), direction()];
  const at = (t: number) => centre.map((x, i) => x + Math.cos(t) * u[i]! + Math.sin(t) * w[i]!);
  const dt = Math.PI / arcs;
  let [integral, variation, before] = [0, 0, Number.NaN];
  for (let i = 0; i < arcs; i++) {
    const t = (i + 0.5) * dt;
    const speed = u.map((x, j) => -Math.sin(t) * x + Math.cos(t) * w[j]!);
    const slope = dot(F.autodiff(at(t)) as Vector, speed);
    integral += slope * dt;
    if (i > 0) variation += Math.abs(slope - before);
    before = slope;
  }
  const [start, end] = [F.value(at(0)), F.value(at(Math.PI))];
  const error = Math.abs(integral - (end - start));
  const rounding = 8 * Number.EPSILON * Math.max(Math.abs(start), Math.abs(end));
  return { error, rounding, allowed: 2 * dt * variation + 1e-9 * (scale * radius + Math.abs(integral)) };
}
