/**
 * The loss of a network around its parameters, along one or two directions: a slice of a landscape of many
 * thousand dimensions (A7).
 */

import { inspect } from "#platform";
import { type Displayable, displaySymbol, type MimeBundle } from "../../display/bundle.js";
import { contourChart } from "../../display/contour-chart.js";
import type { Figure } from "../../display/figure.js";
import { formatNumber } from "../../display/format-number.js";
import { printing } from "../../display/host.js";
import { lineChart } from "../../display/line-chart.js";
import { surfaceChart } from "../../display/surface-chart.js";
import { crossEntropy } from "../../nn/cross-entropy.js";
import { forward } from "../../nn/forward.js";
import { type Loss, penalisedLoss, type Targets } from "../../nn/loss.js";
import { Sequential } from "../../nn/sequential.js";
import { checkNumbers, checkOneOf, checkPositive } from "../../options/check.js";
import { optionsOf } from "../../options/options-of.js";
import { random, type TensorLike, tensor } from "../../tensor/index.js";
import { norm } from "../algebra/vectors.js";

/** The part of the landscape to compute. */
export interface LandscapeOptions {
  /** The loss; by default cross-entropy. */
  loss?: Loss;
  /** 1 for a curve, 2 (default) for a map. */
  dimensions?: 1 | 2;
  /**
   * How the random directions are scaled: `"filter"` (default) gives each unit's part of a direction the norm of its
   * weights, and leaves biases fixed; `"none"` gives the whole direction the norm of θ.
   */
  normalise?: "filter" | "none";
  /** The largest |α| and |β|, in lengths of the directions; 1. */
  range?: number;
  /** Points in each direction, odd so that θ itself is one; 21 (81 for a curve). */
  resolution?: number;
  /** The seed of the directions. */
  seed?: number;
}

/** A slice of a network's loss; made by {@link landscape}. Shows itself as a curve or a map. */
export class Landscape implements Displayable {
  /** The multiples α (and β) of the directions at which the loss was computed. */
  readonly at: Float64Array;
  /** The loss: a row for each β of a map, a single row for a curve. */
  readonly loss: readonly Float64Array[];
  /** The directions, each with an entry for each parameter. */
  readonly directions: readonly Float64Array[];
  /** The loss at θ. */
  readonly centre: number;

  /** For {@link landscape}. */
  constructor(at: Float64Array, loss: readonly Float64Array[], directions: readonly Float64Array[]) {
    this.at = at;
    this.loss = loss;
    this.directions = directions;
    const middle = (at.length - 1) / 2;
    this.centre = loss[(loss.length - 1) / 2]![middle]!;
  }

  /** The lowest loss of the slice. */
  get least(): number {
    return Math.min(...this.loss.map((row) => Math.min(...row)));
  }

  /** The slice in words. */
  toString(): string {
    const { at, centre, least, loss } = this;
    const highest = Math.max(...loss.map((row) => Math.max(...row)));
    const from = formatNumber(at.at(-1)!);
    return `loss ${formatNumber(centre)} at θ; within ±${from} of ${loss.length > 1 ? "two random directions" : "a random direction"} from ${formatNumber(least)} to ${formatNumber(highest)}`;
  }

  /** What `console.log` prints. */
  [inspect.custom](): string {
    return printing(this, this.toString());
  }

  /** The curve or map (level lines, or a surface seen from an azimuth), with a custom title. */
  chart({
    title = "The loss around θ",
    view = "contours",
    azimuth = 235,
  }: {
    title?: string;
    view?: "contours" | "surface";
    azimuth?: number;
  } = {}): Figure {
    const { at, loss } = this;
    if (loss.length === 1) {
      const series = [{ name: "loss", x: at, y: loss[0]! }];
      return lineChart({ title, x: { title: "α" }, y: { title: "F(θ + α d)" }, series });
    }
    const range = [at[0]!, at.at(-1)!] as const;
    const index = (value: number): number =>
      Math.round(((value - range[0]) / (range[1] - range[0])) * (at.length - 1));
    const parts = {
      title,
      x: { title: "α", range },
      y: { title: "β", range },
      f: (a: number, b: number) => loss[index(b)]![index(a)]!,
      resolution: at.length,
      paths: [{ name: "θ", x: [0], y: [0] }],
    };
    return view === "surface"
      ? surfaceChart({ ...parts, z: { title: "F(θ + α d + β e)" }, azimuth })
      : contourChart(parts);
  }

