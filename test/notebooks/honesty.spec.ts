/**
 * The checks of the notebooks can fail: with a wrong formula, a wrong constant, a biased gradient or a wrong verdict
 * patched in, the check of that claim fails.
 */
import { writeFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { folder, nablab, read } from "../cli/nablab.js";

const root = path.resolve(import.meta.dirname, "../..");

interface Mutation {
  claim: string;
  notebook: string;
  what: string;
  from: string;
  to: string;
}

const mutations: Mutation[] = [
  {
    claim: "A1",
    notebook: "01-gradient-descent",
    what: "a hidden layer without its biases",
    from: "A[1].matmul(x0).add(b[1])",
    to: "A[1].matmul(x0).add(b[1].mul(0.9))",
  },
  {
    claim: "A2",
    notebook: "01-gradient-descent",
    what: "a gradient without the −1 of the right class",
    from: "p - Number(k === 1));",
    to: "p - 0.9 * Number(k === 1));",
  },
  {
    claim: "A3",
    notebook: "01-gradient-descent",
    what: "the gradient of half the square",
    from: "allClose(g.sub(target).mul(2))",
    to: "allClose(g.sub(target).mul(1.9))",
  },
  {
    claim: "A4",
    notebook: "01-gradient-descent",
    what: "layers without biases",
    from: "width * (m[t] + 1), 0);",
    to: "width * m[t], 0);",
  },
  {
    claim: "A5",
    notebook: "01-gradient-descent",
    what: "a step a tenth too long",
    from: "natural.eta! * F.gradient(start)[i]",
    to: "1.1 * natural.eta! * F.gradient(start)[i]",
  },
  {
    claim: "A6",
    notebook: "01-gradient-descent",
    what: "exponents that are a fiftieth off",
    from: "expected: [1.5, 1.25, 1.05]",
    to: "expected: [1.53, 1.25, 1.05]",
  },
  {
    claim: "A6",
    notebook: "01-gradient-descent",
    what: "a worst case of 4k + 3",
    from: "1 / (4 * k + 2)),",
    to: "1 / (4 * k + 3)),",
  },
  {
    claim: "A6",
    notebook: "01-gradient-descent",
    what: "a ratio that is a tenth off",
    from: "geometric.ratio - (1 - F.mu / F.L) ** 2",
    to: "geometric.ratio - 0.9 * (1 - F.mu / F.L) ** 2",
  },
  {
    claim: "A7",
    notebook: "01-gradient-descent",
    what: "four starts in one basin",
    from: "[[0.1, -0.5], [-0.4, -0.5], [-0.5, -1], [-0.1, -1.1]]",
    to: "[[0.1, -0.5], [0.2, -0.5], [0.3, -0.5], [0.4, -0.5]]",
  },
  {
    claim: "A8",
    notebook: "02-backpropagation",
    what: "a readout's gradient that is a tenth too large",
    from: "formula: dg.at(0, k) * x[3].at(0, l),",
    to: "formula: 1.1 * dg.at(0, k) * x[3].at(0, l),",
  },
  {
    claim: "A11",
    notebook: "02-backpropagation",
    what: "a local derivative that is a tenth off",
    from: "d: ([z]) => [1 / cosh2(z)]",
    to: "d: ([z]) => [1.1 / cosh2(z)]",
  },
  {
    claim: "A12",
    notebook: "02-backpropagation",
    what: "a gradient that takes N times as long for N samples together, up to four",
    from: "  backpropagation(model, images.slice(0, N), digits.slice(0, N), loss);",
    to: "  { for (let i = 0; i < Math.min(N, 4); i++) backpropagation(model, images.slice(0, N), digits.slice(0, N), loss); };",
  },
  {
    claim: "A12",
    notebook: "02-backpropagation",
    what: "differences that cost M/3 backpropagations",
    from: "ratio: differences / once,",
    to: "ratio: differences / once / 2,",
  },
  {
    claim: "A6",
    notebook: "01-gradient-descent",
    what: "a swing of another size",
    from: "swing - 1.05 * Math.tanh(swing)",
    to: "swing - 1.1 * Math.tanh(swing)",
  },
  {
    claim: "A11",
    notebook: "02-backpropagation",
    what: "gradients of the tape that are a tenth smaller",
    from: "value - ours[t].data[i]",
    to: "0.9 * value - ours[t].data[i]",
  },
  {
    claim: "B3",
    notebook: "03-stochastic-gradient-descent",
    what: "a region of confusion that ends a tenth earlier",
    from: "Math.abs(region[0] + 1) < 0.01",
    to: "Math.abs(region[0] + 0.9) < 0.01",
  },
  {
    claim: "A9",
    notebook: "02-backpropagation",
    what: "A without its transpose, as printed",
    from: "matmul(A[t + 1]); // A_{t+1}ᵀ δ_{t+1}",
    to: "matmul(A[t + 1].transpose());",
  },
  {
    claim: "A10",
    notebook: "02-backpropagation",
    what: "δ[t+1] replaced by nothing wrong",
    from: "delta[delta.length - 1].matmul(A[t + 1]);",
    to: "delta[t + 1].matmul(A[t + 1]);",
  },
  {
    claim: "A11",
    notebook: "02-backpropagation",
    what: "δ x(t−1) instead of δ x(t−1)ᵀ",
    from: "delta[2].transpose().matmul(x[1])",
    to: "x[1].transpose().matmul(delta[2])",
  },
  {
    claim: "A6",
    notebook: "01-gradient-descent",
    what: "a third of L",
    from: "const { L, thetaStar } = G;",
    to: "const { thetaStar } = G; const L = G.L / 3;",
  },
  {
    claim: "B1",
    notebook: "03-stochastic-gradient-descent",
    what: "a steepest direction that is half a degree off",
    from: "const against = Math.atan2(-gradient[1], -gradient[0]) + 2 * Math.PI;",
    to: "const against = Math.atan2(-gradient[1], -gradient[0]) + 2 * Math.PI + 0.01;",
  },
  {
    claim: "B2",
    notebook: "03-stochastic-gradient-descent",
    what: "a noise that is a tenth larger",
    from: "batches: 1 }).variance);\ncheckEstimate",
    to: "batches: 1 }).variance * 1.1);\ncheckEstimate",
  },
  {
    claim: "B2",
    notebook: "03-stochastic-gradient-descent",
    what: "wrong directions that are a tenth more frequent",
    from: "measured: near.map(({ wrongDirection }) => wrongDirection), expected,",
    to: "measured: near.map(({ wrongDirection }) => 1.1 * wrongDirection), expected,",
  },
  {
    claim: "A13",
    notebook: "03-stochastic-gradient-descent",
    what: "a loss that fluctuates a tenth more",
    from: "expected: [10, 100].map((B) => spread2 / B),",
    to: "expected: [10, 100].map((B) => (1.1 * spread2) / B),",
  },
  {
    claim: "B11",
    notebook: "03-stochastic-gradient-descent",
    what: "a sum of another size",
    from: "walk(make({ eta: value }), B)",
    to: "walk(make({ eta: value }), 1.1 * B)",
  },
  {
    claim: "A14",
    notebook: "04-robbins-monro",
    what: "an error of the dose that is a tenth off",
    from: "estimateMean(doseErrors.last.map((square) => 1500 * square))",
    to: "estimateMean(doseErrors.last.map((square) => 1.1 * 1500 * square))",
  },
  {
    claim: "A15",
    notebook: "04-robbins-monro",
    what: "a compensator without a tenth of the noise",
    from: "eta ** 2 * (h ** 2 + 1); // E|H|² = h² + 1",
    to: "eta ** 2 * (h ** 2 + 0.9);",
  },
  {
    claim: "A15",
    notebook: "04-robbins-monro",
    what: "a supremum that is a tenth larger",
    from: "Math.sqrt(from500) * sup)",
    to: "1.1 * Math.sqrt(from500) * sup)",
  },
  {
    claim: "A15",
    notebook: "04-robbins-monro",
    what: "a rest of 2^−k that is a tenth larger",
    from: "measured: stuck.theta.last[0] / 5, expected: remaining,",
    to: "measured: stuck.theta.last[0] / 5, expected: 1.1 * remaining,",
  },
  {
    claim: "A15",
    notebook: "04-robbins-monro",
    what: "a tenth more of the Cauchy paths outside",
    from: "expected: 0.5, within: 0.05,",
    to: "expected: 0.55, within: 0.05,",
  },
  {
    claim: "A15",
    notebook: "04-robbins-monro",
    what: "normal limits with a variance that is a tenth larger",
    from: "expected: limits.map(({ exact }) => exact),",
    to: "expected: limits.map(({ exact }) => 1.1 * exact),",
  },
  {
    claim: "B4",
    notebook: "04-robbins-monro",
    what: "mean squares that are a tenth larger",
    from: "expected: exact.map((square) => square[300]),",
    to: "expected: exact.map((square) => 1.1 * square[300]),",
  },
  {
    claim: "B4",
    notebook: "04-robbins-monro",
    what: "2^−k declared admissible",
    from: "squares, admissible, bias, noise,",
    to: "squares, admissible: admissible || schedule === halving, bias, noise,",
  },
  {
    claim: "A16",
    notebook: "04-robbins-monro",
    what: "a biased gradient",
    from: "[theta + stream.normal()], slopes)",
    to: "[theta + stream.normal() + 0.5], slopes)",
  },
  {
    claim: "A17",
    notebook: "04-robbins-monro",
    what: "mini-batches that prefer the first images",
    from: "const fromAll = (stream: Random) => batchOf(() => stream.integer(200));",
    to: "const fromAll = (stream: Random) => batchOf(() => stream.integer(150));",
  },
  {
    claim: "B3",
    notebook: "03-stochastic-gradient-descent",
    what: "a wrong closed form of the noise floor",
    from: "expected: steps.map((eta) => stationaryVariance({ eta })),",
    to: "expected: steps.map((eta) => 1.1 * stationaryVariance({ eta })),",
  },
  {
    claim: "A14",
    notebook: "04-robbins-monro",
    what: "an error of the quantile that is off by what the check is to see",
    from: "  expected: 9,",
    to: "  expected: 10.1,",
  },
  {
    claim: "A15",
    notebook: "04-robbins-monro",
    what: "a floor that is a tenth too high",
    from: "expected: constants.map(({ eta }) => stationaryVariance({ eta })),",
    to: "expected: constants.map(({ eta }) => 1.1 * stationaryVariance({ eta })),",
  },
  {
    claim: "B6",
    notebook: "05-rates",
    what: "gradients that are a tenth smaller",
    from: "expected: 2 * v, remainder",
    to: "expected: 1.8 * v, remainder",
  },
  {
    claim: "B5",
    notebook: "05-rates",
    what: "a bound of the mean that is a tenth smaller",
    from: "bound: sgdConvexBound({ R: 1, G: 1, eta: 1 / K })(K)",
    to: "bound: 0.9 * sgdConvexBound({ R: 1, G: 1, eta: 1 / K })(K)",
  },
  {
    claim: "B5",
    notebook: "05-rates",
    what: "a variance of 1/(mu k) steps that is off by a tenth",
    from: "expected: 4 / 400, within: 0.1 * (4 / 400),",
    to: "expected: 4.4 / 400, within: 0.1 * (4 / 400),",
  },
  {
    claim: "B5",
    notebook: "05-rates",
    what: "a floor that is off by a tenth",
    from: "const floor = floors[0] + floors[1];",
    to: "const floor = 1.1 * (floors[0] + floors[1]);",
  },
  {
    claim: "B5",
    notebook: "05-rates",
    what: "a theorem with a gradient bound that is too small",
    from: "sgdStronglyConvexBound({ G, mu: 0.5 })",
    to: "sgdStronglyConvexBound({ G: G / 3, mu: 0.5 })",
  },
  {
    claim: "B7",
    notebook: "06-adagrad",
    what: "a bound with a path that goes farther than it says",
    from: "adagradNormBound({ D, eta: 1, squares })",
    to: "adagradNormBound({ D: D / 2, eta: 1, squares })",
  },
  {
    claim: "B7",
    notebook: "06-adagrad",
    what: "a third of AdaGrad's bound",
    from: "adagradNormBound({ D: 1, eta: eta0, squares: c1 })",
    to: "adagradNormBound({ D: 1 / Math.sqrt(3), eta: eta0, squares: c1 })",
  },
  {
    claim: "B11",
    notebook: "07-mnist",
    what: "a loop on sums whose step size is that of means",
    from: "(byHand.theta[i] -= (0.1 / 32) * g)",
    to: "(byHand.theta[i] -= 0.1 * g)",
  },
  {
    claim: "B12",
    notebook: "09-momentum-and-adam",
    what: "momentum with too small a beta",
    from: "momentum({ eta: 4 / 121, beta: ratio ** 2 })",
    to: "momentum({ eta: 4 / 121, beta: ratio ** 3 })",
  },
  {
    claim: "B12",
    notebook: "09-momentum-and-adam",
    what: "an eighth of Nesterov's bound",
    from: "const promised = (j: number) => (2 * R2) / (j + 1) ** 2;",
    to: "const promised = (j: number) => R2 / 4 / (j + 1) ** 2;",
  },
  {
    claim: "B10",
    notebook: "08-nonsmooth",
    what: "the derivative of ReLU(θ) − ReLU(−θ) taken to be right",
    from: "=== 2 * s && asNetwork(s)",
    to: "=== 1 && asNetwork(s)",
  },
];

/** The claims whose checks failed in the outputs of a run. */
function failed(cells: Cell[]): string[] {
  const errors = cells.flatMap(({ outputs = [] }) => outputs).filter(({ ename }) => ename === "CheckFailed");
  return errors.map(({ evalue = "" }) => /^(\w+) does not hold/.exec(evalue)?.[1] ?? evalue);
}

// All mutations of a notebook in one run, which goes on after a check that fails, up to the last of these claims.
const notebooks = [...new Set(mutations.map(({ notebook }) => notebook))].map(
  (name) => [name, mutations.filter(({ notebook }) => notebook === name)] as const,
);

interface Cell {
  cell_type: string;
  source: string | string[];
  outputs?: { ename?: string; evalue?: string }[];
}

test.concurrent.each(notebooks)(
  "%s fails at the check of each claim that is made wrong",
  async (name, all) => {
    const made: { cells: Cell[] } = read(path.join(root, "notebooks", "lectures", `${name}.ipynb`));
    const texts = made.cells.map(({ source }) => [source].flat().join(""));
    for (const { what, from, to } of all) {
      const places = texts.flatMap((text, i) =>
        made.cells[i]!.cell_type === "code" && text.includes(from) ? [i] : [],
      );
      expect(places, what).toHaveLength(1);
      texts[places[0]!] = texts[places[0]!]!.replace(from, to);
    }
    const last = Math.max(
      ...all.map(({ claim }) => texts.findLastIndex((text) => text.includes(`"${claim}"`))),
    );
    made.cells = made.cells.slice(0, last + 1).map((cell, i) => ({ ...cell, source: texts[i]! }));
    const at = folder();
    const file = path.join(at, "mutated.ipynb");
    writeFileSync(file, JSON.stringify(made));
    const { status, stderr } = await nablab(root, "run", file, "--allow-errors");
    expect(status, stderr).toBe(0);
    // No other: none of the mutations does the work of another.
    expect(failed(read(file).cells).sort()).toEqual(all.map(({ claim }) => claim).sort());
  },
);
