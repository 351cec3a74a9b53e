// Descents step by step as PyTorch took them in float64 (test/golden/make_line_searches.py): objective, gradient and a rule
// that looks at the function.
import { readFileSync } from "node:fs";
import { backtracking, descend, leastSquares, logistic, polyakStep, tensor } from "nablab";
import { expect, test } from "vitest";

interface Descent {
  objective: keyof typeof objectives;
  rule: "polyakStep" | "backtracking";
  options: { first: number; shrink: number; c: number };
  x: number[][];
  y: number[];
  theta0: number[];
  values: number[];
  stepSizes: number[];
  theta: number[][];
}
const objectives = { leastSquares, logistic };
const { runs }: { runs: Descent[] } = JSON.parse(
  readFileSync(new URL("../golden/line_searches.json", import.meta.url), "utf8"),
);

test.each(runs)("$rule on $objective, 20 steps to 1e-10", ({ objective, rule, options, ...run }) => {
  const F = objectives[objective]({ x: run.x, y: run.y });
  const { first: eta, ...others } = options;
  const path = descend(F, {
    theta0: run.theta0,
    rule: rule === "polyakStep" ? polyakStep(F) : backtracking(F, { eta, ...others }),
    steps: 20,
  });
  expect(run.values).toHaveLength(20);
  expect(tensor(path.values.slice(0, 20)).allClose(run.values, { relative: 1e-10 })).toBe(true);
  expect(tensor(path.stepSizes).allClose(run.stepSizes, { relative: 1e-10 })).toBe(true);
  run.theta.forEach((theta, k) => {
    expect(tensor(path.theta[k + 1]!).allClose(theta, { relative: 1e-10 })).toBe(true);
  });
  expect(run.values[19]).toBeLessThan(run.values[0]!);
});
