/**
 * Continuous functions built from affine ones by sums, maxima and minima, as ReLU networks are. Everything about
 * their subgradients can be computed exactly (B8–B10).
 */
import { inspect } from "#platform";
import { type Displayable, displaySymbol, type MimeBundle } from "../../display/bundle.js";
import type { Figure } from "../../display/figure.js";
import { formatNumber } from "../../display/format-number.js";
import { lineChart } from "../../display/line-chart.js";
import { dot, type Vector } from "../algebra/vectors.js";

/** A function of θ that is affine on each of finitely many pieces; make one with `affine`, `maximum`, `minimum`,
 * `linearCombination`. */
export interface PiecewiseLinear {
  /** The number of variables. */
  readonly dimension: number;
  /** F(θ). */
  value(theta: Vector): number;
  /** F'(θ; d) = lim (F(θ + t d) − F(θ)) / t for t ↓ 0, exactly. */
  slope(theta: Vector, direction: Vector): number;
  /** The gradient of the piece entered from θ in the direction d, for d along no kink. */
  gradientToward(theta: Vector, direction: Vector): Float64Array;
  /**
   * The output of automatic differentiation: chain and sum rule applied as if there were no kinks. Of two equal
   * arguments of a maximum or minimum, the first has the weight `atTie`, the second 1 − `atTie`.
   */
  autodiff(theta: Vector, options?: { atTie?: number }): Float64Array;
  /** The gradients of its pieces, possibly with some that occur nowhere. */
  readonly pieces: readonly Float64Array[];
  /** The normals of all lines along which it may have a kink. */
  readonly normals: readonly Float64Array[];
}

/** Values that differ by less than this, relative to the larger, count as equal: a tie. */
const rounding = 1e-12;

/**
 * θ ↦ ⟨a, θ⟩ + b, the building block of piecewise linear functions (B9).
 *
 * @param a the coefficients, of length n ≥ 1; `clarke` takes n ≤ 2
 *
 * @throws RangeError unless there is at least one finite coefficient.
 * @example
 * affine([2, -1], 3).value([1, 1]) // → 4
 */
export function affine(a: readonly number[], b = 0): PiecewiseLinear {
  if (a.length === 0 || ![...a, b].every(Number.isFinite)) {
    throw new RangeError(
      `affine: expected finite coefficients such as affine([1, -2], 3), got ${inspect({ a, b })}`,
    );
  }
  return shown(`${inspect(a)}·θ${b === 0 ? "" : ` + ${b}`}`, {
    dimension: a.length,
    value: (theta) => dot(a, theta) + b,
    slope: (_, direction) => dot(a, direction),
    gradientToward: () => Float64Array.from(a),
    autodiff: () => Float64Array.from(a),
    pieces: [Float64Array.from(a)],
    normals: [],
  });
}

/**
 * θ ↦ max(F(θ), G(θ)); `maximum(F, affine([0]))` is a ReLU of F (B8).
 *
 * @param F a piecewise linear function
 * @param G another, of as many variables
 * @throws RangeError if F and G have different numbers of variables.
 * @example
 * const absolute = maximum(affine([1]), affine([-1]));
 * [absolute.value([-3]), absolute.slope([0], [1]), absolute.slope([0], [-1])] // → [ 3, 1, 1 ]
 */
export function maximum(F: PiecewiseLinear, G: PiecewiseLinear): PiecewiseLinear {
  checkSame("maximum", [F, G]);
  /** The larger of the two at θ: F (1), G (−1), or both (0). */
  const side = (theta: Vector): number => {
    const [f, g] = [F.value(theta), G.value(theta)];
    return Math.abs(f - g) <= rounding * Math.max(Math.abs(f), Math.abs(g)) ? 0 : Math.sign(f - g);
  };
  return shown(`max(${F}, ${G})`, {
    dimension: F.dimension,
    value: (theta) => Math.max(F.value(theta), G.value(theta)),
    slope(theta, direction) {
      const which = side(theta);
      if (which !== 0) return (which > 0 ? F : G).slope(theta, direction);
      return Math.max(F.slope(theta, direction), G.slope(theta, direction));
    },
    gradientToward(theta, direction) {
      const which = side(theta) || F.slope(theta, direction) - G.slope(theta, direction);
      return (which >= 0 ? F : G).gradientToward(theta, direction);
    },
    autodiff(theta, { atTie = 0 } = {}) {
      const which = side(theta);
      const share = which > 0 ? 1 : which < 0 ? 0 : atTie;
      const [f, g] = [F.autodiff(theta, { atTie }), G.autodiff(theta, { atTie })];
      // Not 0 · f + 1 · g, so that NaN or ∞ in the other branch cannot spread.
      if (share === 0 || share === 1) return share === 1 ? f : g;
      return f.map((x, i) => share * x + (1 - share) * g[i]!);
    },
    pieces: unique([...F.pieces, ...G.pieces]),
    normals: [...F.normals, ...G.normals, ...differences(F.pieces, G.pieces)],
  });
}

