/**
 * The sampling of `checkConvergence`: draws of N around θ*, their directions, and the growth of E‖N‖² far out.
 */
import { inspect } from "#platform";
import { formatNumber } from "../../display/format-number.js";
import { lengthOf } from "../../tensor/length.js";
import type { Random } from "../../tensor/random.js";
import { symmetricEigen } from "../algebra/symmetric-eigen.js";
import { isCertain } from "./certain.js";
import type { Estimator } from "./noise-samples.js";

/**
 * A verdict of sampling: holds at the sampled points, violated, hidden by the noise, or undecided for another reason, which the
 * finding states: nothing is known about the tails, or the measured value is 0 up to rounding.
 */
export type Sampled = "holds where sampled" | "violated" | "too noisy to tell" | "undecided";

/** The largest number of variables for which the symmetric part of the Jacobian is decomposed. */
export const mostDimensions = 100;
/** Draws for each entry of a Jacobian: with the same random numbers on both sides additive noise cancels. */
const jacobianDraws = 100;
/** The distance up to which growth is judged, relative to the largest distance. */
const farOut = [1, 1e2, 1e4, 1e6];
/** The tolerated excess of the growth exponent over 2: it would take a factor of 10³⁰⁰ to matter. */
const slack = 0.005;

/** The distances, and others between them so that none is more than a factor of √5 from the next. */
export function filledIn(distances: readonly number[]): number[] {
  return distances.flatMap((r, i) => {
    const next = distances[i + 1];
    if (next === undefined) return [r];
    const parts = Math.ceil(Math.log(next / r) / Math.log(Math.sqrt(5)));
    return Array.from({ length: parts }, (_, j) => (j === 0 ? r : r * (next / r) ** (j / parts)));
  });
}

/**
 * The directions sampled at distance r: both in one dimension; in more dimensions random ones, and ± the eigenvectors of the
 * smallest, second smallest and largest eigenvalues of the symmetric part of the Jacobian of M at that distance.
 */
export function directionsAt(
  draw: Estimator,
  centre: Float64Array,
  r: number,
  count: number,
  stream: Random,
): Float64Array[] {
  const n = centre.length;
  if (n === 1) return [Float64Array.of(-1), Float64Array.of(1)];
  const some = Array.from({ length: count }, () => {
    const vector = Float64Array.from({ length: n }, () => stream.normal());
    const length = lengthOf(vector);
    return vector.map((entry) => entry / length);
  });
  if (n > mostDimensions) return some;
  const jacobian = symmetricJacobian(draw, centre, r, stream.split("jacobian"));
  if (!jacobian.every(Number.isFinite)) return some;
  const { vectors } = symmetricEigen(jacobian, n);
  const sought = [vectors.at(-1)!, vectors.at(-2)!, vectors[0]!];
  return [...some, ...sought.flatMap((v) => [v, v.map((entry) => -entry)])];
}

/**
 * (J + Jᵀ)/2 with J the differences of M over ± r along each axis, with the same random numbers on both sides; a single draw if
 * M is deterministic.
 */
function symmetricJacobian(draw: Estimator, centre: Float64Array, r: number, stream: Random): Float64Array {
  const n = centre.length;
  const J = new Float64Array(n * n);
  const first = stream.split(0);
  draw(centre.slice(), first);
  const draws = isCertain(draw, centre.slice(), first, stream.split(0)) ? 1 : jacobianDraws;
  // An estimator may return the same array each time.
  const values = new Float64Array(n);
  for (let j = 0; j < n; j++) {
    const [above, below] = [centre.slice(), centre.slice()];
    above[j]! += r;
    below[j]! -= r;
    for (let m = 0; m < draws; m++) {
      values.set(draw(above, stream.split(m)));
      const down = draw(below, stream.split(m));
      for (let i = 0; i < n; i++) {
        const slope = (values[i]! - down[i]!) / (2 * r) / draws / 2;
        J[i * n + j]! += slope;
        J[j * n + i]! += slope;
      }
    }
  }
  return J;
}

