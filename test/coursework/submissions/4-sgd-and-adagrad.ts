import type { Submission } from "./submission.js";

/** The answers that a human reads are written in none of these. */
export const submissions: Submission[] = [
  {
    name: "never swaps an entry with itself",
    change: { shuffled: ["(i + 1) * uniform()", "i * uniform()"] },
    // In its order of the samples the solution's steps end just below 97 %.
    lost: { "shuffled-test": 2, "sgd-accuracy": 2 },
  },
  {
    name: "an entry twice",
    change: { shuffled: ["[order[i], order[j]] = [order[j], order[i]];", "order[i] = order[j];"] },
    // The loops then see some samples twice and some never.
    lost: { "shuffled-test": 2, "sgd-loop-test": 3, "adagrad-loop-test": 3, "sgd-accuracy": 2 },
  },
  {
    name: "the last batch dropped",
    change: { chunks: ["Math.ceil", "Math.floor"] },
    lost: { "chunks-test": 2, "sgd-loop-test": 1, "adagrad-loop-test": 1 },
  },
  {
    name: "every entry swapped with any",
    change: { shuffled: ["Math.floor((i + 1) * uniform())", "Math.floor(n * uniform())"] },
    lost: { "shuffled-test": 2 },
  },
  {
    name: "shuffled once, before the first epoch",
    change: {
      "adagrad-loop": [
        [
          "while (losses.length < steps) {",
          "const order = shuffled(data.size, uniform);\n  while (losses.length < steps) {",
        ],
        ["chunks(shuffled(data.size, uniform), batchSize)", "chunks(order, batchSize)"],
      ],
    },
    lost: { "adagrad-loop-test": 1 },
  },
  {
    name: "an ε of its own",
    change: { "adagrad-step": [" + epsilon)", " + 1e-8 + 0 * epsilon)"] },
    lost: { "adagrad-step-test": 1 },
  },
  {
    name: "uphill",
    change: { "sgd-step": ["theta[i] -= eta", "theta[i] += eta"] },
    lost: { "sgd-step-test": 1, "sgd-loop-test": 4, "sgd-accuracy": 4 },
  },
  {
    name: "AdaGrad without the root",
    change: { "adagrad-step": ["Math.sqrt(c[i])", "c[i]"] },
    lost: { "adagrad-step-test": 3, "adagrad-loop-test": 3, "adagrad-accuracy": 4 },
  },
  {
    name: "AdaGrad without ε",
    change: { "adagrad-step": [" + epsilon)", " + 0 * epsilon)"] },
    // Neither a step with ε = 1 nor one from g = 0, which is NaN.
    lost: { "adagrad-step-test": 2, "adagrad-loop-test": 3, "adagrad-accuracy": 4 },
  },
  {
    name: "steps counted from 0",
    change: { "sgd-loop": ["eta(losses.length)", "eta(losses.length - 1)"] },
    lost: { "sgd-loop-test": 2 },
  },
  {
    name: "whole epochs only",
    change: { "sgd-loop": ["if (losses.length === steps) break;", ""] },
    lost: { "sgd-loop-test": 4, "sgd-accuracy": 4 },
  },
  {
    name: "the memory of AdaGrad forgotten every epoch",
    change: {
      "adagrad-loop": [
        "const c = new Float64Array(net.parameterCount);\n  while (losses.length < steps) {",
        "while (losses.length < steps) {\n    const c = new Float64Array(net.parameterCount);",
      ],
    },
    lost: { "adagrad-loop-test": 3 },
  },
  {
    name: "steps that are too short",
    change: { "step-sizes": ["0.7 * (1 - (k - 1) / 4000)", "0.02"] },
    lost: { "sgd-accuracy": 4 },
  },
  {
    name: "a constant step, good for half",
    change: { "step-sizes": ["0.7 * (1 - (k - 1) / 4000)", "0.3"] },
    lost: { "sgd-accuracy": 2 },
  },
  {
    name: "smoothed with one entry too many",
    change: { smooth: ["k - window + 1", "k - window"] },
    lost: { "smooth-test": 2 },
  },
  {
    name: "AdaGrad-norm steps with the old c",
    change: { "adagrad-norm-step": ["g[i] / Math.sqrt(next)", "g[i] / Math.sqrt(c)"] },
    // The first step is infinite, which the visible test sees.
    lost: { "adagrad-norm-step-test": 3 },
  },
  {
    name: "AdaGrad-norm divides by 0",
    change: { "adagrad-norm-step": ["if (next > 0) for", "for"] },
    lost: { "adagrad-norm-step-test": 1 },
  },
  {
    name: "AdaGrad-norm adds the norm, not its square",
    change: {
      "adagrad-norm-step": [
        "const next = c + g.reduce((sum, value) => sum + value ** 2, 0);",
        "const next = c + Math.hypot(...g);",
      ],
    },
    lost: { "adagrad-norm-step-test": 3 },
  },
  {
    name: "the same options for sums",
    change: {
      "for-sum": [
        "sgd: eta / batchSize, adagrad: eta, c0: c0 * batchSize ** 2",
        "sgd: eta + 0 * batchSize, adagrad: eta, c0",
      ],
    },
    lost: { "for-sum-test": 2 },
  },
  {
    name: "everything divided for sums",
    change: {
      "for-sum": ["adagrad: eta, c0: c0 * batchSize ** 2", "adagrad: eta / batchSize, c0: c0 * batchSize"],
    },
    lost: { "for-sum-test": 2 },
  },
  {
    name: "standard errors added",
    change: {
      "clearly-better": [
        "Math.sqrt((a * (1 - a) + b * (1 - b)) / n)",
        "(Math.sqrt((a * (1 - a)) / n) + Math.sqrt((b * (1 - b)) / n))",
      ],
    },
    lost: { "clearly-better-test": 2 },
  },
  {
    name: "a difference in either direction is clear",
    change: { "clearly-better": ["return a - b >", "return Math.abs(a - b) >"] },
    lost: { "clearly-better-test": 2 },
  },
  {
    name: "SGD's curve read as AdaGrad's",
    change: {
      "read-steps": [
        ["best: { sgd: 0.7, adagrad: 0.1,", "best: { sgd: 0.1, adagrad: 0.7,"],
        ["decades: { sgd: 0.8, adagrad: 2.8,", "decades: { sgd: 2.8, adagrad: 0.8,"],
      ],
    },
    lost: { "read-steps-test": 2 },
  },
  {
    name: "the width of a curve in factors, not in decades",
    change: { "read-steps": ["adagradNorm: 2.8 },", "adagradNorm: 600 },"] },
    lost: { "read-steps-test": 1 },
  },
  {
    name: "AdaGrad with the steps of SGD",
    change: { "step-sizes": ["return 0.1;", "return 0.03;"] },
    lost: { "adagrad-accuracy": 2 },
  },
];
