/**
 * Whether the mean of random draws is a given number, with a false alarm valid for every distribution with known tails: a
 * bound on the draws (Bernstein) or on their kurtosis (Catoni). Without either no such test exists: a sample cannot show
 * a mean dominated by rare draws.
 */
import { formatNumber } from "../../display/format-number.js";
import type { Verdict } from "../../display/verdict.js";

/** Known facts about the tails of draws. */
export interface Tails {
  /** A bound on |X|, if there is one. */
  bound?: number | undefined;
  /** A bound on the kurtosis E(X − μ)⁴/σ⁴, if there is one: 1.8 for a uniform, 3 for a normal distribution. */
  kurtosis?: number | undefined;
  /** Whether the draws are deterministic: all equal, and made without a random number. */
  certain?: boolean | undefined;
}

/** The result of a test of a mean. */
export interface MeanTest {
  /** `no`: the mean is not m₀. `yes`: it is within `detects` of it. */
  readonly verdict: Verdict;
  /** The mean of the draws minus m₀. */
  readonly off: number;
  /** Its estimated standard error. */
  readonly standardError: number;
  /** The number of draws. */
  readonly count: number;
  /** Whether the draws are deterministic: `detects` is then the rounding. */
  readonly exact: boolean;
  /** The smallest deviation that is detected with probability 0.99; ∞ if none is. */
  readonly detects: number;
  /** For unknown tails: the kurtosis up to which the mean cannot be m₀; 0 if it can with any, or the tails are known. */
  readonly refutedUpTo: number;
  /** If `undecided`, why. */
  readonly reason: string | undefined;
  /** If `undecided`, what would decide it. */
  readonly wouldDecide: string | undefined;
}

/** The probability of missing a deviation of `detects`. */
const miss = 0.01;

/**
 * Tests E X = m₀ with draws of X, at the level `alarm`.
 *
 * With |X| ≤ b the empirical Bernstein inequality holds (Maurer, Pontil 2009): with probability 1 − α
 *
 *     |X̄ − μ| ≤ √(2 V ln(4/α)/n) + 14 b ln(4/α)/(3 (n − 1)).
 *
 * With a kurtosis of at most K, under μ = m₀ two things hold. Squares Y = (X − m₀)² have E Y² ≤ K σ⁴, and because they are positive
 * their mean is rarely too small: σ² ≤ v = Ȳ/(1 − √(2 K ln(2/α)/n)). And Catoni's ψ(x) = ±log(1 + |x| + x²/2) dampens
 * the tails: E e^ψ(a(X − m₀)) ≤ e^(a²σ²/2), so that with probability 1 − α/2
 *
 *     |Σ ψ(a (Xᵢ − m₀))| ≤ n a² v/2 + ln(4/α)
 *
 * for any a that does not depend on these draws: here from the first quarter of them.
 *
 * @param draws independent draws of X, of length n
 * @param m0 m₀
 * @param alarm α
 * @param tails known facts about X
 * @param least the rounding that all draws have
 */
export function testMean(draws: Float64Array, m0: number, alarm: number, tails: Tails, least = 0): MeanTest {
  const n = draws.length;
  const { mean, variance } = summary(draws);
  const off = mean - m0;
  const standardError = Math.sqrt(variance / n);
  const known = { off, standardError, count: n, exact: tails.certain === true, refutedUpTo: 0 };
  // The rounding of the draws themselves is not a bias.
  const rounding = Math.max(least, 1e-12 * (1 + Math.abs(m0)) + 4 * Number.EPSILON * Math.abs(mean));
  if (tails.certain) {
    const verdict = Math.abs(off) <= rounding ? "yes" : "no";
    return { ...known, verdict, detects: rounding, reason: undefined, wouldDecide: undefined };
  }
  const tests = [
    ...(tails.bound === undefined ? [] : [bernstein(draws, m0, alarm, tails.bound, rounding)]),
    ...(tails.kurtosis === undefined ? [] : [catoni(draws, m0, alarm, tails.kurtosis, rounding)]),
  ];
  if (tests.length === 0) {
    const enough = largestKurtosis(draws, m0, alarm, rounding);
    const leaning =
      enough > 1
        ? `off by ${formatNumber(Math.abs(off))}, too much for any draws of a kurtosis below ${formatNumber(enough, 2)}, but nothing is known of the tails`
        : "within chance, but nothing is known of the tails: draws too rare to be seen may carry the mean";
    return {
      ...known,
      verdict: "undecided",
      detects: Number.POSITIVE_INFINITY,
      refutedUpTo: enough > 1 ? enough : 0,
      reason: leaning,
      wouldDecide:
        "give a bound on the draws or on their kurtosis (normal 3, uniform 1.8), such as { kurtosis: 10 }",
    };
  }
  const best = tests.reduce((a, b) =>
    b.verdict === "no" || (a.verdict !== "no" && b.detects < a.detects) ? b : a,
  );
  return { ...known, ...best };
}

type Tested = Pick<MeanTest, "verdict" | "detects" | "reason" | "wouldDecide">;

const decided = (verdict: Verdict, detects: number): Tested => ({
  verdict,
  detects,
  reason: undefined,
  wouldDecide: undefined,
});

