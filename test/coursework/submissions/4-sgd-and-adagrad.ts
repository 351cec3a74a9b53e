import type { Submission } from "./submission.js";

/** The answer that a human reads is written in none of these. */
export const submissions: Submission[] = [
  {
    name: "never swaps an entry with itself",
    change: { shuffled: ["(i + 1) * uniform()", "i * uniform()"] },
    lost: { "shuffled-test": 2 },
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
    lost: { "chunks-test": 2, "sgd-loop-test": 1 },
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
    lost: { "adagrad-step-test": 1, "adagrad-loop-test": 3, "adagrad-accuracy": 4 },
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
];