/** Samples at θ* + r u: ⟨u, N⟩ of each draw, E‖N‖², and the size of the terms of a scalar product. */
export function drawAt(
  draw: Estimator,
  centre: Float64Array,
  unit: Float64Array,
  r: number,
  samples: number,
  stream: Random,
) {
  const theta = centre.map((entry, i) => entry + r * unit[i]!);
  const slopes = new Float64Array(samples);
  const twin = stream.split("twin");
  const used = stream.split("twin");
  let square = 0;
  let alike = true;
  for (let n = 0; n < samples; n++) {
    const one = draw(theta, used);
    for (let i = 0; i < theta.length; i++) {
      const value = one[i]!;
      if (!Number.isFinite(value)) {
        throw new RangeError(
          `checkConvergence: every draw must be finite; at theta = (${Array.from(theta, (x) => formatNumber(x)).join(", ")}) entry ${i} is ${inspect(value)}`,
        );
      }
      slopes[n]! += unit[i]! * value;
      square += value ** 2 / samples;
    }
    alike &&= slopes[n] === slopes[0];
  }
  const certain = alike && isCertain(draw, theta, used, twin);
  return { theta, r, slopes, square, certain, size: Math.sqrt(square) };
}

/** How E‖N‖² grows from the largest distance to a million times that: as a power of the distance, in three parts. */
export function growthOf(
  draw: Estimator,
  centre: Float64Array,
  R: number,
  directions: number,
  samples: number,
  stream: Random,
) {
  const units = directionsAt(draw, centre, R, directions, stream.split("directions"));
  const all = farOut.map((factor, i) => {
    let worst = { square: 0, error: 0 };
    for (const [j, unit] of units.entries()) {
      const theta = centre.map((entry, at) => entry + R * factor * unit[at]!);
      const squares = new Float64Array(samples);
      const own = stream.split(i).split(j);
      for (let n = 0; n < samples; n++) {
        const one = draw(theta, own);
        for (let at = 0; at < theta.length; at++) squares[n]! += one[at]! ** 2;
      }
      const square = squares.reduce((sum, x) => sum + x / samples, 0);
      const variance = squares.reduce((sum, x) => sum + (x / square - 1) ** 2 / (samples - 1), 0);
      if (!(square <= worst.square)) worst = { square, error: Math.sqrt(variance / samples) };
    }
    return worst;
  });
  const power = (i: number, j: number) =>
    Math.log(all[j]!.square / all[i]!.square) / Math.log(farOut[j]! / farOut[i]!);
  const last = all.length - 1;
  const exponent = power(0, last);
  const error = Math.hypot(all[0]!.error, all[last]!.error) / Math.log(farOut[last]!);
  const excess = [power(0, 1), power(1, 2), power(2, 3)].map((one) => one - 2);
  const allowed = slack + 4 * error;
  if (all.some(({ square }) => square === 0) && all.every(({ square }) => Number.isFinite(square))) {
    // 0 everywhere far out means no growth; 0 at some distances only decides nothing.
    const none = all.every(({ square }) => square === 0);
    return {
      growth: none ? ("holds where sampled" as const) : ("undecided" as const),
      exponent: 0,
      error: 0,
      says: "",
    };
  }
  if (!all.every(({ square }) => Number.isFinite(square))) {
    return {
      growth: "undecided" as const,
      exponent,
      error,
      says: "; further out N is not finite",
      overflow: true,
    };
  }
  // The last of the three parts counts: a constant and terms of lower order have died out by then.
  const [, before, end] = excess as [number, number, number];
  const local = slack + (4 * Math.hypot(all[last - 1]!.error, all[last]!.error)) / Math.log(100);
  const growth: Sampled =
    end <= slack && exponent - 2 <= Math.max(allowed, end) + 0.2
      ? "holds where sampled"
      : end > local && end > 0.5 * before
        ? "violated"
        : exponent - 2 <= allowed && end <= local
          ? "holds where sampled"
          : "too noisy to tell";
  return {
    growth,
    exponent: end + 2,
    error,
    says: `, further out like ‖θ − θ*‖^${(end + 2).toFixed(3)}`,
    overflow: false,
  };
}
