/**
 * One gradient by four methods that share no formula: reverse mode, forward mode, the complex step, and differences of
 * values. If they agree to many digits, all are right.
 */
import { inspect } from "#platform";
import { displaySymbol, type MimeBundle } from "../display/bundle.js";
import type { Figure } from "../display/figure.js";
import { lineChart } from "../display/line-chart.js";
import { table } from "../display/table.js";
import { toBundle } from "../display/to-bundle.js";
import { findingText, type Judged, type Verdict } from "../display/verdict.js";
import { optionsOf } from "../options/options-of.js";
import { Tensor, type TensorLike } from "../tensor/index.js";
import { placeOf } from "../tensor/shapes.js";
import { difference, type Kink } from "./central-differences.js";
import { complexStep } from "./complex-step.js";
import { jvp } from "./dual.js";
import { requireTolerance } from "./gradient-check.js";
import { grad, Variable } from "./tape.js";
import { scalarOf, type Traced } from "./traced.js";

/** If no entry is larger, the gradient counts as 0, and errors are relative to this. */
const least = 1e-6;

/** The methods compared. */
export type Method = "reverse mode" | "forward mode" | "complex step" | "differences";

/** One entry of a gradient by four methods. */
export interface ComparedEntry {
  /** Its name, such as `theta[2]`, or `theta[0,1]` of a matrix. */
  readonly name: string;
  /** The derivative by each method. */
  readonly gradients: Readonly<Record<Method, number>>;
  /** The difference of each method to reverse mode, relative to the largest entry of the gradient. */
  readonly errors: Readonly<Record<Method, number>>;
  /** The one-sided slopes, if the function has a kink here: then methods may differ. */
  readonly kink?: Kink;
  /**
   * Whether the methods agree. At a kink there is no derivative, and methods may differ: `undecided` if all are
   * between the one-sided slopes, else `no`.
   */
  readonly verdict: Verdict;
}

/** A gradient by four methods. Shows itself as a table and a chart of the differences. */
export interface MethodComparison extends Judged {
  /** Whether all agree within the tolerance in every entry away from kinks, and there is at least one such entry: the verdict is yes. */
  readonly ok: boolean;
  /** Every entry, in the order of x. */
  readonly entries: readonly ComparedEntry[];
  /** The gradient by each method, in the order of x. */
  readonly gradients: Readonly<Record<Method, Float64Array>>;
  /** The largest difference of each method to reverse mode, relative to the largest entry, excluding kinks. */
  readonly errors: Readonly<Record<Method, number>>;
  /** The entries at which the function has a kink, where methods may differ. */
  readonly kinks: readonly number[];
  /** The differences to reverse mode, entry by entry. */
  figure(): Figure;
}

/**
 * Computes the gradient of a scalar function by reverse mode, forward mode (dual numbers), the complex step and central
 * differences, and compares them entry by entry (A11). At a kink (|θ| at 0) there is no derivative: the result of each
 * method must lie between the one-sided slopes, and if nothing else could be compared the verdict is `undecided`.
 *
 * @param f a function written with the operations of `Traced`, such as `(x) => x.tanh().sum()`
 * @param x the point, of any shape
 * @param options `tolerance`: the largest relative error that passes, 1e-8 by default
 * @throws RangeError if f returns more than one number, x has no entries, or `tolerance` is not between 0 and 1.
 * @example
 * compareMethods((x) => x.mul(x).tanh().sum(), [0.5, -1, 2]).ok // → true
 */
