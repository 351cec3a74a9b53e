import type { Submission } from "./submission.js";

export const submissions: Submission[] = [
  {
    name: "the transposed matrix in forward",
    change: {
      affine: [
        "A.map((row, i) => row.reduce((sum, value, j) => sum + value * h[j], b[i]))",
        "A[0].map((_, j) => A.reduce((sum, row, i) => sum + row[j] * h[i], b[j]))",
      ],
    },
    // The whole network is wrong then: forward and everything that builds on it.
    lost: { "affine-test": 1, "forward-test": 3, "gradient-test": 5, "gradient-shapes": 1 },
  },
  {
    name: "no bias",
    change: { affine: ["sum + value * h[j], b[i])", "sum + value * h[j], 0 * b[i])"] },
    lost: { "affine-test": 1, "forward-test": 3, "gradient-test": 5 },
  },
  {
    name: "slope 1 at 0",
    change: { relu: ["value > 0 ? 1 : 0", "value >= 0 ? 1 : 0"] },
    lost: { "relu-test": 1 },
  },
  {
    name: "ReLU after the last layer too",
    change: { forward: ["i === net.length - 1 ? next : relu(next)", "relu(next)"] },
    // Two of the five hidden comparisons have positive outputs alone, where the gradients are right all the same.
    lost: { "forward-test": 3, "gradient-test": 3 },
  },
  {
    name: "half forgotten",
    change: { loss: [", 0) / 2", ", 0)"] },
    lost: { "loss-test": 1 },
  },
  {
    name: "delta with the wrong sign",
    change: { loss: ["value - y[i]);", "y[i] - value);"] },
    lost: { "delta-last-test": 2, "gradient-test": 5 },
  },
  {
    name: "h for its slope in the delta",
    change: { "delta-below": ["const slopes = reluSlope(z);", "const slopes = relu(z);"] },
    lost: { "delta-below-test": 3, "gradient-test": 5 },
  },
  {
    name: "A not transposed in the delta",
    change: {
      "delta-below": [
        "next.A.reduce((sum, row, i) => sum + row[j] * delta[i], 0)",
        "delta.reduce((sum, d, i) => sum + (next.A[j]?.[i] ?? 0) * d, 0)",
      ],
    },
    lost: { "delta-below-test": 3, "gradient-test": 5 },
  },
  {
    name: "biases left at zero",
    change: { gradients: ["b: delta }", "b: delta.map(() => 0) }"] },
    lost: { "gradient-test": 5 },
  },
  {
    name: "one-sided difference",
    change: { difference: ["(f(moved(h)) - f(moved(-h))) / (2 * h)", "(f(moved(h)) - f(theta)) / h"] },
    lost: { "difference-test": 3 },
  },
  {
    name: "relative to the first number, and 0/0",
    change: {
      difference: [
        "a === b ? 0 : Math.abs(a - b) / Math.max(Math.abs(a), Math.abs(b))",
        "Math.abs(a - b) / Math.abs(a)",
      ],
    },
    lost: { "relative-error-test": 1 },
  },
  {
    name: "the right functions, the wrong lines",
    change: {
      "right-relu": ["return 4;", "return 2;"],
      "right-adam": ["return 4;", "return 5;"],
      "right-batch": ["return 5;", "return 1;"],
    },
    lost: { "find-relu": 1, "find-adam": 1, "find-batch": 1 },
  },
  {
    name: "Adam without the correction of v",
    change: { "right-adam": ["const square = v[i] / (1 - beta2 ** k);", "const square = v[i];"] },
    lost: { "find-adam": 3 },
  },
  {
    name: "dh changed in place",
    change: {
      "right-relu": [
        "return dh.map((slope, i) => (z[i] > 0 ? slope : 0));",
        "z.forEach((value, i) => { if (value <= 0) dh[i] = 0; });\n  return dh;",
      ],
    },
    lost: { "find-relu": 1 },
  },
];