/**
 * θ ↦ min(F(θ), G(θ)) (B9).
 *
 * @throws RangeError if F and G have different numbers of variables.
 * @example
 * minimum(affine([1]), affine([-1])).value([-3]) // → -3
 */
export function minimum(F: PiecewiseLinear, G: PiecewiseLinear): PiecewiseLinear {
  checkSame("minimum", [F, G]);
  const negative = maximum(linearCombination([F], [-1]), linearCombination([G], [-1]));
  return linearCombination([negative], [-1], `min(${F}, ${G})`);
}

/**
 * θ ↦ Σ_i c_i F_i(θ), by default with all c_i = 1 (B10).
 *
 * @param coefficients c_i, of the length of `terms`
 * @throws RangeError if there are no terms, or numbers of variables or of coefficients differ.
 * @example
 * const relu = (sign: number) => maximum(affine([sign]), affine([0]));
 * linearCombination([relu(1), relu(-1)], [1, -1]).value([-3]) // → -3
 */
export function linearCombination(
  terms: readonly PiecewiseLinear[],
  coefficients: readonly number[] = terms.map(() => 1),
  name = terms.map((term, i) => `${coefficients[i] === 1 ? "" : `${coefficients[i]}·`}${term}`).join(" + "),
): PiecewiseLinear {
  checkSame("linearCombination", terms);
  if (coefficients.length !== terms.length) {
    throw new RangeError(
      `linearCombination: there must be a coefficient for each of ${terms.length} terms, got ${coefficients.length}`,
    );
  }
  const combine = (gradients: Float64Array[]): Float64Array =>
    gradients[0]!.map((_, i) => gradients.reduce((all, g, j) => all + coefficients[j]! * g[i]!, 0));
  return shown(name, {
    dimension: terms[0]!.dimension,
    value: (theta) => terms.reduce((all, term, j) => all + coefficients[j]! * term.value(theta), 0),
    slope: (theta, direction) =>
      terms.reduce((all, term, j) => all + coefficients[j]! * term.slope(theta, direction), 0),
    gradientToward: (theta, direction) => combine(terms.map((term) => term.gradientToward(theta, direction))),
    autodiff: (theta, options) => combine(terms.map((term) => term.autodiff(theta, options))),
    pieces: terms.reduce<Float64Array[]>(
      (all, { pieces }, j) =>
        unique(all.flatMap((one) => pieces.map((g) => one.map((x, i) => x + coefficients[j]! * g[i]!)))),
      [new Float64Array(terms[0]!.dimension)],
    ),
    normals: terms.flatMap(({ normals }) => normals),
  });
}

/** Clarke's subdifferential at a point: the convex hull of the gradients around it. Shows itself as a set. */
export interface Subdifferential extends Displayable {
  /** The gradients of the pieces that meet at the point. */
  readonly gradients: readonly Float64Array[];
  /** The corners of their convex hull: an interval's ends, or a polygon's corners counter-clockwise. */
  readonly corners: readonly Float64Array[];
  /** Whether a vector lies in the hull, up to rounding. */
  has(vector: ArrayLike<number>): boolean;
  /** The chart of the set, an interval or a polygon, with given vectors. */
  chart(vectors?: Readonly<Record<string, ArrayLike<number>>>): Figure;
}

/**
 * Clarke's subdifferential of a piecewise linear function of one or two variables (B9),
 *
 *     ∂F(θ) = conv { lim ∇F(θ_j) : θ_j → θ, F differentiable at each θ_j },
 *
 * computed exactly: around θ the function is affine on finitely many sectors between lines with known normals, and a
 * direction inside each sector gives its gradient.
 *
 * @param F the function
 * @param theta the point, of length 1 or 2
 * @throws RangeError for more than two variables.
 * @example
 * const absolute = maximum(affine([1]), affine([-1]));
 * clarke(absolute, [0]) // → [-1, 1]
 * clarke(absolute, [2]).corners // → [ Float64Array(1) [ 1 ] ]
 * @see F. H. Clarke, Optimization and Nonsmooth Analysis (1983), theorem 2.5.1.
 */
