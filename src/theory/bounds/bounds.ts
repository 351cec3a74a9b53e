/**
 * The bounds of theorems on gradient descent as functions of the number of steps k.
 * Each constructor throws where its theorem does not apply.
 */

import { inspect } from "#platform";
import { formatNumber } from "../../display/format-number.js";
import { nesterov } from "../../optim/momentum.js";
import { type StepSize, stepSizeAt } from "../../optim/schedule.js";
import { checkNotNegative, checkPositive } from "../../options/check.js";
import { optionsOf } from "../../options/options-of.js";
import { distance, type Vector } from "../algebra/vectors.js";
import {
  type Assumption,
  convexity,
  gradientsWithin,
  minimiser,
  pathWithin,
  shortRuleSteps,
  shortSteps,
  startWithin,
  steepness,
  stepsOf,
  stepsOfRule,
  strongConvexity,
} from "./assumptions.js";

/** The quantity that a bound is about. */
export type Bounded =
  | "gap"
  | "gap after a gradient step"
  | "gap of the weighted mean"
  | "gap of the mean"
  | "squared distance";

/** An upper bound as a function of k, with its label, the quantity it bounds, and the assumptions of its theorem. */
export interface Bound {
  /** The bound after k steps. */
  (k: number): number;
  /** The formula, for a legend. */
  readonly label: string;
  /**
   * `gap`: of F(θ(k)) − F*; `gap after a gradient step`: at x(k) = θ(k−1) − η ∇F(θ(k−1)); `gap of the mean`: at the mean of θ(0), …, θ(k−1), `weighted`: by the step sizes;
   * `squared distance`: of ‖θ(k) − θ*‖². For random paths, the mean of that.
   */
  readonly of: Bounded;
  /** The step size it holds for; the first one of a schedule. */
  readonly eta: number;
  /** The mu of strong convexity, if its theorem needs more than convexity. */
  readonly mu?: number;
  /** The assumptions of the theorem, which `checkBound` checks for a run. */
  readonly assumes: readonly Assumption[];
}

/** Where descent starts, how large its steps are, how curved F is. */
export interface BoundOptions {
  /** ‖θ(0) − θ*‖. */
  R?: number;
  /** Instead of R: the start … */
  theta0?: Vector;
  /** … and the minimiser. */
  thetaStar?: Vector;
  /** The constant step size η. */
  eta: number;
  /** The Lipschitz constant of ∇F; if given, eta ≤ 1/L is checked. */
  L?: number | "unknown";
}

/**
 * The lecture's theorem (A6): for convex F with L-Lipschitz gradient, a minimiser θ*, and η ≤ 1/L,
 *
 *     F(θ(k)) − F(θ*) ≤ ‖θ(0) − θ*‖² / (2 η k)    for k ≥ 1.
 *
 * @param options `R`, or `theta0` and `thetaStar`; `eta`; `L` to have eta ≤ 1/L checked
 * @throws RangeError if eta > 1/L, where the theorem says nothing.
 * @example
 * const bound = gradientDescentBound({ R: 2, eta: 0.1 });
 * bound(10) // → 2
 * @see Lecture A, "Classical convergence result"; A. Beck, M. Teboulle, A fast iterative shrinkage-thresholding
 *   algorithm for linear inverse problems, SIAM J. Imaging Sci. 2 (2009), theorem 3.1 (there for a sum of two functions).
 */
export function gradientDescentBound(options: BoundOptions): Bound {
  optionsOf("gradientDescentBound", options, ["R", "theta0", "thetaStar", "eta", "L"]);
  const { R, eta } = checked("gradientDescentBound", options);
  return bound((k) => (R * R) / (2 * eta * k), {
    label: "‖θ⁽⁰⁾ − θ*‖² / (2ηk)",
    of: "gap",
    eta,
    assumes: [convexity, minimiser, shortSteps, stepsOf(eta), startWithin(R)],
  });
}

/**
 * The best bound that holds for all convex F with L-Lipschitz gradient, for η ≤ 1/L:
 *
 *     F(θ(k)) − F(θ*) ≤ ‖θ(0) − θ*‖² / (4 η k + 2/L);    for η = 1/L: L R² / (4k + 2).
 *
 * It is half the lecture's bound for large k, and no better one exists: `worstCase(k)` attains it.
 *
 * @param options `R`, or `theta0` and `thetaStar`; `eta`; `L` (needed)
 * @throws RangeError if eta > 1/L or L is unknown.
 * @example
 * tightBound({ R: 1, eta: 1, L: 1 })(2) // → 0.1
 * @see Y. Drori, M. Teboulle, Performance of first-order methods for smooth convex minimization: a novel
 *   approach, Mathematical Programming 145 (2014), theorem 3.1.
 */
