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
    name: "one of sixteen verdicts wrong",
    change: {
      verdicts: ['"1/(k log(k+1))": [true, true]', '"1/(k log(k+1))": [false, true]'],
      "too-short": ["0.5 / k ** 2", "0.5 / k ** 2"],
    },
    lost: { "verdicts-test": 0.25 },
  },
  {
    name: "a partial sum for a limit: verdicts count for nothing",
    change: { verdicts: ["2.612", "2.55"] },
    lost: { "verdicts-test": 2.67 },
  },
  {
    name: "two verdicts left out",
    change: { verdicts: ['"1/(k log(k+1))": [true, true]', '"1/(k log(k+1))": [undefined, undefined]'] },
    lost: { "verdicts-test": 0.25 },
  },
  {
    name: "a sum that diverges after all",
    change: { "too-short": ["0.5 / k ** 2", "0.2 / k"] },
    lost: { "too-short-test": 3 },
  },
  {
    name: "a schedule that does not fall",
    change: { "too-short": ["0.5 / k ** 2", "1e-5"] },
    lost: { "too-short-test": 3 },
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
    change: { quantile: ["(draw() <= theta ? 1 : 0), p", "(draw() > theta ? 1 : 0), p"] },
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
];