export function clarke(F: PiecewiseLinear, theta: Vector): Subdifferential {
  if (F.dimension > 2) {
    throw new RangeError(`clarke: F must have one or two variables, got ${F.dimension}`);
  }
  const directions = F.dimension === 1 ? [[1], [-1]] : sectors(F.normals);
  const gradients = unique(directions.map((direction) => F.gradientToward(theta, direction)));
  const corners = hull(gradients);
  const has = (vector: ArrayLike<number>) => isInside(Array.from(vector), corners);
  const list = (v: Float64Array) =>
    v.length === 1 ? formatNumber(v[0]!) : `(${[...v].map((x) => formatNumber(x)).join(", ")})`;
  const text =
    corners.length === 1
      ? `{${list(corners[0]!)}}`
      : F.dimension === 1
        ? `[${corners.map(list).join(", ")}]`
        : `conv {${corners.map(list).join(", ")}}`;
  const chart = (vectors: Readonly<Record<string, ArrayLike<number>>> = {}): Figure => {
    const second = (v: ArrayLike<number>) => (v.length === 1 ? 0 : v[1]!);
    const outline = corners.length > 2 ? [...corners, corners[0]!] : corners;
    return lineChart({
      title: `Clarke's subdifferential at ${list(Float64Array.from(theta))}`,
      x: { title: "first entry" },
      y: F.dimension === 1 ? { title: "", range: [-1, 1] } : { title: "second entry" },
      equal: F.dimension === 2,
      series: [
        { name: "∂F", x: outline.map((v) => v[0]!), y: outline.map(second), mode: "lines+markers" },
        ...Object.entries(vectors).map(([name, v]) => ({
          name,
          x: [v[0]!],
          y: [second(v)],
          mode: "markers" as const,
        })),
      ],
    });
  };
  return Object.freeze({
    gradients,
    corners,
    has,
    chart,
    toString: () => text,
    [inspect.custom]: () => text,
    [displaySymbol]: (): MimeBundle => ({ "text/plain": text }),
  });
}

/** A direction inside each sector between the lines with these normals. */
function sectors(normals: readonly Float64Array[]): number[][] {
  const angles = normals.flatMap(([a, b]) => {
    const along = Math.atan2(a!, -b!); // the line itself, perpendicular to its normal
    return [along, along + Math.PI].map((angle) => ((angle % (2 * Math.PI)) + 2 * Math.PI) % (2 * Math.PI));
  });
  const edges = [...new Set(angles)].sort((a, b) => a - b);
  if (edges.length === 0) return [[1, 0]];
  return edges.map((edge, i) => {
    const next = i + 1 < edges.length ? edges[i + 1]! : edges[0]! + 2 * Math.PI;
    const middle = (edge + next) / 2;
    return [Math.cos(middle), Math.sin(middle)];
  });
}

function differences(a: readonly Float64Array[], b: readonly Float64Array[]): Float64Array[] {
  return a
    .flatMap((one) => b.map((other) => one.map((x, i) => x - other[i]!)))
    .filter((normal) => normal.some((x) => x !== 0));
}

function unique(vectors: readonly Float64Array[]): Float64Array[] {
  return vectors.filter(
    (v, i) =>
      vectors.findIndex((other) =>
        other.every((x, k) => Math.abs(x - v[k]!) <= 1e-12 * (1 + Math.abs(x))),
      ) === i,
  );
}

/** The corners of the convex hull; in the plane by Andrew's monotone chain, counter-clockwise. */
function hull(points: readonly Float64Array[]): Float64Array[] {
  const sorted = [...points].sort((a, b) => a[0]! - b[0]! || (a[1] ?? 0) - (b[1] ?? 0));
  if (sorted.length < 3 || sorted[0]!.length === 1) {
    return sorted.length < 2 ? sorted : [sorted[0]!, sorted.at(-1)!];
  }
  const half = (list: readonly Float64Array[]): Float64Array[] => {
    const chain: Float64Array[] = [];
    for (const p of list) {
      while (chain.length > 1 && turn(chain.at(-2)!, chain.at(-1)!, p) <= 1e-12) chain.pop();
      chain.push(p);
    }
    return chain.slice(0, -1);
  };
  return [...half(sorted), ...half(sorted.reverse())];
}

const turn = (a: ArrayLike<number>, b: ArrayLike<number>, c: ArrayLike<number>): number =>
  (b[0]! - a[0]!) * (c[1]! - a[1]!) - (b[1]! - a[1]!) * (c[0]! - a[0]!);

function isInside(v: readonly number[], corners: readonly Float64Array[]): boolean {
  const close = 1e-9;
  const [first, last] = [corners[0]!, corners.at(-1)!];
  if (corners.length <= 2) {
    // On the segment between the two (or at their common point).
    const along = first.map((x, i) => last[i]! - x);
    const length = dot(along, along);
    const t =
      length === 0
        ? 0
        : Math.max(
            0,
            Math.min(
              1,
              dot(
                along,
                v.map((x, i) => x - first[i]!),
              ) / length,
            ),
          );
    return v.every((x, i) => Math.abs(first[i]! + t * along[i]! - x) <= close);
  }
  return corners.every((corner, i) => turn(corner, corners[(i + 1) % corners.length]!, v) >= -close);
}

function checkSame(who: string, functions: readonly PiecewiseLinear[]): void {
  const other = functions.find(({ dimension }) => dimension !== functions[0]!.dimension);
  if (functions.length > 0 && !other) return;
  throw new RangeError(
    `${who}: all functions must have one number of variables, got ${functions.map(({ dimension }) => dimension).join(" and ") || "none"}`,
  );
}

function shown(name: string, F: PiecewiseLinear): PiecewiseLinear {
  const text = { value: () => name, enumerable: false };
  return Object.freeze(Object.defineProperties(F, { toString: text, [inspect.custom]: text }));
}