export function tightBound(options: BoundOptions): Bound {
  optionsOf("tightBound", options, ["R", "theta0", "thetaStar", "eta", "L"]);
  const { R, eta } = checked("tightBound", options);
  const { L } = options;
  if (typeof L !== "number") throw new RangeError(`tightBound: L must be known, got ${inspect(L)}`);
  return bound((k) => (R * R) / (4 * eta * k + 2 / L), {
    label: "‖θ⁽⁰⁾ − θ*‖² / (4ηk + 2/L)",
    of: "gap",
    eta,
    assumes: [convexity, minimiser, shortSteps, stepsOf(eta), startWithin(R)],
  });
}

/**
 * The bound for strongly convex F: for mu-strongly convex F with L-Lipschitz gradient and η ≤ 1/L,
 *
 *     F(θ(k)) − F(θ*) ≤ (1 − η mu)^k (F(θ(0)) − F(θ*)),
 *
 * a straight line over k on a logarithmic scale.
 *
 * @param options `gap0` = F(θ(0)) − F(θ*), `eta`, `mu` > 0, `L` to have eta ≤ 1/L checked
 * @throws RangeError if eta > 1/L or mu is not > 0.
 * @example
 * strongConvexityBound({ gap0: 8, eta: 0.5, mu: 1 })(3) // → 1
 * @see L. Bottou, F. Curtis, J. Nocedal, Optimization methods for large-scale machine learning, SIAM Review 60
 *   (2018), theorem 4.6 (there for noisy gradients; with noise 0).
 */
export function strongConvexityBound(options: {
  gap0: number;
  eta: number;
  mu: number | "unknown";
  L?: number | "unknown";
}): Bound {
  const { gap0, eta, mu, L } = optionsOf("strongConvexityBound", options, ["gap0", "eta", "mu", "L"]);
  checked("strongConvexityBound", { R: 1, eta, ...(L !== undefined && { L }) });
  if (typeof mu !== "number" || !(mu > 0)) {
    throw new RangeError(`strongConvexityBound: F must be strongly convex, mu > 0, got ${inspect(mu)}`);
  }
  return bound((k) => (1 - eta * mu) ** k * gap0, {
    label: "(1 − ημ)ᵏ (F(θ⁽⁰⁾) − F*)",
    of: "gap",
    eta,
    mu,
    assumes: [strongConvexity(mu), shortSteps, stepsOf(eta)],
  });
}

/**
 * The bound for Nesterov's momentum with β(k) = (k − 1)/(k + 2): for convex F with L-Lipschitz gradient, a minimiser θ*, and
 * η ≤ 1/L,
 *
 *     F(x(k)) − F(θ*) ≤ 2 ‖θ(0) − θ*‖² / (η (k + 1)²)    for k ≥ 1,
 *
 * at the points x(k) = θ(k−1) − η ∇F(θ(k−1)), from which the rule looks ahead to θ(k).
 *
 * @param options `R`, or `theta0` and `thetaStar`; `eta`; `L` to have eta ≤ 1/L checked
 * @throws RangeError if eta > 1/L, where the theorem says nothing.
 * @example
 * const F = quadratic({ spectrum: [1, 0.01] });
 * const path = descend(F, { theta0: [1, 1], rule: nesterov({ eta: 1, beta: "1983" }), steps: 200 });
 * checkBound(path, nesterovBound({ R: Math.SQRT2, eta: 1, L: F.L })).verdict // → 'yes'
 * @see Y. Nesterov, A method of solving a convex programming problem with convergence rate O(1/k²), Soviet Math. Dokl. 27
 *   (1983); W. Su, S. Boyd, E. Candès, A differential equation for modeling Nesterov's accelerated gradient method, JMLR 17
 *   (2016), equation 2.
 */
export function nesterovBound(options: BoundOptions): Bound {
  optionsOf("nesterovBound", options, ["R", "theta0", "thetaStar", "eta", "L"]);
  const { R, eta } = checked("nesterovBound", options);
  return bound((k) => (2 * R * R) / (eta * (k + 1) ** 2), {
    label: "2 ‖θ⁽⁰⁾ − θ*‖² / (η(k + 1)²)",
    of: "gap after a gradient step",
    eta,
    assumes: [
      convexity,
      minimiser,
      shortRuleSteps(eta),
      stepsOfRule(nesterov({ eta, beta: "1983" })),
      startWithin(R),
    ],
  });
}

