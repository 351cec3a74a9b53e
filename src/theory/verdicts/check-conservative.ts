/**
 * Whether the derivative that a program returns behaves like one where it matters: almost everywhere, and along curves
 * (B10).
 */

import { formatNumber } from "../../display/format-number.js";
import { type Judged, judged, type Verdict } from "../../display/verdict.js";
import { checkPositive, checkWhole } from "../../options/check.js";
import { optionsOf } from "../../options/options-of.js";
import { type Random, random } from "../../tensor/random.js";
import { dot, norm, type Vector } from "../algebra/vectors.js";
import { dependencesOf, type Field, isGradient, noiseAt } from "./field-differences.js";

/** The number and scale of the samples. */
export interface ConservativeCheckOptions {
  /** How many random points; 2000. */
  points?: number;
  /** How many random half circles; 20. */
  curves?: number;
  /** How many arcs a half circle is divided into; 20,000. */
  arcs?: number;
  /** The standard deviation of the points and centres, and the radius of the circles; 1. */
  radius?: number;
  /** The seed. */
  seed?: number;
}

/** The verdict on a field. Shows itself as a line for each condition. */
export interface ConservativeCheck extends Judged {
  /** `yes` if no sample contradicts it, `undecided` if F is too inexact to tell. */
  readonly verdict: Verdict;
  /** Whether the verdict is yes. */
  readonly holds: boolean;
  /** The smallest share of wrong points that is detected with probability 0.99. */
  readonly detects: number;
  /** At how many of the random points v is the gradient, by central differences. */
  readonly gradients: number;
  /** The number of random points. */
  readonly points: number;
  /** The largest |∫⟨v(γ), γ'⟩ dt − (F at the end − F at the start)| over the curves. */
  readonly largestError: number;
  /** The largest possible error of the integration rule on that curve. */
  readonly allowed: number;
}

/**
 * Checks whether v is a selection of a conservative field of F, in the sense of Bolte and Pauwels: along every
 * absolutely continuous curve γ
 *
 *     d/dt F(γ(t)) = ⟨v(γ(t)), γ'(t)⟩    for almost every t.
 *
 * Then v is the gradient almost everywhere. Both are sampled: at random points v is compared with central differences;
 * along random half circles its integral, by the midpoint rule, with the difference of F. The error of that rule is at
 * most the length Δt of a piece times the variation of the integrand, kinks included; twice the observed variation is
 * allowed. Sampling refutes, and never proves: a field that is wrong at a share p of the points passes with
 * probability (1 − p)^points. Each variable has its own scale. A slope hidden by the rounding of F is `undecided`, unless that
 * rounding is below 1e-9, or no bit of F depends on the variable: then v must be 0 up to rounding.
 *
 * @param F a function with its claimed derivative, such as those of `maximum` and `linearCombination`
 * @param options `points` = 2000, `curves` = 20, `arcs` = 20,000, `radius` = 1, `seed` = 0
 * @throws RangeError for counts and dimensions that are not whole numbers ≥ 1, and a radius that is not finite and > 0.
 * @example
 * const rectifier = maximum(affine([1]), affine([0]));
 * const program = linearCombination([rectifier, maximum(affine([-1]), affine([0]))], [1, -1]); // θ, and 0 at 0
 * checkConservative(program).holds // → true
 * checkConservative({ ...program, autodiff: () => [0.5] }).gradients // → 0
 * @see J. Bolte, E. Pauwels, Conservative set valued fields, automatic differentiation, stochastic gradient methods and
 *   deep learning, Mathematical Programming 188 (2021), definition 1, lemma 2 and theorem 1.
 */
export function checkConservative(F: Field, options: ConservativeCheckOptions = {}): ConservativeCheck {
  const {
    points = 2000,
    curves = 20,
    arcs = 20_000,
    radius = 1,
    seed = 0,
  } = optionsOf("checkConservative", options, ["points", "curves", "arcs", "radius", "seed"]);
  checkWhole("checkConservative", { points, curves, arcs, dimension: F.dimension });
  checkPositive("checkConservative", { radius });
  const stream = random(seed).split("checkConservative");
  const gaussian = () => Float64Array.from({ length: F.dimension }, () => radius * stream.normal());
  const dependences = dependencesOf(F, stream.split("scale"), radius);
  const isConstant = dependences.every(({ kind }) => kind === "constant");
  // For a constant, whose rounding may be larger in between than at the ends of a curve.
  const noise = isConstant
    ? Math.max(...dependences.map((one) => (one.kind === "constant" ? one.noise : 0)))
    : 0;
  const steepest = Math.max(0, ...dependences.map((one) => (one.kind === "seen" ? one.slope : 0)));
  let [gradients, unclear] = [0, 0];
  for (let i = 0; i < points; i++) {
    const verdict = isGradient(F, gaussian(), radius, dependences);
    gradients += Number(verdict === "yes");
    unclear += Number(verdict === "undecided");
  }
  const found = Array.from({ length: curves }, () =>
    alongHalfCircle(F, gaussian(), stream, radius, arcs, { steepest, noise }),
  );
  // NaN counts as the worst.
  const worst = found.reduce((a, b) => (b.error / b.allowed <= a.error / a.allowed ? a : b));
  const detects = 1 - 0.01 ** (1 / points);
  const places = gradients + unclear < points ? "no" : unclear > 0 ? "undecided" : "yes";
  const rounding = Math.max(...found.map((curve) => curve.rounding));
  const inexact = !isConstant && found.some((curve) => curve.rounding > curve.allowed);
  const off = found.some(({ error, allowed, rounding }) => !(error <= allowed + rounding));
  const isUnclear = inexact || (!isConstant && worst.error > worst.allowed);
  const integrals = off ? "no" : isUnclear ? "undecided" : "yes";
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

/** ∫⟨v, γ'⟩ dt over a half circle in a random plane (in one dimension: back and forth on a line), against F. */
function alongHalfCircle(
  F: Field,
  centre: Float64Array,
  stream: Random,
  radius: number,
  arcs: number,
  { steepest, noise }: { steepest: number; noise: number },
) {
  const direction = (): Float64Array => {
    const one = Float64Array.from(centre, () => stream.normal());
    return one.map((x) => (radius * x) / norm(one));
  };
  const [u, w] = [direction(), direction()];
  const at = (t: number): Float64Array => {
    const [c, s] = [Math.cos(t), Math.sin(t)];
    const theta = new Float64Array(centre.length);
    for (let i = 0; i < theta.length; i++) theta[i] = centre[i]! + c * u[i]! + s * w[i]!;
    return theta;
  };
  const dt = Math.PI / arcs;
  const speed = new Float64Array(centre.length);
  let [integral, variation, before] = [0, 0, Number.NaN];
  for (let i = 0; i < arcs; i++) {
    const t = (i + 0.5) * dt;
    const [c, s] = [Math.cos(t), Math.sin(t)];
    for (let j = 0; j < speed.length; j++) speed[j] = -s * u[j]! + c * w[j]!;
    const slope = dot(F.autodiff(at(t)) as Vector, speed);
    integral += slope * dt;
    if (i > 0) variation += Math.abs(slope - before);
    before = slope;
  }
  const [start, end] = [F.value(at(0)), F.value(at(Math.PI))];
  const error = Math.abs(integral - (end - start));
  const rounding = Math.max(noise, noiseAt(F, at(0), radius), noiseAt(F, at(Math.PI), radius));
  return { error, rounding, allowed: 2 * dt * variation + 1e-9 * (steepest * radius + Math.abs(integral)) };
}
