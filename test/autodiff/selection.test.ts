// Operations that choose, join and sum exponentials: their values as Tensor's, their derivatives by all four methods.
import {
  compareMethods,
  complexStep,
  concat,
  grad,
  hessian,
  jvp,
  randomNormal,
  type Tensor,
  type Traced,
  tensor,
  valueAndGrad,
} from "nablab";
import { expect, test } from "vitest";

const weights = (shape: readonly number[]) => randomNormal([...shape], { seed: 9 });
const x = randomNormal([3, 4], { seed: 1 });
const other = randomNormal([3, 4], { seed: 2 });

const cases: [string, (x: Traced) => Traced, Tensor][] = [
  ["take rows, one twice", (x) => x.take([2, 0, 2]), x.take([2, 0, 2])],
  ["take columns, from the end", (x) => x.take([-1, 1], 1), x.take([-1, 1], 1)],
  ["slice rows", (x) => x.slice(1), x.slice(1)],
  ["slice columns, from the end", (x) => x.slice(-2, 4, 1), x.slice(-2, 4, 1)],
  ["concat rows", (x) => x.concat([x.mul(x), other]), concat([x, x.mul(x), other])],
  ["concat columns", (x) => x.slice(0, 1, 1).concat([other, x], -1), concat([x.slice(0, 1, 1), other, x], 1)],
  ["max of each row", (x) => x.max(1), x.max(1)],
  ["max of each column", (x) => x.max(0), x.max(0)],
  ["max of all", (x) => x.max(), tensor(x.max())],
  ["maximum", (x) => x.maximum(other), x.map((value, i) => Math.max(value, other.data[i]!))],
  ["maximum with a number", (x) => x.maximum(0.3), x.map((value) => Math.max(value, 0.3))],
  ["maximum with a row", (x) => x.maximum([0.1, -0.2, 0.3, 9]), x.maximum([0.1, -0.2, 0.3, 9])],
  ["log Σ e^x of all", (x) => x.logSumExp(), tensor(Math.log(x.exp().sum()))],
  ["log Σ e^x of each row", (x) => x.logSumExp(1), x.exp().sum(1).log()],
];

test.each(cases)("%s", (_, f, expected) => {
  let value: Tensor | undefined;
  const { ok, gradients } = compareMethods((theta) => {
    const result = f(theta.reshape(3, 4));
    value ??= result.value;
    return result.mul(weights(result.shape)).mul(result).sum();
  }, x.reshape(12));
  expect(value!.shape).toEqual(expected.shape);
  expect(value!.sub(expected).norm()).toBeLessThan(1e-14);
  expect(ok).toBe(true);
  expect(Object.keys(gradients).length).toBe(4);
});

test.each([
  [1, -1e17, 1, 1],
  [0.1, -1e3, 0.1, 1],
  [1, Number.NEGATIVE_INFINITY, 1, 1],
  [Number.NEGATIVE_INFINITY, 1, 1, 0],
  [1e-20, 1, 1, 0],
  [Number.NaN, 1, Number.NaN, 1],
  [1, Number.NaN, Number.NaN, 0],
])("the larger of %d and %d is one of them, not rounded", (a, b, larger, slope) => {
  const f = (x: Traced) => x.maximum(b).sum();
  const { value, gradients } = valueAndGrad(f)([a]);
  expect([value, gradients[0]!.toArray()]).toEqual([larger, [slope]]);
  expect(complexStep(f)([a]).toArray()).toEqual([slope]);
  expect(jvp(f)([a], [1]).at()).toBe(slope);
});

test("log Σ e^x and its derivatives are right where e^x is not a number", () => {
  const far = [1000, 1001, -1e4];
  const of = (x: Traced) => x.logSumExp();
  const p = 1 / (1 + Math.exp(-1));
  expect(grad(of)(far).toArray()).toEqual([expect.closeTo(1 - p, 14), expect.closeTo(p, 14), 0]);
  expect(hessian(of)(far).at(0, 0)).toBeCloseTo(p * (1 - p), 13);
  expect(grad(of)([Number.NEGATIVE_INFINITY, 0]).toArray()).toEqual([0, 1]);
});

test("one of several largest has the derivative; what does not fit is refused", () => {
  expect(grad((x) => x.max())([2, 5, 5]).toArray()).toEqual([0, 1, 0]);
  expect(grad((x) => x.maximum(5).sum())([2, 5, 6]).toArray()).toEqual([0, 0, 1]);
  expect(() => grad((x) => x.take([7]).sum())([1, 2])).toThrow("take");
  expect(() => grad((x) => x.concat([[[1]]]).sum())([1, 2])).toThrow("concat");
  expect(() => grad((x) => x.max(3).sum())([1, 2])).toThrow("max");
});

test("a gradient goes back to what was taken, whatever the list of indices holds by then", () => {
  const picks = (x: Traced) => {
    const index = new Int32Array(1);
    let sum = x.sum().mul(0);
    for (let i = 0; i < 3; i++) {
      index[0] = i;
      sum = sum.add(
        x
          .take(index)
          .pow(2)
          .mul(i + 1)
          .sum(),
      );
    }
    return sum;
  };
  expect(grad(picks)([1, 1, 1]).toArray()).toEqual([2, 4, 6]);
  expect(hessian(picks)([1, 1, 1]).toArray()).toEqual([
    [2, 0, 0],
    [0, 4, 0],
    [0, 0, 6],
  ]);
  expect(() => grad((x) => x.take([3]).sum())([1, 2])).toThrow("take");
});
