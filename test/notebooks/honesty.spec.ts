/**
 * The checks of the notebooks can fail: with a wrong formula, a wrong constant, a biased gradient or a wrong verdict
 * patched in, the notebook ends at the check of that claim.
 */
import { writeFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { folder, nablab, read } from "../cli/nablab.js";

const root = path.resolve(import.meta.dirname, "../..");

const mutations: [claim: string, notebook: string, what: string, from: string, to: string][] = [
  [
    "A9",
    "02-backpropagation",
    "A without its transpose, as printed",
    "matmul(A[t + 1]); // A_{t+1}ᵀ δ_{t+1}",
    "matmul(A[t + 1].transpose());",
  ],
  [
    "A10",
    "02-backpropagation",
    "δ[t+1] replaced by nothing wrong",
    "delta[delta.length - 1].matmul(A[t + 1]); // A_{t+1}ᵀ ∂_g loss",
    "delta[t + 1].matmul(A[t + 1]);",
  ],
  [
    "A11",
    "02-backpropagation",
    "δ x(t−1) instead of δ x(t−1)ᵀ",
    "delta[2].transpose().matmul(x[1])",
    "x[1].transpose().matmul(delta[2])",
  ],
  [
    "A6",
    "01-gradient-descent",
    "a third of L",
    "const { L, thetaStar } = G;",
    "const { thetaStar } = G; const L = G.L / 3;",
  ],
  [
    "B4",
    "04-robbins-monro",
    "2^−k declared admissible",
    "squares, admissible, bias: mean",
    "squares, admissible: admissible || schedule === halving, bias: mean",
  ],
  [
    "A16",
    "04-robbins-monro",
    "a biased gradient",
    "[theta + stream.normal()], slopes)",
    "[theta + stream.normal() + 0.5], slopes)",
  ],
  [
    "A17",
    "04-robbins-monro",
    "mini-batches that prefer the first images",
    "Array.from({ length: 20 }, () => stream.integer(200))), places)",
    "Array.from({ length: 20 }, () => stream.integer(150))), places)",
  ],
  [
    "B3",
    "03-stochastic-gradient-descent",
    "a wrong closed form of the noise floor",
    "const v = stationaryVariance({ eta: steps[i] });",
    "const v = 2 * stationaryVariance({ eta: steps[i] });",
  ],
  [
    "B5",
    "05-rates",
    "a theorem with a gradient bound that is too small",
    "sgdStronglyConvexBound({ G, mu: 0.5 })",
    "sgdStronglyConvexBound({ G: G / 3, mu: 0.5 })",
  ],
  [
    "B7",
    "06-adagrad",
    "a bound with a path that goes farther than it says",
    "adagradNormBound({ D, eta: 1, squares })",
    "adagradNormBound({ D: D / 2, eta: 1, squares })",
  ],
  [
    "B10",
    "08-nonsmooth",
    "the derivative of ReLU(θ) − ReLU(−θ) taken to be right",
    "=== 2 * s && asNetwork(s)",
    "=== 1 && asNetwork(s)",
  ],
];

test.concurrent.each(mutations)("%s of %s fails with %s", async (claim, notebook, _what, from, to) => {
  const source = path.join(root, "notebooks", "lectures", `${notebook}.ipynb`);
  const made = read(source);
  let patched = 0;
  for (const cell of made.cells) {
    const text = [cell.source].flat().join("");
    if (cell.cell_type !== "code" || !text.includes(from)) continue;
    cell.source = text.replace(from, to);
    patched++;
  }
  expect(patched).toBe(1);
  const file = path.join(folder(), "mutated.ipynb");
  writeFileSync(file, JSON.stringify(made));
  const { status, stderr } = await nablab(root, "run", file);
  expect(stderr).toContain(`CheckFailed: ${claim} does not hold`);
  expect(status).not.toBe(0);
});
