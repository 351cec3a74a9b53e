/**
 * What the bounds assume of step sizes: at most 1/L, and not 2/L, up to which gradient descent still converges.
 */
import { checkBound, descend, gradientDescentBound, quadratic } from "nablab";
import { expect, test } from "vitest";

const F = quadratic({ spectrum: [4, 1] });
const unmetAt = (eta: number): readonly string[] => {
  const path = descend(F, { theta0: [1, 1], eta, steps: 20 });
  return checkBound(path, gradientDescentBound({ R: Math.SQRT2, eta })).unmet;
};

test.each([0.01, 0.2, 0.25])("η = %d is within 1/L = 0.25", (eta) => expect(unmetAt(eta)).toEqual([]));

test.each([0.2500001, 0.3, 0.4, 0.499])("η = %d is above it", (eta) => {
  expect(unmetAt(eta)).toEqual([expect.stringMatching(/^η = \S+ is above 1\/L = 0\.25$/)]);
});
