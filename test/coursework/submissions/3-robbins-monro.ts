import type { Submission } from "./submission.js";

export const submissions: Submission[] = [
  {
    name: "schedule with the sign of a lost",
    change: { power: ["k ** -a", "k ** a"] },
    lost: { "power-test": 1, "quantile-test": 4 },
  },
  {
    name: "steps counted from 0",
    change: { iterate: ["eta(k) *", "eta(k - 1) *"] },
    // The estimate of a quantile starts with a step of infinite length then.
    lost: { "iterate-test": 3, "quantile-test": 4 },
  },
  {
    name: "α forgotten",
    change: { iterate: ["(N(path[k - 1]) - alpha)", "N(path[k - 1])"] },
    lost: { "iterate-test": 3, "quantile-test": 4 },
  },
  {
    name: "1/√k admitted",
    change: { admissible: ["a > 0.5", "a >= 0.5"] },
    lost: { "admissible-test": 2 },
  },
  {
    name: "summed from 0",
    change: { sums: ["let k = 1; k <= K", "let k = 1; k < K"] },
    lost: { "sums-test": 2 },
  },
  {
    name: "one of nine verdicts wrong",
    change: { verdicts: ['"1/(k log²(k+1))": "stops short"', '"1/(k log²(k+1))": "admissible"'] },
    lost: { "verdicts-test": 0.5 },
  },
  {
    name: "a partial sum for a limit: verdicts count for nothing",
    change: { verdicts: ["2.612", "2.55"] },
    lost: { "verdicts-test": 4 },
  },
  {
    name: "three verdicts left out",
    change: {
      verdicts: [
        '"0.1": "fluctuates", "1/√k": "fluctuates", "k^−1/4": "fluctuates",',
        '"0.1": undefined, "1/√k": undefined,',
      ],
    },
    lost: { "verdicts-test": 1 },
  },
  {
    name: "all verdicts the same",
    change: {
      verdicts: [
        ['"stops short"', '"admissible"'],
        ['"fluctuates"', '"admissible"'],
      ],
    },
    lost: { "verdicts-test": 3 },
  },
  {
    name: "a chart read as the root of the mean square",
    change: {
      "read-squares": ["slope: -1, floor: 0.053, stuck: 8.5", "slope: -0.5, floor: 0.23, stuck: 2.9"],
    },
    lost: { "read-squares-test": 3 },
  },
  {
    name: "readings that are another number at each comparison, once it was looked whether they are numbers",
    change: {
      "read-squares":
        "const anew = (): any => {\n  let n = 0;\n  return { valueOf: () => (n++ % 2 ? -1e9 : 1e9) };\n};\nlet calls = 0;\nfunction read(): { slope: number; floor: number; stuck: number } {\n  return calls++ < 3 ? { slope: 1, floor: 1, stuck: 1 } : { slope: anew(), floor: anew(), stuck: anew() };\n}",
    },
    lost: { "read-squares-test": 3 },
  },
  {
    name: "the height at which the curve of 2^−k begins",
    change: { "read-squares": ["stuck: 8.5", "stuck: 25"] },
    lost: { "read-squares-test": 1 },
  },
  {
    name: "draws not weighted by their probabilities",
    change: { estimate: ["value / (g.length * p[i])", "value + 0 * p[i]"] },
    lost: { "estimate-test": 2 },
  },
  {
    name: "weights without the number of samples, and equal probabilities",
    change: {
      estimate: [
        ["value / (g.length * p[i])", "value / p[i]"],
        ["length / total", "1 / lengths.length + 0 * total"],
      ],
    },
    // The visible test fails, and with it the whole cell.
    lost: { "estimate-test": 3 },
  },
  {
    name: "the square of the lengths for the best probabilities",
    change: {
      estimate: [
        "return lengths.map((length) => length / total);",
        "return lengths.map((length) => (length ** 2) / 26 + 0 * total);",
      ],
    },
    lost: { "estimate-test": 1 },
  },
  {
    name: "a sample's gradient with the wrong sign",
    change: { "sample-gradient": ["residual * value", "-residual * value"] },
    // It climbs.
    lost: { "sample-gradient-test": 2, "learn-test": 3 },
  },
  {
    name: "steps that fall too fast",
    change: {
      learn: [
        ["0.02 * g", "(0.1 / k) * g"],
        ["return mean;", "return theta;"],
      ],
    },
    lost: { "learn-test": 3 },
  },
  {
    name: "a constant step that is a little too long, and no mean",
    change: {
      learn: [
        ["0.02 * g", "0.04 * g"],
        ["return mean;", "return theta;"],
      ],
    },
    lost: { "learn-test": 1.5 },
  },
  {
    name: "a sum that diverges after all",
    change: { "too-short": ["0.5 / k ** 2", "0.2 / k"] },
    lost: { "too-short-test": 2 },
  },
  {
    name: "a schedule that does not fall",
    change: { "too-short": ["0.5 / k ** 2", "1e-5"] },
    lost: { "too-short-test": 2 },
  },
  {
    name: "a schedule that comes to rest",
    change: { restless: ["() => 0.3", "(k) => 0.5 / k"] },
    lost: { "restless-test": 3 },
  },
  {
    name: "means with one number too many",
    change: { "running-means": ["(i + 1)", "(i + 2)"] },
    lost: { "running-means-test": 2 },
  },
  {
    name: "a quantile from the wrong side",
    change: { quantile: ["(draw() <= theta ? 1 : 0)", "(draw() > theta ? 1 : 0)"] },
    lost: { "quantile-test": 4 },
  },
  {
    name: "two draws a step",
    change: { quantile: ["(draw() <= theta ? 1 : 0)", "((draw(), draw()) <= theta ? 1 : 0)"] },
    lost: { "quantile-test": 1 },
  },
  {
    name: "variance of a constant step without the 2",
    change: { variances: ["/ (2 - eta)", "/ (1 - eta)"] },
    lost: { "stationary-test": 2, "noise-seen": 1 },
  },
  {
    name: "limit for any c, best at 1/2",
    change: { variances: ["if (!(c > 0.5)) throw", "if (c < 0) throw"] },
    lost: { "limit-refuses": 1 },
  },
  {
    name: "a sum that is infinite, but slowly",
    change: { "too-short": ["0.5 / k ** 2", "0.1 / k"] },
    lost: { "too-short-test": 2 },
  },
  {
    name: "a sum that is infinite like log log k",
    change: { "too-short": ["0.5 / k ** 2", "0.02 / (k * Math.log(k + 2))"] },
    lost: { "too-short-test": 2 },
  },
  {
    name: "steps that are cut off",
    change: { "too-short": ["0.5 / k ** 2", "k <= 501 ? 0.1 / k : 0"] },
    lost: { "too-short-test": 2 },
  },
  {
    name: "one large step just before the end",
    change: { restless: ["() => 0.3", "(k) => (k === 4999 ? 0.9 : 1 / (k + 1))"] },
    lost: { "restless-test": 3 },
  },
];
