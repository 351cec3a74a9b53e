/**
 * A gradient by formula against central differences, entry by entry: the verdict, the worst entry by name, and
 * a chart. `theory/` builds the check of a network's backpropagation on it.
 */

import { inspect } from "#platform";
import { type Displayable, displaySymbol, type MimeBundle } from "../display/bundle.js";
import type { Figure } from "../display/figure.js";
import { formatNumber } from "../display/format-number.js";
import { printing } from "../display/host.js";
import { lineChart, type Series } from "../display/line-chart.js";
import { type Finding, findingText, type Verdict } from "../display/verdict.js";
import { checkBetween0And1 } from "../options/check.js";
import { placeOf } from "../tensor/shapes.js";
import { type Difference, difference, type Kink } from "./central-differences.js";
import { outsideHull } from "./clarke.js";

/** Options of a gradient check. */
export interface GradientCheckOptions {
  /** The largest relative error that passes, above 0 and below 1; 1e-7 by default. */
  tolerance?: number;
}

/** One entry of a checked gradient. */
export interface CheckedEntry {
  /** Its name, such as `A[2][3,1]`. */
  readonly name: string;
  /** The gradient's value. */
  readonly gradient: number;
  /** The central difference. */
  readonly difference: number;
  /** |gradient − difference|. */
  readonly absolute: number;
  /** The absolute error over max(|gradient|, |difference|, ‖difference‖∞ / 1000). */
  readonly relative: number;
  /** The possible error of the difference itself. */
  readonly error: number;
  /** The one-sided slopes, if the function has a kink here. */
  readonly kink?: Kink;
  /**
   * Whether the gradient's value is right. At a kink there is no derivative: a value between the one-sided slopes is
   * `undecided`, any other `no`. Also `undecided` if the differences are too inexact.
   */
  readonly verdict: Verdict;
}

/** Parameters that belong together, such as a matrix: the panels and names of a check. */
export interface ParameterGroup {
  /** Its name, such as `A[2]`. */
  name: string;
  /** Its shape: entry (i, j) is called `A[2][i,j]`. */
  shape: readonly number[];
}

/** The result of a gradient check. Shows itself as a verdict and a chart of the errors. */
export class GradientCheck implements Displayable {
  /**
   * `yes` if at least one entry could be compared and all of those are right; `no` if one is wrong, or at a kink lies outside
   * the one-sided slopes; else `undecided`.
   */
  readonly verdict: Verdict;
  /** The largest relative error that passes. */
  readonly tolerance: number;
  /** Every entry, in the order of theta. */
  readonly entries: readonly CheckedEntry[];
  /** The entry with the largest relative error, excluding kinks; undefined if there is none. */
  readonly worst: CheckedEntry | undefined;
  /** The entries that are wrong. */
  readonly failures: readonly CheckedEntry[];
  /** The entries at which the function has a kink: there is no derivative to compare with. */
  readonly kinks: readonly CheckedEntry[];
  /** The entries away from kinks for which the differences are too inexact. */
  readonly unclear: readonly CheckedEntry[];
  /** For an undecided check: what would decide it. */
  readonly wouldDecide: string | undefined;
  readonly #groups: readonly ParameterGroup[];
  readonly #outside: string | undefined;

  /** For `gradientCheck`: the compared entries, and what is wrong with the entries at kinks jointly. */
  constructor(
    entries: readonly CheckedEntry[],
    tolerance: number,
    groups: readonly ParameterGroup[],
    outside?: string,
  ) {
    this.entries = entries;
    this.tolerance = tolerance;
    this.#groups = groups;
    this.#outside = outside;
    const smooth = entries.filter(({ kink }) => kink === undefined);
    this.kinks = entries.filter(({ kink }) => kink !== undefined);
    this.failures = entries.filter(({ verdict }) => verdict === "no");
    this.unclear = smooth.filter(({ verdict }) => verdict === "undecided");
    this.worst = smooth.reduce<CheckedEntry | undefined>(
      (worst, entry) => (worst === undefined || !(entry.relative <= worst.relative) ? entry : worst),
      undefined,
    );
    this.verdict =
      this.failures.length > 0 || outside
        ? "no"
        : smooth.length > 0 && this.unclear.length === 0
          ? "yes"
          : "undecided";
    this.wouldDecide =
      this.verdict !== "undecided"
        ? undefined
        : this.unclear.length > 0
          ? `${toleranceThatDecides(this.unclear)}values of f with less rounding`
          : "another theta, away from the kinks";
  }

