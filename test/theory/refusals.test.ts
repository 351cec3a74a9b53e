// What theory/ refuses, each with its whole message: the function, what was expected, the fix, what arrived.
import * as nablab from "nablab";
import { expect, test } from "vitest";

// Wrong arguments on purpose: without types.
// biome-ignore lint/suspicious/noExplicitAny: the calls are what TypeScript would refuse
const n = nablab as any;
const { affine, basins, checkBound, checkConvergence, checkEstimate, checkNoise, clarke, descend } = n;
const { Ensemble, ensembleChart, estimateL, estimateMean, expectation, finiteSum, fitPower, fitRate } = n;
const { adagradNormBound, gapChart, gradientCheck, gradientDescentBound, leastSquares } = n;
const { linearCombination, logSumExp, logistic, maximum, noise, objective, pathChart, polyakStep } = n;
const { quadratic, regionOfConfusion, robbinsMonro, sgd, tightBound, timeAverage } = n;

const F = quadratic({ spectrum: [1, 2] });
const G = quadratic({ spectrum: [3, 4] });
const line = quadratic({ spectrum: [1] });
const anon = objective({
  name: "f",
  dimension: 1,
  value: ([t]: [number]) => t * t,
  gradient: ([t]: [number]) => [2 * t],
});
const path = descend(F, { theta0: [1, 1], eta: 0.1, steps: 3 });
const p3 = descend(quadratic({ spectrum: [1, 1, 1] }), { theta0: [1, 1, 1], eta: 0.1, steps: 3 });
const anonPath = descend(anon, { theta0: [1], eta: 0.1, steps: 3 });
const ens = (rows: number[][]) =>
  new Ensemble({ name: "e", quantity: "x", k: [1, 2], rows: rows.map((row) => Float64Array.from(row)) });

