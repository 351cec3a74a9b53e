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
    lost: { "bound-test": 2 },
  },
  {
    name: "for positive numbers only",
    change: {
      "soft-threshold": ["Math.sign(v) * Math.max(0, Math.abs(v) - lambda)", "Math.max(0, v - lambda)"],
    },
    // What is found with it has no negative entries.
    lost: { "soft-threshold-test": 3, "few-test": 3 },
  },
  {
    name: "predicts the derivatives of the functions",
    change: { slopes: ["[0, 0, 0, -1, 1, 1, 5, 1]", "[0, 1, 0, 0, 2, 1, 8, 1]"] },
    // Right are 1, 3, 6 and 8: one of the pairs.
    lost: { "slopes-test": 3 },
  },
  {
    name: "mistrusts one kink too many",
    change: { "wrong-ones": ["[2, 5, 7]", "[2, 4, 5, 7]"] },
    lost: { "wrong-ones-test": 0.4 },
  },
  {
    name: "names all programs",
    change: { "wrong-ones": ["[2, 5, 7]", "[1, 2, 3, 4, 5, 6, 7, 8]"] },
    lost: { "wrong-ones-test": 2 },
  },
  {
    name: "names one of three, twice",
    change: { "wrong-ones": ["[2, 5, 7]", "[5, 5]"] },
    lost: { "wrong-ones-test": 1.33 },
  },
  {
    name: "the right numbers without the right intervals",
    change: {
      slopes: [
        "[[0, 1], [1, 1], [-1, 1], [-1, 1], [2, 2], [0, 5], [8, 8], [1, 1]]",
        "[[0, 1], [0, 1], [-1, 1], [-1, 1], [2, 2], [0, 5], [5, 8], [1, 1]]",
      ],
    },
    // The pairs of 2 and of 7.
    lost: { "wrong-ones-test": 4 },
  },
  {
    name: "a chart read with the ends of one interval exchanged",
    change: { "read-kinks": ["[1, 3]]", "[3, 1]]"] },
    lost: { "read-kinks-test": 1 },
  },
  {
    name: "the minimiser read for the slopes that minimise",
    change: { "read-kinks": ["argmin: [-0.5, 1]", "argmin: [0.5, 0.5]"] },
    lost: { "read-kinks-test": 1 },
  },
  {
    name: "left ends for midpoints",
    change: { along: ["(i + 0.5) / n", "i / n"] },
    lost: { "along-test": 2 },
  },
  {
    name: "the velocity forgotten",
    change: { along: ["(value * g[j]) / n", "(Math.sign(value) * g[j]) / n"] },
    lost: { "along-test": 2 },
  },
  {
    name: "the slope goes to all that are largest",
    change: { "max-pool": ["(i === at ? dy : 0)", "(x[i] === x[at] ? dy : 0)"] },
    lost: { "max-pool-test": 2 },
  },
  {
    name: "the last of the largest, alone in the hull",
    change: {
      "max-pool": [
        ["x.indexOf(Math.max(...x))", "x.lastIndexOf(Math.max(...x))"],
        ["x.flatMap((value, i) => (value === top ? [i] : []))", "[x.lastIndexOf(top)]"],
      ],
    },
    lost: { "max-pool-test": 3 },
  },
  {
    name: "least squares for the few",
    change: {
      few: ["const lambdas = [0.01, 0.03, 0.06, 0.1, 0.15, 0.2, 0.3, 0.5];", "const lambdas = [0];"],
    },
    lost: { "few-test": 3 },
  },
  {
    name: "λ a little too large",
    change: {
      few: ["const lambdas = [0.01, 0.03, 0.06, 0.1, 0.15, 0.2, 0.3, 0.5];", "const lambdas = [0.3];"],
    },
    lost: { "few-test": 1.5 },
  },
  {
    name: "λ chosen by the rows that were fitted",
    change: {
      few: [
        ["rows.filter((_, i) => i % 3 !== part), lambda", "rows.filter((_, i) => i % 3 < 3 + part), lambda"],
        ["[0.01, 0.03,", "[0.0001, 0.01, 0.03,"],
      ],
    },
    lost: { "few-test": 3 },
  },
  {
    name: "a program that is 0 with derivative 0",
    change: { fool: ["x.sub(x.relu().sub(x.neg().relu())).mul(7)", "x.mul(0)"] },
    lost: { "fool-test": 3 },
  },
  {
    name: "derivative 1 for 7",
    change: { fool: [".mul(7)", ""] },
    lost: { "fool-test": 1 },
  },
  {
    name: "not the function 0",
    change: { fool: ["x.sub(x.relu().sub(x.neg().relu())).mul(7)", "x.mul(7)"] },
    lost: { "fool-test": 3 },
  },
];