/**
 * The bound under the Polyak–Łojasiewicz inequality ½‖∇F(θ)‖² ≥ mu (F(θ) − F*), which needs neither convexity nor a single
 * minimiser: for L-Lipschitz gradient and η ≤ 1/L,
 *
 *     F(θ(k)) − F* ≤ (1 − η mu)^k (F(θ(0)) − F*).
 *
 * The inequality is needed at the iterates only: `checkBound` tests it at each.
 *
 * @param options `gap0` = F(θ(0)) − F*, `eta`, `mu` > 0 (for least squares the smallest nonzero eigenvalue), `L` to have
 *   eta ≤ 1/L checked
 * @throws RangeError if eta > 1/L or mu is not > 0.
 * @example
 * const F = quadratic({ spectrum: [1, 0.5, 0] }); // not strongly convex
 * const path = descend(F, { theta0: [1, 1, 1], eta: 1, steps: 50 });
 * checkBound(path, polyakLojasiewiczBound({ gap0: path.gaps[0], eta: 1, mu: 0.5, L: 1 })).verdict // → 'yes'
 * @see H. Karimi, J. Nutini, M. Schmidt, Linear convergence of gradient and proximal-gradient methods under the
 *   Polyak–Łojasiewicz condition, ECML PKDD 2016, theorem 1; B. Polyak, Gradient methods for minimizing functionals (1963).
 */
export function polyakLojasiewiczBound(options: {
  gap0: number;
  eta: number;
  mu: number;
  L?: number | "unknown";
}): Bound {
  const { gap0, eta, mu, L } = optionsOf("polyakLojasiewiczBound", options, ["gap0", "eta", "mu", "L"]);
  checked("polyakLojasiewiczBound", { R: 1, eta, ...(L !== undefined && { L }) });
  checkPositive("polyakLojasiewiczBound", { mu });
  checkNotNegative("polyakLojasiewiczBound", { gap0 });
  return bound((k) => Math.max(0, 1 - eta * mu) ** k * gap0, {
    label: "(1 − ημ)ᵏ (F(θ⁽⁰⁾) − F*)",
    of: "gap",
    eta,
    assumes: [shortSteps, stepsOf(eta), steepness(mu)],
  });
}

/**
 * The bound for stochastic gradient descent on convex F, for the mean of the iterates (B5): with E‖∇Q‖² ≤ G², any
 * step sizes η(j), and weights η(j) in the mean,
 *
 *     E[F(mean of θ(0), …, θ(k−1))] − F* ≤ (R² + G² Σ_{j ≤ k} η(j)²) / (2 Σ_{j ≤ k} η(j));
 *
 * for η(j) = c/√j it falls like (log k)/√k, for a constant step to a floor of η G²/2.
 *
 * @param options `R` = ‖θ(0) − θ*‖, `G`, `eta`: a constant or a schedule
 * @throws RangeError unless R ≥ 0 and G > 0 are finite.
 * @example
 * sgdConvexBound({ R: 1, G: 1, eta: 0.1 })(100).toFixed(3) // → '0.100'
 * @see A. Nemirovski, A. Juditsky, G. Lan, A. Shapiro, Robust stochastic approximation approach to stochastic
 *   programming, SIAM J. Optim. 19 (2009), section 2.2.
 */
export function sgdConvexBound(options: { R: number; G: number; eta: StepSize }): Bound {
  const { R, G, eta } = optionsOf("sgdConvexBound", options, ["R", "G", "eta"]);
  const first = stepSizeAt("sgdConvexBound", eta, 1);
  checked("sgdConvexBound", { R, eta: first });
  checkPositive("sgdConvexBound", { G });
  // Sums over the first k step sizes, extended lazily.
  const sums = [0];
  const squares = [0];
  const at = (k: number): number => {
    for (let j = sums.length; j <= k; j++) {
      const size = stepSizeAt("sgdConvexBound", eta, j);
      sums.push(sums[j - 1]! + size);
      squares.push(squares[j - 1]! + size * size);
    }
    return (R * R + G * G * squares[k]!) / (2 * sums[k]!);
  };
  return bound(at, {
    label: "(R² + G² Σ η²) / (2 Σ η)",
    of: "gap of the weighted mean",
    eta: first,
    assumes: [convexity, minimiser, stepsOf(eta), startWithin(R), gradientsWithin(G)],
  });
}