  [displaySymbol](): MimeBundle | Promise<MimeBundle> {
    return this.chart()[displaySymbol]();
  }
}

/**
 * The loss F(θ + α d) or F(θ + α d + β e) along random directions, −range ≤ α, β ≤ range.
 *
 * A network with ReLUs computes the same function when the weights into a unit and its bias are doubled and the weights
 * out of it halved, so a step of a given length means little in itself; filter-normalised directions change every unit in
 * proportion to its own weights, and slices of different networks can be compared (Li et al. 2018).
 *
 * Takes resolution^dimensions passes over the samples, in float64: a few hundred samples suffice.
 *
 * @param model the network; it is not changed
 * @param x samples × inputs
 * @param y a label or a target for each sample
 * @param options the loss and the part of the landscape, see {@link LandscapeOptions}
 * @throws TypeError for anything but a network, RangeError for invalid options
 * @see H. Li, Z. Xu, G. Taylor, C. Studer, T. Goldstein, Visualizing the loss landscape of neural nets, NeurIPS 2018, section 4.
 * @example
 * const model = sequential([dense(2, 3), relu(), dense(3, 2)], { seed: 1 });
 * landscape(model, [[0, 1], [1, 0]], [0, 1], { dimensions: 1, resolution: 5 }).at // → Float64Array(5) [ -1, -0.5, 0, 0.5, 1 ]
 */
export function landscape(
  model: Sequential,
  x: TensorLike,
  y: Targets,
  options: LandscapeOptions = {},
): Landscape {
  const {
    loss = crossEntropy(),
    dimensions = 2,
    normalise = "filter",
    range = 1,
    resolution = dimensions === 1 ? 81 : 21,
    seed = 0,
  } = optionsOf("landscape", options, ["loss", "dimensions", "normalise", "range", "resolution", "seed"]);
  if (!(model instanceof Sequential)) {
    throw new TypeError(`landscape: expected a network of sequential(), got ${inspect(model, { depth: 0 })}`);
  }
  checkNumbers("landscape", { dimensions }, (value) => value === 1 || value === 2, "1 or 2");
  checkOneOf("landscape", { normalise }, ["filter", "none"]);
  checkPositive("landscape", { range });
  const isOdd = (value: number) => value >= 3 && value % 2 === 1;
  checkNumbers("landscape", { resolution }, isOdd, "an odd whole number ≥ 3");
  const stream = random(seed).split("landscape");
  const directions = Array.from({ length: dimensions }, () => {
    const direction = Float64Array.from(model.theta, () => stream.normal());
    if (normalise === "filter") scaleByFilter(direction, model);
    else scaleTo(direction, model.theta);
    return direction;
  });
  const at = Float64Array.from({ length: resolution }, (_, i) => range * ((2 * i) / (resolution - 1) - 1));
  const samples = tensor(x);
  const moved = model.copy();
  const [d, e] = directions;
  const F = (alpha: number, beta: number): number => {
    moved.theta.forEach((_, i) => {
      moved.theta[i] = model.theta[i]! + alpha * d![i]! + (e ? beta * e[i]! : 0);
    });
    return penalisedLoss(moved, forward(moved, samples).g, y, loss);
  };
  const betas = dimensions === 2 ? at : Float64Array.of(0);
  return new Landscape(
    at,
    Array.from(betas, (beta) => at.map((alpha) => F(alpha, beta))),
    directions,
  );
}

/** Scales each unit's part of a direction to the norm of its weights; biases do not move. */
function scaleByFilter(direction: Float64Array, model: Sequential): void {
  let from = 0;
  for (const { shape, size } of model.parameters) {
    const part = direction.subarray(from, from + size);
    const weights = model.theta.subarray(from, from + size);
    from += size;
    if (shape.length < 2) {
      part.fill(0);
      continue;
    }
    const each = size / shape[0]!;
    for (let i = 0; i < size; i += each) scaleTo(part.subarray(i, i + each), weights.subarray(i, i + each));
  }
}

/** Scales a vector to the norm of another. */
function scaleTo(vector: Float64Array, like: Float64Array): void {
  const factor = norm(like) / norm(vector);
  for (let i = 0; i < vector.length; i++) vector[i]! *= factor;
}