  /** Whether the verdict is yes. */
  get ok(): boolean {
    return this.verdict === "yes";
  }

  /** The largest relative error, excluding kinks; NaN if nothing could be compared. */
  get relativeError(): number {
    return this.worst?.relative ?? Number.NaN;
  }

  /** The verdict as a finding. */
  get findings(): readonly Finding[] {
    const { verdict, entries, failures, worst, kinks, unclear, tolerance } = this;
    const compared = entries.length - kinks.length;
    const count = (n: number) => `${n} ${n === 1 ? "entry" : "entries"}`;
    const wrongAtKinks = failures.filter(({ kink }) => kink !== undefined).length;
    const wrong = failures.length - wrongAtKinks;
    const says =
      verdict === "yes"
        ? `the gradient agrees with central differences in ${count(compared)}`
        : wrong > 0
          ? `the gradient differs from central differences in ${wrong} of ${compared} entries`
          : verdict === "no"
            ? (this.#outside ??
              `the gradient is not between the one-sided slopes in ${wrongAtKinks} of ${count(kinks.length)} at a kink`)
            : unclear.length > 0
              ? `central differences are not exact enough for the gradient in ${unclear.length} of ${count(compared)}`
              : `the gradient could be compared with central differences in none of ${count(entries.length)}`;
    const detail = worst
      ? `; largest relative error ${formatNumber(worst.relative, 2)} (tolerance ${formatNumber(tolerance)}) in ${worst.name}: gradient ${formatNumber(worst.gradient, 6)}, difference ${formatNumber(worst.difference, 6)}`
      : "";
    const first = failures.find(({ kink }) => kink) ?? kinks[0];
    const apart = first
      ? `\n  ${count(kinks.length)} at a kink, not compared${verdict === "no" ? "" : kinks.some(({ kink }) => kink!.jump) ? ": f jumps" : ": the gradient is between the one-sided slopes"}; ${first.verdict === "no" ? "wrong is" : "first"} ${first.name}: slope ${formatNumber(first.kink!.left)} on the left, ${formatNumber(first.kink!.right)} on the right, gradient ${formatNumber(first.gradient)}`
      : "";
    return [{ verdict, text: says + detail + apart, wouldDecide: this.wouldDecide }];
  }

  /** The verdict in words. */
  toString(): string {
    return this.findings.map(findingText).join("\n");
  }

  /** What `console.log` prints: the verdict. */
  [inspect.custom](): string {
    return printing(this, this.toString());
  }

  /** The relative errors on a logarithmic scale, a series for each parameter tensor, and the tolerance. */
  get chart(): Figure {
    // A log axis cannot show an error of exactly 0; it is drawn at half a unit in the last place.
    const drawn = ({ relative }: CheckedEntry) => Math.max(relative, 2 ** -53);
    const series: Series[] = [];
    let from = 0;
    for (const { name, shape } of this.#groups) {
      const to = from + shape.reduce((size, extent) => size * extent, 1);
      const places = Array.from({ length: to - from }, (_, i) => from + i);
      const smooth = places.filter((i) => this.entries[i]!.kink === undefined);
      series.push({
        name,
        x: smooth.map((i) => i + 1),
        y: smooth.map((i) => drawn(this.entries[i]!)),
        mode: "markers",
      });
      from = to;
    }
    if (this.kinks.length > 0) {
      const places = this.entries.flatMap(({ kink }, i) => (kink ? [i] : []));
      const y = places.map((i) => drawn(this.entries[i]!));
      series.push({ name: "at a kink", x: places.map((i) => i + 1), y, mode: "markers", colour: 6 });
    }
    series.push({
      name: "tolerance",
      x: [1, Math.max(2, this.entries.length)],
      y: [this.tolerance, this.tolerance],
      dash: "dash",
      colour: 6,
    });
    return lineChart({
      title: {
        yes: `Gradient and differences agree: largest relative error ${formatNumber(this.relativeError, 2)}`,
        no: `Gradient and differences disagree in ${this.failures.length} of ${this.entries.length} entries`,
        undecided: "Gradient and differences: undecided",
      }[this.verdict],
      x: { title: "entry of θ" },
      y: { title: "relative error", scale: "log" },
      series,
    });
  }

  /** The chart, over the verdict. */
  async [displaySymbol](): Promise<MimeBundle> {
    return { ...(await this.chart[displaySymbol]()), "text/plain": this.toString() };
  }
}

