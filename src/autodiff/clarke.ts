/**
 * If several coordinates are at a kink together, each entry may lie between its one-sided slopes although the gradient is not a
 * subgradient: for |x + y| at 0, (1, −1) is not one. Clarke's subdifferential is the convex hull of the gradients nearby, and
 * if those are few, it can be decided whether a gradient lies in it.
 */
import { random } from "../tensor/random.js";
import type { Scalar } from "./central-differences.js";

/** Limits on the coordinates at kinks and on the pieces nearby: more would be too many to visit. */
const [mostCoordinates, mostPieces] = [12, 16];
/** How many random points are tried first, and then on either side of a plane that separates the gradient from them. */
const [samples, atOnce] = [64, 8];

/**
 * Why the gradient lies outside the hull of the gradients near θ, in the coordinates that are at a kink; undefined if it lies
 * inside, or there are too many pieces near θ to visit.
 *
 * Before it is called outside, a search looks for pieces that would prove otherwise, in the direction that separates it from
 * the known ones. For a convex function this finds the missing piece, if there is one.
 *
 * @param f the function
 * @param theta the point; its entries are changed and restored
 * @param at the coordinates at a kink
 * @param gradient the gradient in those coordinates
 */
export function outsideHull(
  f: Scalar,
  theta: Float64Array,
  at: readonly number[],
  gradient: readonly number[],
): string | undefined {
  if (at.length > mostCoordinates) return undefined;
  const stream = random(0).split("outsideHull");
  const pieces: number[][] = [];
  const meet = (direction: () => number[]): boolean => {
    const found = gradientNear(f, theta, at, direction());
    if (!found) return false;
    const size = Math.max(...found.map(Math.abs), ...pieces.flat().map(Math.abs), 1e-300);
    if (pieces.some((one) => one.every((x, j) => Math.abs(x - found[j]!) <= 1e-3 * size))) return false;
    pieces.push(found);
    return true;
  };
  const anywhere = (spread = 1) => at.map(() => spread * stream.normal());
  for (let n = 0; n < samples && pieces.length <= mostPieces; n++) meet(anywhere);
  for (let round = 0; round < mostPieces; round++) {
    if (pieces.length === 0 || pieces.length > mostPieces) return undefined;
    const size = Math.max(...pieces.flat().map(Math.abs), ...gradient.map(Math.abs));
    const away = separation(pieces, gradient);
    // Differences are accurate to 1e-7 here, and the gradient of a curved piece varies by 1e-5; an error of 5e-3 is real.
    if (!away || away.distance <= 5e-3 * size) return undefined;
    let known = true;
    for (const side of [1, -1]) {
      for (let n = 0; n < atOnce; n++) {
        known = !meet(() => anywhere(0.1).map((x, j) => x + side * away.direction[j]!)) && known;
      }
    }
    if (known) {
      return `the gradient is no convex combination of the ${pieces.length} gradients around the kink`;
    }
  }
  return undefined;
}

/** The gradient at θ + far · direction in the given coordinates; undefined at a point that is itself close to a kink. */
function gradientNear(f: Scalar, theta: Float64Array, at: readonly number[], direction: readonly number[]) {
  const here = at.map((i) => theta[i]!);
  const far = here.map((x) => 2 ** -17 * Math.max(1, Math.abs(x)));
  const place = here.map((x, j) => x + far[j]! * direction[j]!);
  const set = (to: readonly number[]) =>
    at.forEach((i, j) => {
      theta[i] = to[j]!;
    });
  set(place);
  const slopeAt = (j: number, h: number) => {
    const i = at[j]!;
    theta[i] = place[j]! + h;
    const up = f(theta);
    theta[i] = place[j]! - h;
    const down = f(theta);
    theta[i] = place[j]!;
    return (up - down) / (2 * h);
  };
  const steps = at.map((_, j) => [slopeAt(j, far[j]! / 64), slopeAt(j, far[j]! / 256)] as const);
  set(here);
  const size = Math.max(...steps.flat().map(Math.abs), 1e-300);
  return steps.every(([a, b]) => Math.abs(a - b) <= 1e-4 * size) ? steps.map(([, b]) => b) : undefined;
}

/**
 * The distance of a point from the convex hull of others, with the separating direction, by Gilbert's algorithm: the nearest
 * known point moves towards the vertex furthest in the direction of the goal. Undefined if it lies inside.
 */
function separation(vertices: readonly number[][], goal: readonly number[]) {
  const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, x, i) => sum + x * b[i]!, 0);
  const minus = (a: readonly number[], b: readonly number[]) => a.map((x, i) => x - b[i]!);
  let near = vertices[0]!;
  for (let k = 0; k < 2000; k++) {
    const way = minus(goal, near);
    const vertex = vertices.reduce((a, b) => (dot(b, way) > dot(a, way) ? b : a));
    const along = minus(vertex, near);
    const gain = dot(along, way);
    if (gain <= 1e-12 * dot(along, along)) break;
    const t = Math.min(1, gain / dot(along, along));
    near = near.map((x, i) => x + t * along[i]!);
  }
  const way = minus(goal, near);
  const length = Math.sqrt(dot(way, way));
  // Only a point separated by the plane through the furthest vertex is outside, however close the iteration came.
  const distance =
    length === 0 ? 0 : -Math.max(...vertices.map((vertex) => dot(minus(vertex, goal), way))) / length;
  return distance > 0 ? { distance, direction: way.map((x) => x / length) } : undefined;
}
