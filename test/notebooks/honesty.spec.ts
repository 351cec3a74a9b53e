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
    from: "delta[delta.length - 1].matmul(A[t + 1]); // A_{t+1}ᵀ ∂_g loss",
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
    claim: "B4",
    notebook: "04-robbins-monro",
    what: "2^−k declared admissible",
    from: "squares, admissible, bias: mean",
    to: "squares, admissible: admissible || schedule === halving, bias: mean",
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
    from: "Array.from({ length: 20 }, () => stream.integer(200))), places)",
    to: "Array.from({ length: 20 }, () => stream.integer(150))), places)",
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
    from: "expected: 9,",
    to: "expected: 10.1,",
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