/**
 * The bound for stochastic gradient descent on mu-strongly convex F with η(k) = 1/(mu k) (B5): with E‖∇Q‖² ≤ G² along the
 * path,
 *
 *     E‖θ(k) − θ*‖² ≤ G² / (mu² k)    for k ≥ 1,
 *
 * for every start; the gap is at most L/2 times that. It falls like 1/k: noise destroys the geometric rate. (One step
 * gives a(k) ≤ (1 − 2/k) a(k−1) + G²/(mu² k²); induction. Additive noise on mu/2 θ² attains half of it.)
 *
 * @param options `G`, `mu` > 0; with `L` the bound is on the gap
 * @throws RangeError unless all are finite and > 0.
 * @example
 * sgdStronglyConvexBound({ G: 2, mu: 1 })(100) // → 0.04
 * @see A. Nemirovski, A. Juditsky, G. Lan, A. Shapiro, Robust stochastic approximation approach to stochastic
 *   programming, SIAM J. Optim. 19 (2009), (2.9) with θ = 1/c; A. Rakhlin, O. Shamir, K. Sridharan, Making gradient
 *   descent optimal for strongly convex stochastic optimization, ICML 2012, lemma 1 (with 4 G²).
 */
export function sgdStronglyConvexBound(options: { G: number; mu: number; L?: number }): Bound {
  const { G, mu, L } = optionsOf("sgdStronglyConvexBound", options, ["G", "mu", "L"]);
  checkPositive("sgdStronglyConvexBound", { G, mu, ...(L !== undefined && { L }) });
  const factor = L === undefined ? 1 : L / 2;
  return bound((k) => (factor * G * G) / (mu * mu * k), {
    label: L === undefined ? "G² / (μ²k)" : "LG² / (2μ²k)",
    of: L === undefined ? "squared distance" : "gap",
    eta: 1 / mu,
    mu,
    assumes: [strongConvexity(mu), minimiser, stepsOf((k) => 1 / (mu * k)), gradientsWithin(G)],
  });
}

/**
 * The bound for AdaGrad-norm on convex F (B7), along a run: with the step sizes η/√c(j), c(j) = c(0) + Σ_{i ≤ j} ‖g(i)‖²,
 * and a path that stays within D of θ*,
 *
 *     F(mean of θ(0), …, θ(k−1)) − F* ≤ (D²/(2η) + η) √c(k) / k.
 *
 * Neither the bound nor the step sizes contain L: that is the point of AdaGrad. (Sum ‖θ(j+1) − θ*‖² over j, with
 * Σ ‖g(j)‖²/√c(j) ≤ 2 √c(k).)
 *
 * @param options `D`; `eta`; `squares`: c(1), c(2), … along the run, a number for each step
 * @throws RangeError unless D and η are finite and > 0, or for a k beyond the run.
 * @example
 * adagradNormBound({ D: 2, eta: 1, squares: [4, 9] })(2) // → 4.5
 * @see M. Streeter, H. B. McMahan, Less regret via online conditioning, 2010; R. Ward, X. Wu, L. Bottou, AdaGrad
 *   stepsizes, JMLR 21 (2020), theorems 2.1 and 2.2 (without convexity).
 */
export function adagradNormBound(options: { D: number; eta: number; squares: ArrayLike<number> }): Bound {
  const { D, eta, squares } = optionsOf("adagradNormBound", options, ["D", "eta", "squares"]);
  checkPositive("adagradNormBound", { D, eta });
  const at = (k: number): number => {
    const c = squares[k - 1];
    if (c === undefined) {
      throw new RangeError(`adagradNormBound: the run has ${squares.length} steps, got k = ${k}`);
    }
    return ((D * D) / (2 * eta) + eta) * (Math.sqrt(c) / k);
  };
  return bound(at, {
    label: "(D²/(2η) + η) √c(k) / k",
    of: "gap of the mean",
    eta,
    assumes: [convexity, minimiser, pathWithin(D)],
  });
}

function bound(at: (k: number) => number, facts: Pick<Bound, keyof Bound>): Bound {
  return Object.assign((k: number) => at(k), facts, { [inspect.custom]: () => `k ↦ ${facts.label}` });
}

function checked(name: string, { R, theta0, thetaStar, eta, L }: BoundOptions): { R: number; eta: number } {
  if (R === undefined && (theta0 === undefined || thetaStar === undefined)) {
    throw new TypeError(
      `${name}: give R = ‖θ⁽⁰⁾ − θ*‖, or theta0 and thetaStar; ${theta0 === undefined ? "theta0" : "thetaStar"} is missing${theta0 === undefined ? "" : " (does the objective have a minimiser?)"}`,
    );
  }
  const radius = R ?? distance(theta0!, thetaStar!);
  checkNotNegative(name, { R: radius });
  checkPositive(name, { eta });
  // A step computed as 1/L must not be rejected for its rounding.
  if (typeof L === "number" && eta * L > 1 + 1e-12) {
    throw new RangeError(
      `${name}: the theorem needs eta ≤ 1/L = ${formatNumber(1 / L)}, got ${formatNumber(eta)}`,
    );
  }
  return { R: radius, eta };
}