test.each<[() => unknown, RangeErrorConstructor | TypeErrorConstructor, string]>([
  [() => pathChart([]), TypeError, "pathChart: give a list of paths, as in pathChart([path])"],
  [
    () => pathChart([path, descend(G, { theta0: [1, 1], eta: 0.1 })]),
    RangeError,
    "pathChart: all paths must be on one objective, got paths on quadratic and on another quadratic",
  ],
  [
    () => pathChart([p3]),
    RangeError,
    "pathChart: only objectives of one or two dimensions can be drawn; quadratic has 3",
  ],
  [() => gapChart([]), TypeError, "gapChart: give a list of paths, as in gapChart([path])"],
  [
    () => basins(line, { x: [0, 1], y: [0, 1], eta: 1 }),
    RangeError,
    "basins: an objective of two variables with known minimisers is needed; quadratic has dimension 1 and 1 known minimisers",
  ],
  [
    () => polyakStep(anon),
    RangeError,
    "polyakStep: the minimum of f must be known; try backtracking(F) instead",
  ],
  [
    () => descend(F, { theta0: [1, 1], eta: 0.1, rule: sgd() }),
    TypeError,
    "descend: give one of eta, schedule and rule, such as { eta: 0.1 }; got 2",
  ],
  [
    () => descend(F, { theta0: [1, 1] }),
    TypeError,
    "descend: give one of eta, schedule and rule, such as { eta: 0.1 }; got none",
  ],
  [
    () => descend(F, { theta0: [1], eta: 0.1 }),
    RangeError,
    "descend: quadratic has dimension 2, so theta0 must have as many entries; got [ 1 ]",
  ],
  [
    () => descend(F, { theta0: [1, Number.NaN], eta: 0.1 }),
    RangeError,
    "descend: the entries of theta0 must be finite, got [ 1, NaN ]",
  ],
  [() => estimateL(F, { around: [1] }), RangeError, "estimateL: the centre must have 2 entries, got [ 1 ]"],
  [() => estimateL(F, { radius: -1 }), RangeError, "estimateL: radius must be a finite number > 0, got -1"],
  [() => estimateL(F, { samples: 0 }), RangeError, "estimateL: samples must be a whole number ≥ 1, got 0"],
  [
    () => tightBound({ R: 1, eta: 1, L: "unknown" }),
    RangeError,
    "tightBound: L must be known, got 'unknown'",
  ],
  [
    () => gradientDescentBound({ theta0: [1], eta: 1 }),
    TypeError,
    "gradientDescentBound: give R = ‖θ⁽⁰⁾ − θ*‖, or theta0 and thetaStar; thetaStar is missing (does the objective have a minimiser?)",
  ],
  [
    () => gradientDescentBound({ thetaStar: [1], eta: 1 }),
    TypeError,
    "gradientDescentBound: give R = ‖θ⁽⁰⁾ − θ*‖, or theta0 and thetaStar; theta0 is missing",
  ],
  [
    () => gradientDescentBound({ R: 1, eta: 1, L: 2 }),
    RangeError,
    "gradientDescentBound: the theorem needs eta ≤ 1/L = 0.5, got 1",
  ],
  [
    () => gradientDescentBound({ R: -1, eta: 1 }),
    RangeError,
    "gradientDescentBound: R must be a finite number ≥ 0, got -1",
  ],
  [
    () => adagradNormBound({ D: 1, eta: 1, squares: [1, 2] })(3),
    RangeError,
    "adagradNormBound: the run has 2 steps, got k = 3",
  ],
  [
    () => affine([1, Number.NaN]),
    RangeError,
    "affine: expected finite coefficients such as affine([1, -2], 3), got { a: [ 1, NaN ], b: 0 }",
  ],
  [
    () => linearCombination([affine([1]), affine([2])], [1]),
    RangeError,
    "linearCombination: there must be a coefficient for each of 2 terms, got 1",
  ],
  [
    () => maximum(affine([1]), affine([1, 2])),
    RangeError,
    "maximum: all functions must have one number of variables, got 1 and 2",
  ],
  [() => clarke(affine([1, 2, 3]), [0, 0, 0]), RangeError, "clarke: F must have one or two variables, got 3"],
  [
    () => checkNoise(() => [0], { at: [] }),
    RangeError,
    "checkNoise: give places to sample at, such as { at: [[0], [1]] }; got []",
  ],
  [
    () => checkNoise(() => [0], { at: [[0]], mean: () => [0, 0], samples: 10 }),
    RangeError,
    "checkNoise: the mean must have 1 entries like a draw, got 2",
  ],
  [
    () =>
      checkNoise((_: unknown, s: nablab.Random) => Array(s.integer(3) + 1).fill(0), {
        at: [[0]],
        samples: 100,
      }),
    RangeError,
    "checkNoise: every draw must have the same number of entries, at least 1; got 2 and 3",
  ],
  [
    () => checkNoise(() => [Number.NaN], { at: [[0.5]], samples: 10 }),
    RangeError,
    "checkNoise: every draw must be finite; at theta = (0.5) entry 0 of draw 0 is NaN",
  ],
  [
    () => checkNoise(() => [0], { at: [[0]], within: -1 }),
    RangeError,
    "checkNoise: within must be a finite number ≥ 0, got -1",
  ],
  [
    () => checkNoise(() => [0], { at: [[0]], bound: Number.NaN }),
    RangeError,
    "checkNoise: bound must be a number ≥ 0, got NaN",
  ],
  [
    () => checkBound(anonPath, gradientDescentBound({ R: 1, eta: 0.1 })),
    RangeError,
    "checkBound: the minimum of f is not known",
  ],
  [
    () => fitRate([1, 0.5]),
    RangeError,
    "fitRate: at least 3 positive, finite gaps are needed, there are 1 from k = 1 on, of 2 values in all",
  ],
  [
    () =>
      fitPower(
        ens([
          [1, 1],
          [1, 1],
        ]),
      ),
    RangeError,
    "fitPower: there must be at least 20 paths and 3 recorded steps from 1 to 2, got 2 and 2",
  ],
  [
    () => checkEstimate("A1", "…", { measured: 1, standardError: 0.1 }),
    TypeError,
    "checkEstimate: give one of expected, atMost and atLeast, got none",
  ],
  [
    () => checkEstimate("A1", "…", { measured: 1, standardError: 0.1, expected: 1, atMost: 2 }),
    TypeError,
    "checkEstimate: give one of expected, atMost and atLeast, got expected and atMost",
  ],
  [
    () => checkEstimate("A1", "…", { measured: [], standardError: 0.1, atMost: 1 }),
    RangeError,
    "checkEstimate: nothing was measured: the list is empty",
  ],
  [
    () => checkEstimate("A1", "…", { measured: 1, standardError: 0.1, expected: 1 }),
    TypeError,
    "checkEstimate: within is missing: the largest deviation that may stay unseen, such as 0.05 * expected",
  ],
  [
    () => checkEstimate("A1", "…", { measured: 1, expected: 1, within: 1 }),
    RangeError,
    "checkEstimate: standardError must be a finite number ≥ 0 (or give an estimate, such as estimateMean(draws)), got undefined",
  ],
  [
    () => checkEstimate("A1", "…", { measured: [1, 2], standardError: [1], atMost: 1 }),
    RangeError,
    "checkEstimate: standardError must have an entry for each of the 2 measured, got 1",
  ],
  [
    () => checkEstimate("A1", "…", { measured: 1, standardError: 0.1, expected: 1, within: 1, remainder: 2 }),
    RangeError,
    "checkEstimate: within must be at least the remainder 2, or no number of draws decides; got 1",
  ],
  [
    () =>
      checkEstimate("A1", "…", { measured: 1, standardError: 0.1, expected: 1, within: 1, falseAlarm: 0.5 }),
    RangeError,
    "checkEstimate: falseAlarm must be at least 1e-100 and below 0.5, such as 1e-6, got 0.5",
  ],
  [() => estimateMean([1]), RangeError, "estimateMean: give at least 2 values, got [ 1 ]"],
  [
    () => estimateMean([1, 2, Number.NaN]),
    RangeError,
    "estimateMean: every value must be finite, number 2 is NaN",
  ],
  [
    () => timeAverage([1, 2, 3], { from: 2 }),
    RangeError,
    "timeAverage: give at least 2 values, got Float64Array(1) [ 3 ]",
  ],
  [
    () => gradientCheck(7, [1], [1]),
    TypeError,
    "gradientCheck: give a function and theta, a function, its gradient and theta, or a network, x, y and a loss; got 7",
  ],
  [
    () => gradientCheck((x: nablab.Traced) => x.sum(), undefined),
    TypeError,
    "gradientCheck: theta is missing: gradientCheck(f, theta), or gradientCheck(f, gradient, theta); got undefined",
  ],
  [
    () => gradientCheck(([t]: [number]) => t, [1]),
    TypeError,
    "gradientCheck: without a gradient f must be written with the operations of what it is given, such as (x) => x.mul(x).sum(); a function of a list of numbers needs its gradient, too: gradientCheck(f, gradient, theta); got object is not iterable (cannot read property Symbol(Symbol.iterator))",
  ],
  [() => ens([]), RangeError, "Ensemble: there must be at least one path, each with 2 values; got none"],
  [() => ens([[1]]), RangeError, "Ensemble: there must be at least one path, each with 2 values; got 1"],
  [() => ens([[1, 2]]).at(4), RangeError, "Ensemble: step 4 was not recorded; the nearest is 2"],
  [() => ens([[1, 2]]).quantile(1.5), RangeError, "quantile: p must be from 0 to 1, got 1.5"],
  [
    () => ensembleChart([]),
    TypeError,
    "ensembleChart: give a list of ensembles, as in ensembleChart([paths])",
  ],
  [
    () => ensembleChart([ens([[1, 2]])], { band: 2 }),
    RangeError,
    "ensembleChart: band must be a share of paths, from 0 to 1, got 2",
  ],
  [
    () => robbinsMonro({ N: () => 0, theta0: Number.NaN, schedule: 1 }),
    TypeError,
    "robbinsMonro: N must be a function (theta, stream) => number and theta0 a finite number, or both of lists of numbers, got { N: [Function: N], theta0: NaN }",
  ],
  [
    () => regionOfConfusion(finiteSum([F, G]), [0, 1]),
    RangeError,
    "regionOfConfusion: F must have one variable, got 2",
  ],
  [
    () =>
      quadratic({
        A: [
          [1, 0],
          [0, 1],
        ],
        b: [1],
      }),
    RangeError,
    "quadratic: A has 2 rows but b has 1 entries",
  ],
  [
    () => quadratic({ A: [[-1]] }),
    RangeError,
    "quadratic: A must be positive semidefinite, F has no minimum otherwise; its least eigenvalue is -1",
  ],
  [
    () => quadratic({ spectrum: [1, 0], b: [0, 1] }),
    RangeError,
    "quadratic: b must lie in the range of A, F has no minimum otherwise; A v = 0 but b·v = 1 for v = [0, 1]",
  ],
  [
    () => quadratic({}),
    TypeError,
    "quadratic: give either the matrix A or its spectrum, such as { spectrum: [10, 1] }",
  ],
  [() => quadratic({ A: [[1, 2]] }), RangeError, "quadratic: A must be a square matrix; shape [1, 2]"],
  [
    () =>
      quadratic({
        A: [
          [1, 2],
          [0, 1],
        ],
      }),
    RangeError,
    "quadratic: A must be symmetric, use (A + Aᵀ)/2; got Tensor [2, 2] float64\n  1  2\n  0  1",
  ],
  [
    () => quadratic({ spectrum: [] }),
    RangeError,
    "quadratic: the spectrum must have at least one eigenvalue, it is empty",
  ],
  [() => finiteSum([]), RangeError, "finiteSum: there must be at least one term, the list is empty"],
  [() => finiteSum([F, line]), RangeError, "finiteSum: all terms must have one dimension, got 2 and 1"],
  [
    () => finiteSum([F, G]).termGradient(2, [0, 0]),
    RangeError,
    "mean of 2 terms: a term has a number from 0 to 1, got 2",
  ],
  [() => finiteSum([F, G]).value([0]), RangeError, "mean of 2 terms: theta must have 2 entries, got [ 0 ]"],
  [
    () => finiteSum({ name: "s", dimension: 1, N: 0, term: () => 0, termGradient: () => [0] }),
    RangeError,
    "finiteSum: N must be a whole number ≥ 1, got 0",
  ],
  [
    () => leastSquares({ x: [[1], [2]], y: [1] }),
    RangeError,
    "leastSquares: x must have one row for each of the 1 targets; shape [2, 1]",
  ],
  [
    () => logSumExp({ target: [1] }),
    RangeError,
    "logSumExp: the target must be at least 2 probabilities > 0 with sum 1, got [ 1 ]",
  ],
  [
    () => logSumExp({ target: [0.5, 0.6] }),
    RangeError,
    "logSumExp: the target must be at least 2 probabilities > 0 with sum 1, got [ 0.5, 0.6 ]",
  ],
  [() => F.value([1]), RangeError, "quadratic: theta must have 2 entries, got [ 1 ]"],
  [() => line.gradient([1, 2]), RangeError, "quadratic: theta must have 1 entry, got [ 1, 2 ]"],
  [
    () => objective({ name: "g", dimension: 1, value: () => 0, gradient: () => [1, 2] }).gradient([0]),
    RangeError,
    "objective: the gradient of g must have 1 entry, got 2",
  ],
  [
    () => noise({ distribution: "uniforn" }),
    TypeError,
    'noise: distribution must be "normal", "uniform", "sign" or "cauchy", got \'uniforn\'',
  ],
  [() => noise({ sd: -1 }), RangeError, "noise: sd must be a finite number ≥ 0, got -1"],
  [
    () => expectation(line, "big"),
    TypeError,
    "expectation: the noise must be a standard deviation or a function (theta, stream) => list, got 'big'",
  ],
  [
    () => logistic({ n: 0 }),
    TypeError,
    "logistic: give x and y, or n and dimension (whole numbers ≥ 1) to draw them from a seed; n is 0, dimension 2",
  ],
  [
    () => logistic({ x: [[1], [2]], y: [1] }),
    RangeError,
    "logistic: x must have one row for each of the 1 labels; shape [2, 1]",
  ],
  [
    () => logistic({ x: [[1], [2]], y: [0, -1] }),
    RangeError,
    "logistic: labels must be 0 and 1, or −1 and 1, got 0 and −1",
  ],
  [
    () => logistic({ x: [[1], [2]], y: [0, 2] }),
    RangeError,
    "logistic: labels must be 0 and 1, or −1 and 1, got 2",
  ],
  [
    () => checkConvergence(() => [Number.NaN], { thetaStar: [1], schedule: 1 }),
    RangeError,
    "checkConvergence: every draw must be finite; at theta = (0.5) entry 0 is NaN",
  ],
  [
    () => checkConvergence(() => [0], { thetaStar: [], schedule: 1 }),
    RangeError,
    "checkConvergence: thetaStar must hold at least one number, got []",
  ],
  [
    () => checkConvergence(() => [0], { thetaStar: [0], schedule: 1, distances: [1] }),
    RangeError,
    "checkConvergence: distances must be two or more, rising and > 0; got [ 1 ]",
  ],
])("%#: %s", (call, Type, message) => {
  expect(call).toThrow(new Type(message));
});
