import type { Submission } from "./submission.js";

export const submissions: Submission[] = [
  {
    name: "0 for the whole of ∂|0|",
    change: { intervals: ["x > 0 ? [1, 1] : x < 0 ? [-1, -1] : [-1, 1]", "[Math.sign(x), Math.sign(x)]"] },
    lost: { "abs-test": 2 },
  },
  {
    name: "∂ReLU(0) as autodiff has it",
    change: { intervals: ["x > 0 ? [1, 1] : x < 0 ? [0, 0] : [0, 1]", "x > 0 ? [1, 1] : [0, 0]"] },
    lost: { "relu-test": 2 },
  },
  {
    name: "the hinge with its sign lost, ends exchanged",
    change: {
      intervals: [
        "x > 1 ? [0, 0] : x < 1 ? [-1, -1] : [-1, 0]",
        "x > 1 ? [0, 0] : x < 1 ? [-1, -1] : [0, -1]",
      ],
    },
    lost: { "hinge-test": 2 },
  },
  {
    name: "all lines count",
    change: {
      "of-maximum": [
        ".filter((_, i) => values[i] >= top - 1e-12)",
        ".filter(() => values.length > 0 && top > -1e9)",
      ],
    },
    lost: { "of-maximum-test": 4 },
  },
  {
    name: "no room for rounding",
    change: { "of-maximum": ["top - 1e-12", "top"] },
    lost: { "of-maximum-test": 4 },
  },
  {
    name: "looks to the right only",
    change: { "is-subgradient": ["ys.every((y)", "ys.filter((y) => y > x).every((y)"] },
    lost: { "is-subgradient-test": 2 },
  },
  {
    name: "best from 0 on",
    change: { method: ["Number.POSITIVE_INFINITY", "0"] },
    lost: { "best-test": 1 },
  },
  {
    name: "G not squared",
    change: { method: ["G ** 2 * squares", "G * squares"] },
    lost: { "bound-test": 3 },
  },
  {
    name: "for positive numbers only",
    change: {
      "soft-threshold": ["Math.sign(v) * Math.max(0, Math.abs(v) - lambda)", "Math.max(0, v - lambda)"],
    },
    lost: { "soft-threshold-test": 3 },
  },
  {
    name: "predicts the derivatives of the functions",
    change: { slopes: ["[0, 0, 0, -1, 0, 1, 5, 1]", "[0, 1, 0, 0, 0, 1, 5, 1]"] },
    lost: { "slopes-test": 1 },
  },
  {
    name: "mistrusts every kink",
    change: { "wrong-ones": ["[2]", "[2, 4]"] },
    lost: { "wrong-ones-test": 3 },
  },
  {
    name: "a program that is 0 with derivative 0",
    change: { fool: ["x.sub(x.relu().sub(x.neg().relu())).mul(7)", "x.mul(0)"] },
    lost: { "fool-test": 2 },
  },
  {
    name: "derivative 1 for 7",
    change: { fool: [".mul(7)", ""] },
    lost: { "fool-test": 1 },
  },
  {
    name: "not the function 0",
    change: { fool: ["x.sub(x.relu().sub(x.neg().relu())).mul(7)", "x.mul(7)"] },
    lost: { "fool-test": 4 },
  },
];