export function compareMethods(
  f: (x: Traced) => Traced,
  x: TensorLike,
  options: { tolerance?: number } = {},
): MethodComparison {
  const { tolerance = 1e-8 } = optionsOf("compareMethods", options, ["tolerance"]);
  requireTolerance("compareMethods", tolerance);
  const at = Tensor.of(x);
  if (at.size === 0) throw new RangeError("compareMethods: x has no entries");
  const reverse = grad(f)(at);
  const value = (theta: Float64Array) =>
    scalarOf("compareMethods", f(new Variable(new Tensor(at.shape, theta))));
  const slopes = Array.from(at.data.keys(), (i) => difference(value, Float64Array.from(at.data), i));
  const gradients: Record<Method, Float64Array> = {
    "reverse mode": Float64Array.from(reverse.data),
    "forward mode": Float64Array.from(
      at.data,
      (_, i) =>
        jvp(f)(
          at,
          at.map((_entry, j) => Number(i === j)),
        ).data[0]!,
    ),
    "complex step": Float64Array.from(complexStep(f)(at).data),
    differences: Float64Array.from(slopes, ({ slope }) => slope),
  };
  const scale = Math.max(...Object.values(gradients).flatMap((g) => Array.from(g, Math.abs)), least);
  const methods = Object.keys(gradients) as Method[];
  const each = (value: (method: Method) => number) =>
    Object.fromEntries(methods.map((method) => [method, value(method)])) as Record<Method, number>;
  const entries = slopes.map(({ kink, error, other }, i): ComparedEntry => {
    const own = each((method) => gradients[method][i]!);
    const errors = each((method) => Math.abs(own[method] - own["reverse mode"]) / scale);
    const name = at.rank === 0 ? "theta" : `theta[${placeOf(i, at.shape).join(",")}]`;
    const entry = { name, gradients: own, errors };
    if (!kink) {
      const exact = methods.filter((method) => method !== "differences");
      const agree = methods.every((method) => errors[method] <= tolerance);
      // If only the differences disagree, within their own error, the entry is not settled.
      const unsettled =
        exact.every((method) => errors[method] <= tolerance) &&
        (other !== undefined || !(errors.differences * scale > tolerance * scale + 10 * error));
      return { ...entry, verdict: agree ? "yes" : unsettled ? "undecided" : "no" };
    }
    const slack = kink.error + tolerance * scale;
    const [low, high] = [Math.min(kink.left, kink.right), Math.max(kink.left, kink.right)];
    const between = methods.every(
      (method) => kink.jump || (own[method] >= low - slack && own[method] <= high + slack),
    );
    const known = methods.every((method) => !Number.isNaN(own[method]));
    return { ...entry, kink, verdict: between && known ? "undecided" : "no" };
  });
  const kinks = Array.from(slopes.keys()).filter((i) => slopes[i]!.kink);
  const smooth = entries.filter(({ kink }) => kink === undefined);
  // NaN is the worst.
  const worse = (a: number, b: number) => !(a <= b);
  const worst = (method: Method) =>
    smooth.reduce<ComparedEntry | undefined>(
      (most, entry) => (!most || worse(entry.errors[method], most.errors[method]) ? entry : most),
      undefined,
    );
  const errors = each((method) => worst(method)?.errors[method] ?? Number.NaN);
  const failed = entries.filter((entry) => entry.verdict === "no");
  const unsettled = smooth.filter((entry) => entry.verdict === "undecided");
  const verdict =
    failed.length > 0 ? "no" : smooth.length > 0 && unsettled.length === 0 ? "yes" : "undecided";
  const says = {
    yes: `four methods agree to ${tolerance}`,
    no: `four methods do not agree to ${tolerance} in ${failed.length} of ${entries.length} entries, first ${failed[0]?.name}`,
    undecided:
      unsettled.length > 0
        ? `the differences are not exact enough for ${tolerance} in ${unsettled.length} of ${entries.length} entries`
        : "nothing could be compared",
  }[verdict];
  const finding = {
    verdict,
    text: `${says}${kinks.length > 0 ? `, apart from ${kinks.length} of ${at.size} entries at a kink` : ""}`,
    wouldDecide: unsettled.length > 0 ? "a larger tolerance" : "another place, away from the kinks",
  } as const;
  const title = findingText(finding);
  const rows = table(
    methods.map((method) => ({
      method,
      "largest relative difference": errors[method],
      in: method === "reverse mode" ? "" : (worst(method)?.name ?? ""),
    })),
    { caption: title },
  );
  const figure = (): Figure =>
    lineChart({
      title,
      x: { title: "entry of θ" },
      y: { title: "difference to reverse mode, relative", scale: "log" },
      series: [
        ...methods.slice(1).map((name) => ({
          name,
          x: Array.from(entries.keys(), (i) => i + 1),
          // A log axis cannot show a difference of exactly 0.
          y: entries.map((entry) => Math.max(entry.errors[name], 1e-18)),
          mode: "markers" as const,
        })),
        {
          name: "tolerance",
          x: [1, Math.max(2, entries.length)],
          y: [tolerance, tolerance],
          dash: "dash" as const,
          colour: 6,
        },
      ],
    });
  return Object.freeze({
    ok: verdict === "yes",
    verdict,
    findings: [finding],
    wouldDecide: verdict === "undecided" ? finding.wouldDecide : undefined,
    entries,
    gradients,
    errors,
    kinks,
    figure,
    toString: () => title,
    [inspect.custom]: () => inspect(rows),
    async [displaySymbol](): Promise<MimeBundle> {
      const [picture, text] = await Promise.all([toBundle(figure()), toBundle(rows)]);
      return { ...picture, "text/plain": `${text["text/plain"]}\n${picture["text/plain"]}` };
    },
  });
}
