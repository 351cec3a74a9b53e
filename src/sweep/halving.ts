/**
 * Successive halving: all candidates run with a small budget, the best of them with a larger one, and so on.
 */
import { checkNumbers, checkOneOf, checkWhole, refused } from "../options/check.js";
import { optionsOf } from "../options/options-of.js";
import { Grid } from "./grid.js";
import { meanOf } from "./statistics.js";
import type { Store } from "./store.js";
import { encode, type ParameterValue, type Point } from "./values.js";

/** Options of {@link halving}. */
export interface HalvingOptions {
  /** The value by which candidates are compared: the mean over the seeds. */
  metric: string;
  /** One in `factor` candidates advances to the next round, whose budget is `factor` times as large; 3. */
  factor?: number;
  /** The parameter that holds the budget of a point, such as `epochs`; `budget`. */
  budget?: string;
  /** The budget of the first round; 1. */
  from?: number;
  /** The largest budget of a round; by default rounds go on until one candidate is left. */
  to?: number;
  /** Whether the least or the greatest metric is best; `least`. */
  best?: "least" | "greatest";
}

/** A search that spends more of the budget on better candidates; made by {@link halving}. */
export class Halving {
  /** The value by which candidates are compared. */
  readonly metric: string;
  /** One in `factor` candidates advances to the next round. */
  readonly factor: number;
  /** The parameter that holds the budget of a point. */
  readonly budget: string;
  /** The budget of the first round. */
  readonly from: number;
  /** The largest budget of a round, if it is limited. */
  readonly to: number | undefined;
  /** Whether the least or the greatest metric is best. */
  readonly best: "least" | "greatest";

  constructor({ metric, factor = 3, budget = "budget", from = 1, to, best = "least" }: HalvingOptions) {
    if (typeof metric !== "string" || metric === "")
      throw refused("halving", "metric", "the name of a value", metric);
    checkNumbers("halving", { factor }, (value) => value > 1, "a finite number > 1");
    checkWhole("halving", { from });
    if (to !== undefined) checkWhole("halving", { to }, from);
    checkOneOf("halving", { best }, ["least", "greatest"]);
    [this.metric, this.factor, this.budget, this.from, this.to, this.best] = [
      metric,
      factor,
      budget,
      from,
      to,
      best,
    ];
  }
}

/** The grid of all points that a search may run: each candidate with the budget of each round. */
export function gridOf(search: Halving, candidates: Grid): Grid {
  if (Object.hasOwn(candidates.parameters, search.budget)) {
    throw new RangeError(
      `halving: the search sets ${search.budget}, so it must not be in the grid; leave it out, or name another budget`,
    );
  }
  return new Grid({ [search.budget]: budgetsOf(search, candidates), ...candidates.parameters });
}

/** The budget of each round. */
function budgetsOf({ from, to, factor }: Halving, candidates: Grid): number[] {
  const { seed: _, ...others } = candidates.parameters;
  let count = Object.values(others).reduce((size, { length }) => size * length, 1);
  const budgets: number[] = [];
  for (let budget = from; to === undefined || budget <= to; budget *= factor) {
    budgets.push(Math.round(budget));
    if (count <= 1) break;
    count = kept(count, factor);
  }
  return [...new Set(budgets)];
}

/** How many candidates advance. */
const kept = (count: number, factor: number): number => Math.max(1, Math.floor(count / factor));

/** The points of each round, which depend on the records of the round before. */
export function* roundsOf(search: Halving, candidates: Grid, grid: Grid, store: Store): Generator<number[]> {
  const { seed: seeds, ...others } = candidates.parameters;
  const bare = new Grid(others);
  let left = Array.from({ length: bare.size }, (_, i) => bare.point(i));
  const indicesOf = (candidate: Point, budget: ParameterValue): number[] =>
    (seeds ?? [undefined]).map(
      (seed) => grid.indexOf({ ...candidate, [search.budget]: budget, ...(seed !== undefined && { seed }) })!,
    );
  for (const budget of grid.parameters[search.budget]!) {
    yield left.flatMap((candidate) => indicesOf(candidate, budget)).sort((a, b) => a - b);
    const ranked = left
      .map((candidate) => ({ candidate, score: scoreOf(search, indicesOf(candidate, budget), store) }))
      .sort((a, b) => a.score - b.score || (encode(a.candidate) < encode(b.candidate) ? -1 : 1));
    left = ranked.slice(0, kept(left.length, search.factor)).map(({ candidate }) => candidate);
  }
}

/** The mean of the metric over the seeds, negated where the greatest is best; failed and diverged candidates rank last. */
function scoreOf({ metric, best }: Halving, indices: readonly number[], store: Store): number {
  const found = indices.map((index) => {
    const { values } = store.record(index) ?? {};
    const value = values?.[metric];
    if (values !== undefined && typeof value !== "number") {
      throw new RangeError(
        `halving: the metric must be a number that each point returns (${Object.keys(values).join(", ")}), got ${metric}`,
      );
    }
    return value ?? Number.NaN;
  });
  const mean = meanOf(found as number[]);
  const score = best === "least" ? mean : -mean;
  return Number.isNaN(score) ? Number.POSITIVE_INFINITY : score;
}

/**
 * A search for the best candidate of a grid by successive halving. All n candidates run with the budget b₀, the best
 * ⌊n/f⌋ of them with the budget f·b₀, and so on, until one is left: about n·b₀·log_f(n) in total, where running them all
 * with the last budget would take n²·b₀.
 *
 * A candidate is a point without its seed, and its score is the mean over the seeds. The search adds the budget to each
 * point as a parameter. The best candidate after a few epochs need not be the best after many: a search says which
 * candidate won, not how the others would have done.
 *
 * @throws RangeError or TypeError for an option that is not allowed
 * @example
 * const run = ({ eta, budget }: { eta: number; budget: number }) => ({ gap: Math.abs(1 - eta) ** budget });
 * const results = await sweep(run, { eta: [0.1, 0.5, 0.9, 1.9] }, { search: halving({ metric: "gap", factor: 2 }), live: false });
 * results.best("gap").point // → { budget: 4, eta: 0.9 }
 * @see K. Jamieson, A. Talwalkar, Non-stochastic best arm identification and hyperparameter optimization, 2016.
 */
export function halving(options: HalvingOptions): Halving {
  optionsOf("halving", options, ["metric", "factor", "budget", "from", "to", "best"]);
  return new Halving(options);
}
