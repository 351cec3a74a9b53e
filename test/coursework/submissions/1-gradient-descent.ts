import type { Submission } from "./submission.js";

export const submissions: Submission[] = [
  {
    name: "sum instead of mean in the gradient",
    change: { gradient: [" / x.length", ""] },
    // Its steps are too long for the fit, which diverges.
    lost: { "gradient-test": 3, "fit-test": 4 },
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
    name: "stays where it is",
    change: { step: ["value - eta * g[j]", "value"] },
    lost: { "step-test": 2, "step-pure": 1 },
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
      verdicts: ["twice: true, slower: false", "twice: false, slower: true"],
    },
    lost: { "order-test": 2, "verdicts-test": 2 },
  },
  {
    name: "verdicts guessed, and nothing measured",
    change: { verdicts: ["[0.1216, 0.81, 1.21]", "[0.5, 0.5, 2]"] },
    lost: { "verdicts-test": 6 },
  },
  {
    name: "two factors measured, verdicts right",
    change: { verdicts: ["[0.1216, 0.81, 1.21]", "[0.1216, 0.81, 1.1]"] },
    lost: { "verdicts-test": 4 },
  },
  {
    name: "all verdicts left out",
    change: {
      verdicts: [
        "linear: true, twice: true, slower: false, tight: true, stuck: false, covers: false",
        "linear: undefined, twice: undefined, slower: undefined, tight: undefined, stuck: undefined, covers: undefined",
      ],
    },
    lost: { "verdicts-test": 3 },
  },
  {
    name: "all verdicts true",
    change: {
      verdicts: [
        "linear: true, twice: true, slower: false, tight: true, stuck: false, covers: false",
        "linear: true, twice: true, slower: true, tight: true, stuck: true, covers: true",
      ],
    },
    lost: { "verdicts-test": 3 },
  },
  {
    name: "a chart read with the slope of the bound, and a bend too early",
    change: { "read-gap": ["p: 1.5, gap100: 0.0023, bend: 900", "p: 1, gap100: 0.0023, bend: 100"] },
    lost: { "read-gap-test": 2 },
  },
  {
    name: "readings that are another number at each comparison",
    change: {
      "read-gap":
        "const anew = (): any => {\n  let n = 0;\n  return { valueOf: () => (n++ % 2 ? -1e9 : 1e9) };\n};\nfunction read(): { p: number; gap100: number; bend: number } {\n  return { p: anew(), gap100: anew(), bend: anew() };\n}",
    },
    lost: { "read-gap-test": 3 },
  },
  {
    name: "a step that returns nothing, and so changes nothing",
    change: { step: ["return theta.map((value, j) => value - eta * g[j]);", "return undefined as never;"] },
    lost: { "step-test": 2, "step-pure": 1 },
  },
  {
    name: "refuses every step size",
    change: { path: ["!(eta > 0)", "eta !== undefined"] },
    lost: { "path-test": 3, "path-refuses": 1, "basin-test": 3, "fit-test": 4 },
  },
  {
    name: "the nearest minimum, however far",
    change: {
      basin: [
        "return minima.findIndex((place) => place.every((value, j) => Math.abs(end[j] - value) <= 1e-3));",
        "const far = minima.map((place) => Math.hypot(...place.map((value, j) => end[j] - value)));\n  return far.indexOf(Math.min(...far));",
      ],
    },
    lost: { "basin-test": 1 },
  },
  {
    name: "NaN is near to every minimum",
    change: {
      basin: [
        "place.every((value, j) => Math.abs(end[j] - value) <= 1e-3)",
        "!place.some((value, j) => Math.abs(end[j] - value) > 1e-3)",
      ],
    },
    lost: { "basin-test": 1 },
  },
  {
    name: "one coordinate of the minimum looked at",
    change: { basin: ["place.every((value, j)", "place.slice(0, 1).every((value, j)"] },
    lost: { "basin-test": 1 },
  },
  {
    name: "a straight line for the curve",
    change: { fit: ["const degrees = [1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20];", "const degrees = [1];"] },
    lost: { "fit-test": 4 },
  },
  {
    name: "a degree that is a little too small",
    change: { fit: ["const degrees = [1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20];", "const degrees = [4];"] },
    lost: { "fit-test": 2 },
  },
  {
    name: "the degree chosen by the samples that were fitted",
    change: {
      fit: [
        "const degrees = [1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20];\n  const errors = degrees.map((d) => errorOf(train((i) => i % 3 !== 1, d)));",
        "const degrees = [1, 3, 5, 8, 12, 20, 30];\n  const errors = degrees.map((d) => errorOf(train(() => true, d)));",
      ],
    },
    lost: { "fit-test": 4 },
  },
  {
    name: "a type error in one cell",
    change: { bound: ["return squared", 'return "" + squared'] },
    lost: { "bound-test": 2 },
  },
];
