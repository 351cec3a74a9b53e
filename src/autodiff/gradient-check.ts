/**
 * A gradient by formula against central differences, entry by entry: the verdict, the worst entry by its name,
 * and a picture. `theory/` builds the check of a network's backpropagation on it.
 */
import { inspect } from "#platform";
import { type Displayable, displaySymbol, type MimeBundle } from "../display/bundle.js";
import type { Figure } from "../display/figure.js";
import { formatNumber } from "../display/format-number.js";
import { lineChart, type Series } from "../display/line-chart.js";
import { placeOf } from "../tensor/shapes.js";
import { difference } from "./central-differences.js";

/** How a gradient is checked. */
export interface GradientCheckOptions {
  /** The largest relative error that passes, 1e-7 by default. */
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
  /** The one-sided slopes, if the function has a kink here. */
  readonly kink?: { readonly left: number; readonly right: number };
}

/** Parameters that belong together, such as a matrix: the panels and names of a check. */
export interface ParameterGroup {
  /** Its name, such as `A[2]`. */
  name: string;
  /** Its shape: entry (i, j) is called `A[2][i,j]`. */
  shape: readonly number[];
}

/** What a gradient check found. Shows itself as a verdict over a picture of the errors. */
export class GradientCheck implements Displayable {
  /** Whether every entry away from kinks is within the tolerance. */
  readonly ok: boolean;
  /** The largest relative error that passes. */
  readonly tolerance: number;
  /** Every entry, in the order of theta. */
  readonly entries: readonly CheckedEntry[];
  /** The entry with the largest relative error, kinks apart; undefined if there is none. */
  readonly worst: CheckedEntry | undefined;
  /** The entries away from kinks that are not within the tolerance. */
  readonly failures: readonly CheckedEntry[];
  /** The entries at which the function has a kink: there is no derivative to compare with. */
  readonly kinks: readonly CheckedEntry[];
  readonly #groups: readonly ParameterGroup[];

  /** For `gradientCheck`: the compared entries. */
  constructor(entries: readonly CheckedEntry[], tolerance: number, groups: readonly ParameterGroup[]) {
    this.entries = entries;
    this.tolerance = tolerance;
    this.#groups = groups;
    const smooth = entries.filter(({ kink }) => kink === undefined);
    this.kinks = entries.filter(({ kink }) => kink !== undefined);
    // A gradient that is not a number fails, too.
    this.failures = smooth.filter(({ relative }) => !(relative <= tolerance));
    this.worst = smooth.reduce<CheckedEntry | undefined>(
      (worst, entry) => (worst === undefined || !(entry.relative <= worst.relative) ? entry : worst),
      undefined,
    );
    this.ok = this.failures.length === 0;
  }

  /** The largest relative error, kinks apart. */
  get relativeError(): number {
    return this.worst?.relative ?? 0;
  }

  /** The verdict in words. */
  toString(): string {
    const { ok, entries, failures, worst, kinks, tolerance } = this;
    const compared = entries.length - kinks.length;
    const verdict = ok
      ? `✓ the gradient agrees with central differences in ${compared} ${compared === 1 ? "entry" : "entries"}`
      : `✗ the gradient differs from central differences in ${failures.length} of ${compared} entries`;
    const detail = worst
      ? `; largest relative error ${formatNumber(worst.relative, 2)} (tolerance ${formatNumber(tolerance)}) in ${worst.name}: gradient ${formatNumber(worst.gradient, 6)}, difference ${formatNumber(worst.difference, 6)}`
      : "";
    const first = kinks[0];
    const apart = first
      ? `\n  ${kinks.length} ${kinks.length === 1 ? "entry" : "entries"} at a kink, not compared; first ${first.name}: slope ${formatNumber(first.kink!.left)} on the left, ${formatNumber(first.kink!.right)} on the right, gradient ${formatNumber(first.gradient)}`
      : "";
    return verdict + detail + apart;
  }

  /** What `console.log` prints: the verdict. */
  [inspect.custom](): string {
    return this.toString();
  }

  /** The relative errors on a logarithmic scale, a series for each parameter tensor, and the tolerance. */
  get chart(): Figure {
    // An error of exactly 0 has no place on a log axis; it is drawn at half of the last bit.
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
      title: this.ok
        ? `Gradient and differences agree: largest relative error ${formatNumber(this.relativeError, 2)}`
        : `Gradient and differences disagree in ${this.failures.length} of ${this.entries.length - this.kinks.length} entries`,
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
  if (!(tolerance > 0)) {
    throw new RangeError(`gradientCheck: tolerance must be a number > 0, got ${inspect(tolerance)}`);
  }
  const parts = groups ?? [{ name: "theta", shape: [at.length] }];
  const names = namesOf(parts);
  const differences = Array.from(at, (_, i) => difference(f, at, i));
  const largest = Math.max(...differences.map(({ slope }) => Math.abs(slope)));
  const entries = differences.map(({ slope, kink }, i): CheckedEntry => {
    const absolute = Math.abs(gradient[i]! - slope);
    const size = Math.max(Math.abs(gradient[i]!), Math.abs(slope), largest / 1000);
    const entry = {
      name: names[i]!,
      gradient: gradient[i]!,
      difference: slope,
      absolute,
      relative: absolute === 0 ? 0 : absolute / size,
    };
    return kink ? { ...entry, kink } : entry;
  });
  return new GradientCheck(entries, tolerance, parts);
}

/** `A[2][3,1]`, `b[2][0]`, `theta[7]`, in row-major order. */
function namesOf(groups: readonly ParameterGroup[]): string[] {
  return groups.flatMap(({ name, shape }) => {
    const size = shape.reduce((product, extent) => product * extent, 1);
    return Array.from({ length: size }, (_, i) => `${name}[${placeOf(i, shape).join(",")}]`);
  });
}