/** Throws RangeError unless some gradients fail: a gradient of 0 has a relative error of 1. */
export function requireTolerance(name: string, tolerance: number): void {
  checkBetween0And1(name, { tolerance });
}

/**
 * Compares a gradient at θ with central differences of f; `gradientCheck` for notebooks is in `theory/`, which
 * adds the form for networks.
 */
export function compareWithDifferences(
  f: (theta: Float64Array) => number,
  gradient: ArrayLike<number>,
  theta: ArrayLike<number>,
  { tolerance = 1e-7, groups }: GradientCheckOptions & { groups?: readonly ParameterGroup[] } = {},
): GradientCheck {
  const at = Float64Array.from(theta);
  if (gradient?.length !== at.length || at.length === 0) {
    throw new RangeError(
      `gradientCheck: theta has ${at.length} entries, so the gradient must have as many (and at least 1), got ${inspect(gradient)}`,
    );
  }
  requireTolerance("gradientCheck", tolerance);
  const parts = groups ?? [{ name: "theta", shape: [at.length] }];
  const names = namesOf(parts);
  const differences = Array.from(at, (_, i) => difference(f, at, i));
  const largest = Math.max(...differences.map(({ slope }) => Math.abs(slope)).filter(Number.isFinite), 0);
  const level = Math.abs(f(at));
  const entries = differences.map((one, i) =>
    entryOf(names[i]!, gradient[i]!, one, tolerance, largest, level),
  );
  const kinks = Array.from(entries.keys()).filter((i) => entries[i]!.kink && entries[i]!.verdict !== "no");
  const outside =
    kinks.length > 1 && !entries.some(({ kink }) => kink?.jump)
      ? outsideHull(
          f,
          at,
          kinks,
          kinks.map((i) => gradient[i]!),
        )
      : undefined;
  return new GradientCheck(entries, tolerance, parts, outside);
}

/** The tolerance for which the differences would be exact enough, if there is one below 1. */
function toleranceThatDecides(unclear: readonly CheckedEntry[]): string {
  const sizes = unclear.map((one) => one.error / Math.max(Math.abs(one.gradient), Math.abs(one.difference)));
  const least = Math.max(...sizes);
  return least < 1 ? `a tolerance above ${formatNumber(least, 2)}, or ` : "";
}

/** One entry against its difference. `largest`: of all differences; `level`: |f(θ)|. */
function entryOf(
  name: string,
  gradient: number,
  { slope, error, kink, other }: Difference,
  tolerance: number,
  largest: number,
  level: number,
): CheckedEntry {
  const absolute = Math.abs(gradient - slope);
  const size = Math.max(Math.abs(gradient), Math.abs(slope), largest / 1000);
  const relative = absolute === 0 ? 0 : absolute / size;
  const entry = { name, gradient, difference: slope, absolute, relative, error };
  if (kink) {
    const slack = kink.error + tolerance * size;
    const [low, high] = [Math.min(kink.left, kink.right), Math.max(kink.left, kink.right)];
    const between = gradient >= low - slack && gradient <= high + slack;
    return {
      ...entry,
      kink,
      verdict: !Number.isNaN(gradient) && (kink.jump || between) ? "undecided" : "no",
    };
  }
  if (!Number.isFinite(gradient)) return { ...entry, verdict: "no" };
  // Agreement is no accident, so differences accurate to a hundred times the tolerance suffice. For a slope of 0 their error
  // is the rounding of f.
  const exact = absolute === 0 && error <= tolerance * Math.max(size, level, 1);
  if (relative <= tolerance && (exact || error <= 100 * tolerance * size))
    return { ...entry, verdict: "yes" };
  const off = (from: number, by: number) => Math.abs(gradient - from) > tolerance * size + 10 * by;
  const isWrong = off(slope, error) && (other === undefined || off(other.slope, other.error));
  return { ...entry, verdict: isWrong ? "no" : "undecided" };
}

/** `A[2][3,1]`, `b[2][0]`, `theta[7]`, in row-major order. */
function namesOf(groups: readonly ParameterGroup[]): string[] {
  return groups.flatMap(({ name, shape }) => {
    const size = shape.reduce((product, extent) => product * extent, 1);
    return Array.from({ length: size }, (_, i) => `${name}[${placeOf(i, shape).join(",")}]`);
  });
}
