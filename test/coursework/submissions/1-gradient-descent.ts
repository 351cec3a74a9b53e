import type { Submission } from "./submission.js";

export const submissions: Submission[] = [
  {
    name: "sum instead of mean in the gradient",
    change: { gradient: [" / x.length", ""] },
    lost: { "gradient-test": 3 },
  },
  {
    name: "half forgotten in the loss",
    change: { loss: ["(2 * x.length)", "x.length"] },
    lost: { "loss-test": 2 },
  },
  {
    name: "for two parameters only",
    change: {
      loss: [
        "row.reduce((dot, value, j) => dot + value * theta[j], 0)",
        "(row[0] * theta[0] + row[1] * theta[1])",
      ],
    },
    lost: { "loss-test": 2 },
  },
  {
    name: "uphill",
    change: { step: ["value - eta", "value + eta"] },
    lost: { "step-test": 2 },
  },
  {
    name: "in place",
    change: {
      step: [
        "return theta.map((value, j) => value - eta * g[j]);",
        "theta.forEach((value, j) => { theta[j] = value - eta * g[j]; });\n  return theta;",
      ],
    },
    lost: { "step-pure": 1 },
  },
  {
    name: "one step too few",
    change: { path: ["k < steps", "k < steps - 1"] },
    lost: { "path-test": 3 },
  },
  {
    name: "refuses negative steps only",
    change: { path: ["!(eta > 0)", "eta < 0"] },
    lost: { "path-refuses": 1 },
  },
  {
    name: "refuses with another error",
    change: { path: ["new RangeError", "new Error"] },
    lost: { "path-refuses": 1 },
  },
  {
    name: "hessian without the mean",
    change: { lipschitz: ["/ x.length", ""] },
    lost: { "hessian-test": 2, "lipschitz-test": 2 },
  },
  {
    name: "largest diagonal entry for L",
    change: { lipschitz: ["(a + c) / 2 + Math.sqrt(((a - c) / 2) ** 2 + b ** 2)", "Math.max(a, c) + 0 * b"] },
    lost: { "lipschitz-test": 2 },
  },
  {
    name: "distance not squared",
    change: { bound: ["return squared", "return Math.sqrt(squared)"] },
    lost: { "bound-test": 2 },
  },
  {
    name: "rounded down",
    change: { "steps-to": ["Math.ceil", "Math.floor"] },
    lost: { "steps-to-test": 2 },
  },
  {
    name: "asks for a bound at k = 0, and does not allow for rounding",
    change: {
      "first-broken": [
        "k >= 1 && gap > (squared / (2 * eta * k)) * (1 + 1e-9)",
        "gap > squared / (2 * eta * k)",
      ],
    },
    lost: { "first-broken-test": 3 },
  },
  {
    name: "order with its sign lost, two verdicts wrong",
    change: {
      order: ["return -Math", "return Math"],
      verdicts: ["twice: true, diverges: true", "twice: false, diverges: false"],
    },
    lost: { "order-test": 2, "verdicts-test": 2 },
  },
  {
    name: "verdicts guessed, and nothing measured",
    change: { verdicts: ["[0.1216, 0.81, 1.21]", "[0.5, 0.5, 2]"] },
    lost: { "verdicts-test": 5 },
  },
  {
    name: "two factors measured, verdicts right",
    change: { verdicts: ["[0.1216, 0.81, 1.21]", "[0.1216, 0.81, 1.1]"] },
    lost: { "verdicts-test": 3.34 },
  },
  {
    name: "all verdicts left out",
    change: {
      verdicts: [
        "linear: true, twice: true, diverges: true, tight: true, stuck: false",
        "linear: undefined, twice: undefined, diverges: undefined, tight: undefined, stuck: undefined",
      ],
    },
    lost: { "verdicts-test": 2.5 },
  },
  {
    name: "a type error in one cell",
    change: { bound: ["return squared", 'return "" + squared'] },
    lost: { "bound-test": 2 },
  },
];
