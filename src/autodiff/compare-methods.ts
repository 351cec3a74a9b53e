/**
 * One gradient by four methods that share no formula: reverse mode, forward mode, the complex step, and differences of
 * values. Where they agree to many digits all of them are right.
 */
import { inspect } from "node:util";
import { type Displayable, displaySymbol, type MimeBundle } from "../display/bundle.js";
import type { Figure } from "../display/figure.js";
import { lineChart } from "../display/line-chart.js";
import { table } from "../display/table.js";
import { toBundle } from "../display/to-bundle.js";
import { Tensor, type TensorLike } from "../tensor/index.js";
import { difference } from "./central-differences.js";
import { complexStep } from "./complex-step.js";
import { Dual, jvp } from "./dual.js";
import { grad } from "./tape.js";
import { scalarOf, type Traced } from "./traced.js";

/** Where no entry is larger, the gradient is taken to be 0, and errors are compared with this. */
const least = 1e-6;

/** The methods that are compared. */
export type Method = "reverse mode" | "forward mode" | "complex step" | "differences";

/** A gradient by four methods. Shows itself as a table, and a picture of where they differ. */
export interface MethodComparison extends Displayable {
  /** Whether all agree within the tolerance, kinks apart. */
  readonly ok: boolean;
  /** The gradient by each method, in the order of x. */
  readonly gradients: Readonly<Record<Method, Float64Array>>;
  /** The largest difference of each method to reverse mode, relative to the largest entry, kinks apart. */
  readonly errors: Readonly<Record<Method, number>>;
  /** The entries at which the function has a kink, where methods may differ. */
  readonly kinks: readonly number[];
  /** The differences to reverse mode, entry by entry. */
  figure(): Figure;
}

/**
 * Computes the gradient of a scalar function by reverse mode, forward mode (dual numbers), the complex step and central
 * differences, and compares them entry by entry.
 *
 * @param f a function written with the operations of `Traced`, such as `(x) => x.tanh().sum()`
 * @param x where
 * @param options `tolerance`: the largest relative error that passes, 1e-8 by default
 * @throws RangeError if f returns more than one number, or x has no entries.
 * @example
 * compareMethods((x) => x.mul(x).tanh().sum(), [0.5, -1, 2]).ok // → true
 */
export function compareMethods(
  f: (x: Traced) => Traced,
  x: TensorLike,
  { tolerance = 1e-8 }: { tolerance?: number } = {},
): MethodComparison {
  const at = Tensor.of(x);
  if (at.size === 0) throw new RangeError("compareMethods: x has no entries");
  const reverse = grad(f)(at);
  // A dual number without a tangent is a number.
  const still = at.map(() => 0);
  const value = (theta: Float64Array) =>
    scalarOf("compareMethods", f(new Dual(new Tensor(at.shape, theta), still)));
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
  const kinks = Array.from(slopes.keys()).filter((i) => slopes[i]!.kink);
  const scale = Math.max(...Object.values(gradients).flatMap((g) => Array.from(g, Math.abs)), least);
  const apart = (method: Method, i: number) =>
    Math.abs(gradients[method][i]! - gradients["reverse mode"][i]!) / scale;
  const methods = Object.keys(gradients) as Method[];
  const errors = Object.fromEntries(
    methods.map((method) => [
      method,
      Math.max(0, ...Array.from(slopes.keys(), (i) => (kinks.includes(i) ? 0 : apart(method, i)))),
    ]),
  ) as Record<Method, number>;
  const ok = methods.every((method) => errors[method] <= tolerance);
  const verdict = `${ok ? "✓" : "✗"} four methods ${ok ? "agree" : "do not agree"} to ${tolerance}${kinks.length > 0 ? `, apart from ${kinks.length} of ${at.size} entries at a kink` : ""}`;
  const rows = table(
    methods.map((method) => ({ method, "largest relative difference": errors[method] })),
    { caption: verdict },
  );
  const figure = (): Figure =>
    lineChart({
      title: verdict,
      x: { title: "entry of x" },
      y: { title: "difference to reverse mode, relative", scale: "log" },
      series: methods.slice(1).map((name) => ({
        name,
        y: Array.from(slopes.keys(), (i) => Math.max(apart(name, i), 1e-18)),
        mode: "markers" as const,
      })),
    });
  return Object.freeze({
    ok,
    gradients,
    errors,
    kinks,
    figure,
    [inspect.custom]: () => inspect(rows),
    async [displaySymbol](): Promise<MimeBundle> {
      const [picture, text] = await Promise.all([toBundle(figure()), toBundle(rows)]);
      return { ...picture, "text/plain": `${text["text/plain"]}\n${picture["text/plain"]}` };
    },
  });
}