function bernstein(draws: Float64Array, m0: number, alarm: number, bound: number, rounding: number): Tested {
  const n = draws.length;
  const { mean, variance } = summary(draws);
  const width = (log: number) => Math.sqrt((2 * variance * log) / n) + (14 * bound * log) / (3 * (n - 1));
  const allowed = width(Math.log(4 / alarm)) + rounding;
  const detects = allowed + width(Math.log(2 / miss));
  if (draws.some((x) => Math.abs(x) > bound * (1 + 1e-12))) {
    return {
      ...decided("undecided", Number.POSITIVE_INFINITY),
      reason: `a draw is beyond the bound ${formatNumber(bound)}`,
      wouldDecide: "a bound that holds",
    };
  }
  return decided(Math.abs(mean - m0) > allowed ? "no" : "yes", detects);
}

/** ψ of Catoni: x for small x, logarithmic for large ones. */
const psi = (x: number) => (x >= 0 ? Math.log1p(x + (x * x) / 2) : -Math.log1p(-x + (x * x) / 2));

/** The statistics of Catoni's test: the sum of ψ, the scale a and the number of draws in it, and the mean square. */
function catoniSums(draws: Float64Array, m0: number, alarm: number, rounding: number) {
  const n = draws.length;
  const pilot = Math.floor(n / 4);
  let [square, first] = [0, 0];
  for (let i = 0; i < n; i++) {
    const off = draws[i]! - m0;
    // Deviations by rounding alone count as none.
    const one = Math.abs(off) <= rounding ? 0 : off * off;
    square += one / n;
    if (i < pilot) first += one / pilot;
  }
  const rest = n - pilot;
  const scale = first > 0 ? first : square;
  const a = scale > 0 ? Math.sqrt((2 * Math.log(4 / alarm)) / (rest * scale)) : 0;
  let sum = 0;
  for (let i = pilot; i < n; i++) sum += psi(a * (draws[i]! - m0));
  return { sum, a, rest, square };
}

function catoni(draws: Float64Array, m0: number, alarm: number, kurtosis: number, rounding: number): Tested {
  const n = draws.length;
  const log = Math.log(4 / alarm);
  const spread = Math.sqrt((2 * kurtosis * Math.log(2 / alarm)) / n);
  if (spread > 0.8) {
    const least = Math.ceil((2 * kurtosis * Math.log(2 / alarm)) / 0.64);
    return {
      ...decided("undecided", Number.POSITIVE_INFINITY),
      reason: `${formatNumber(n)} draws are too few for a kurtosis of up to ${formatNumber(kurtosis)}`,
      wouldDecide: `take at least ${formatNumber(least)} draws`,
    };
  }
  const { variance, fourth } = summary(draws);
  const sample = variance > 0 ? fourth / variance ** 2 : 1;
  if (sample > 2 * kurtosis) {
    return {
      ...decided("undecided", Number.POSITIVE_INFINITY),
      reason: `the draws have a kurtosis of ${formatNumber(sample, 2)}, more than the ${formatNumber(kurtosis)} given`,
      wouldDecide: "a larger kurtosis, with more draws",
    };
  }
  const { sum, a, rest, square } = catoniSums(draws, m0, alarm, rounding);
  const v = square / (1 - spread);
  // Under a mean of m₀ + d: Σψ ≥ n a d − n a² (σ² + d²)/2 − ln(2/miss) with probability 1 − miss/2; and with the same
  // probability the variance of the draws bounds σ², because it is rarely too small.
  const c = (log * (2 + 1 / (1 - spread)) + Math.log(2 / miss)) / Math.sqrt(2 * rest * log);
  const short = Math.sqrt((2 * kurtosis * Math.log(2 / miss)) / n);
  const detects =
    c < 1 && short < 0.8
      ? (Math.sqrt(variance / (1 - short)) * c) / Math.sqrt(1 - c * c) + rounding
      : Number.POSITIVE_INFINITY;
  return decided(Math.abs(sum) > (rest * a * a * v) / 2 + log ? "no" : "yes", detects);
}

/** The largest kurtosis for which Catoni's test rejects; 0 if there is none. */
function largestKurtosis(draws: Float64Array, m0: number, alarm: number, rounding: number): number {
  const { sum, a, rest, square } = catoniSums(draws, m0, alarm, rounding);
  if (square === 0) return 0;
  const v = ((Math.abs(sum) - Math.log(4 / alarm)) * 2) / (rest * a * a);
  const spread = 1 - square / v;
  return v > square && spread > 0
    ? (Math.min(spread, 0.8) ** 2 * draws.length) / (2 * Math.log(2 / alarm))
    : 0;
}

/** Mean, variance (divisor n − 1) and fourth central moment. */
function summary(draws: Float64Array): { mean: number; variance: number; fourth: number } {
  const n = draws.length;
  let mean = 0;
  for (let i = 0; i < n; i++) mean += (draws[i]! - mean) / (i + 1);
  let [squares, fourth] = [0, 0];
  for (let i = 0; i < n; i++) {
    const square = (draws[i]! - mean) ** 2;
    squares += square;
    fourth += (square * square) / n;
  }
  return { mean, variance: squares / (n - 1), fourth };
}
