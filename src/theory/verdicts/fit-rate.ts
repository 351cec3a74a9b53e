/**
 * How fast gaps fall: a power law C k^−p is a line in a log–log plot, a geometric law C r^k a line in a semi-log plot.
 * Both are fitted by least squares, and the one with the smaller residual is reported.
 */
import { inspect } from "#platform";
import { formatNumber } from "../../display/format-number.js";
import { lineChart } from "../../display/line-chart.js";
import { type Finding, findingText, type Judged, judged, type Verdict } from "../../display/verdict.js";
import { optionsOf } from "../../options/options-of.js";
import { Path } from "../descent/path.js";

/** A straight line fitted to the logarithms of gaps. */
export interface FittedLine {
  /** C of the law. */
  prefactor: number;
  /** The root mean square of the residuals of log(gap). */
  residual: number;
}

/** A fitted rate of convergence. Shows itself as a sentence over the chart of gaps and fit. */
export interface RateFit extends Judged {
  /**
   * Whether the gaps follow the reported law: `no` if they level off, grow or stop being finite, or a requested law fits far worse
   * than the other; `undecided` if the window cannot distinguish the laws.
   */
  readonly verdict: Verdict;
  /** The law that fits better, or the requested one. */
  readonly law: "power" | "geometric";
  /**
   * The residual of the worse law divided by that of the better one, both weighted like the power fit: close to 1 the
   * window cannot distinguish them. At most 10¹².
   */
  readonly evidence: number;
  /**
   * gap ≈ C (k + offset)^−exponent, with the error of the exponent (see `fitRate`), and the interval of three of them around it. The
   * offset is 0, or 1 where that fits far better (or k = 0 is in the window).
   */
  readonly power: FittedLine & {
    exponent: number;
    offset: 0 | 1;
    standardError: number;
    interval: readonly [number, number];
  };
  /** gap ≈ C ratio^k, with the error of the ratio, and the interval of three of them around it. */
  readonly geometric: FittedLine & {
    ratio: number;
    standardError: number;
    interval: readonly [number, number];
  };
  /** The level of the gaps, if they level off: the median of the second half of the window (of log k). */
  readonly level: number | undefined;
  /** The first and the last k that were fitted. */
  readonly window: readonly [number, number];
}

/** One law is preferred if the residual of the other is this many times larger. */
const clear = 3;
/** An offset of 1 is used if it makes the residual this many times smaller. */
const better = 10;
/** Residuals below this are rounding. */
const rounding = 1e-12;
/** A gap below 0 by more than this fraction of the first is not rounding. */
const negative = 1e-6;

/**
 * Fits gap(k) ≈ C k^−p, or C (k + 1)^−p where that fits far better, and gap(k) ≈ C r^k to the tail of a path (A6). Gaps that
 * are constant or reach a floor follow neither: then the verdict is no, with the level at which they end; likewise for gaps
 * that grow. It is undecided if neither law has three times the residual of the other, or the slopes in the thirds of the
 * window (of log k) differ by more than a tenth and beyond their errors, as on a transient or above a floor.
 *
 * The window is by default the last three quarters of log k, that is, from k = K^(1/4) to the last step K, but
 * only while gaps stay above rounding (10⁻¹³ of the first where F has no formula for its gap). In a power
 * fit the points are weighted by 1/k, so that each decade counts the same.
 *
 * The error is that of least squares; where the points bend away from the line rather than scatter around it, as those of a
 * deterministic descent do, half the difference of the slopes of the thirds is added in quadrature. It says how well one number
 * describes the window; it is not a confidence interval of the rate at k → ∞.
 *
 * @param path the result of `descend`, or a list of gaps of length K + 1 with gap(k) at index k
 * @param options `from`, `to`: the first and last k of the window; `law`: to require one law
 * @throws RangeError if fewer than 3 positive gaps lie in the window, or a gap is below 0; TypeError for an unknown law.
 * @example
 * const gaps = Float64Array.from({ length: 101 }, (_, k) => 3 / k ** 2);
 * fitRate(gaps) // → ✓ power law: gap ≈ 3 · k^−2.0000 (± 0.0000), k = 3 … 100
 * fitRate([8, 4, 2, 1, 0.5], { from: 0 }).geometric.ratio.toFixed(6) // → '0.500000'
 */
export function fitRate(
  path: Path | ArrayLike<number>,
  options: { from?: number; to?: number; law?: "power" | "geometric" } = {},
): RateFit {
  const { from, to, law } = optionsOf("fitRate", options, ["from", "to", "law"]);
  const gaps = path instanceof Path ? path.gaps : path;
  if (law !== undefined && law !== "power" && law !== "geometric") {
    throw new TypeError(`fitRate: law must be "power" or "geometric", got ${inspect(law)}`);
  }
  for (const [name, k] of Object.entries({ from, to })) {
    if (k === undefined || (Number.isInteger(k) && k >= 0)) continue;
    throw new RangeError(`fitRate: ${name} must be a whole number ≥ 0, got ${inspect(k)}`);
  }
  if (from !== undefined && to !== undefined && from > to) {
    throw new RangeError(`fitRate: from must be at most to, got from ${from} and to ${to}`);
  }
  const broken = brokenAt(gaps, from ?? 1, to ?? gaps.length - 1);
  const last = broken === undefined ? (to ?? lastAboveRounding(path, gaps)) : broken - 1;
  const first = from ?? Math.max(1, Math.floor(Math.max(0, last) ** 0.25));
  const ks: number[] = [];
  for (let k = first; k <= last && k < gaps.length; k++) {
    if (gaps[k]! > 0) ks.push(k);
  }
  if (ks.length < 3) {
    throw new RangeError(
      `fitRate: at least 3 positive, finite gaps are needed, there are ${ks.length} from k = ${first} on${broken === undefined ? `, of ${gaps.length} values in all` : `, and gap(${broken}) is ${gaps[broken]}`}`,
    );
  }
  const logs = ks.map((k) => Math.log(gaps[k]!));
  const weight = (i: number) => 1 / Math.max(1, ks[i]!);
  const powerOf = (offset: 0 | 1) => (k: number) => Math.log(k + offset);
  const line = (offset: 0 | 1) => ({ offset, ...fitLine(ks.map(powerOf(offset)), logs, weight) });
  const shifted = line(1);
  const plain = ks[0] === 0 ? undefined : line(0);
  const offset =
    !plain || better * (shifted.residual + rounding) < plain.residual + rounding ? shifted : plain;
  const geometricLine = fitLine(ks, logs, () => 1);
  // The laws are compared with the same weights.
  const rival = fitLine(ks, logs, weight);
  const ratio = Math.exp(geometricLine.slope);
  const [powerDrift, geometricDrift] = [
    driftOf(ks, logs, powerOf(offset.offset)),
    driftOf(ks, logs, (k) => k),
  ];
  const powerError = Math.hypot(offset.error, powerDrift.error);
  const geometricError = Math.hypot(geometricLine.error, geometricDrift.error);
  const power = {
    prefactor: Math.exp(offset.start),
    exponent: -offset.slope,
    offset: offset.offset,
    standardError: powerError,
    residual: offset.residual,
    interval: around(-offset.slope, powerError),
  };
  const geometric = {
    prefactor: Math.exp(geometricLine.start),
    ratio,
    standardError: ratio * geometricError,
    residual: geometricLine.residual,
    interval: around(ratio, ratio * geometricError),
  };
  const found = power.residual <= rival.residual ? "power" : "geometric";
  const [less, more] = [power.residual, rival.residual].sort((a, b) => a - b) as [number, number];
  const evidence = (more + rounding) / (less + rounding);
  const window = [ks[0]!, ks.at(-1)!] as const;
  const level = levelOf(ks, logs);
  const chosen = law ?? found;
  const { bend } = chosen === "power" ? powerDrift : geometricDrift;
  const growth = chosen === "power" ? -power.exponent : geometricLine.slope;
  // By the least-squares slope alone: growth that bends is still growth.
  const grows = growth > 3 * (chosen === "power" ? offset.error : geometricLine.error) + rounding;
  const verdict: Verdict =
    broken !== undefined || level !== undefined || grows || (chosen !== found && evidence >= clear)
      ? "no"
      : evidence >= clear && !bend
        ? "yes"
        : "undecided";
  const fit = { law: chosen, evidence, power, geometric, level, window };
  const remark =
    broken !== undefined
      ? `, but gap(${broken}) is not finite`
      : grows
        ? ", so it grows"
        : evidence < clear
          ? `, not clearly better than the ${chosen === "power" ? "geometric" : "power"} law (which leaves ${formatNumber(evidence, 2)} times as much)`
          : chosen !== found
            ? `, but the ${found} law leaves ${formatNumber(evidence, 2)} times less`
            : bend
              ? `, but ${changeOf(chosen, bend)} within it`
              : "";
  return shownFit(fit, verdict, gaps, remark, bend ? "a later window" : "a longer window");
}

/** The first k of the window at which the gap is not finite; throws if a gap is below 0 beyond rounding: F* is wrong. */
function brokenAt(gaps: ArrayLike<number>, from: number, to: number): number | undefined {
  for (let k = from; k <= to && k < gaps.length; k++) {
    const gap = gaps[k]!;
    if (!Number.isFinite(gap)) return k;
    if (gap >= -negative * Math.abs(gaps[from]!)) continue;
    throw new RangeError(`fitRate: gaps must be ≥ 0; is F* the minimum? gap(${k}) is ${inspect(gap)}`);
  }
  return undefined;
}

/**
 * The level of the gaps, if they level off: in the last half or quarter of the window (of log k) their power of k is, within its
 * error, less than a tenth of that before, or not a decay at all. For a power law it is equal to that before, for a geometric
 * law it is larger.
 */
function levelOf(ks: readonly number[], logs: readonly number[]): number | undefined {
  if (logs.every((one) => Math.abs(one - logs[0]!) <= rounding)) return Math.exp(logs[0]!);
  for (const share of [0.5, 0.75]) {
    const [first, second] = parts(ks, logs, [share], (k) => Math.log(k + 1)) ?? [];
    if (!first || !second) continue;
    const fall = Math.max(0, -first.slope);
    const noise = 3 * second.error;
    const flat = -second.slope - noise <= 0.1 * fall && -second.slope <= 0.25 * fall;
    // Growing gaps do not level off.
    if (!flat || second.slope > noise + 0.1 * Math.abs(first.slope) + rounding) continue;
    const sorted = logs.slice(second.from).sort((a, b) => a - b);
    return Math.exp(sorted[Math.floor(sorted.length / 2)]!);
  }
  return undefined;
}

/** Lines through the parts of the window, cut at fractions of log k, with the index of their first points; undefined if one has fewer than 4. */
function parts(
  ks: readonly number[],
  logs: readonly number[],
  shares: readonly number[],
  of: (k: number) => number,
) {
  const at = (k: number) => Math.log(k + 1);
  const [first, last] = [at(ks[0]!), at(ks.at(-1)!)];
  const cuts = shares.map((share) => ks.findIndex((k) => at(k) > first + share * (last - first)));
  const ends = [...cuts, ks.length];
  const lines = [0, ...cuts].map((from, i) => {
    const part = ks.slice(from, ends[i]);
    return {
      from,
      points: part.length,
      ...fitLine(part.map(of), logs.slice(from, ends[i]), (n) => 1 / (part[n]! + 1)),
    };
  });
  return lines.every(({ points }) => points >= 4) ? lines : undefined;
}

/** How the slope changes within the window. */
interface Drift {
  /** Its contribution to the error of the slope. */
  readonly error: number;
  /** The two slopes that differ most, in order, if no law of this kind fits the whole window. */
  readonly bend: readonly [number, number] | undefined;
}

/** The drift between the thirds of the window, or its halves if it is short. */
function driftOf(ks: readonly number[], logs: readonly number[], of: (k: number) => number): Drift {
  const lines = parts(ks, logs, [1 / 3, 2 / 3], of) ?? parts(ks, logs, [1 / 2], of) ?? [];
  if (lines.length === 0) return { error: 0, bend: undefined };
  const sorted = lines.toSorted((a, b) => a.slope - b.slope);
  const [least, most] = [sorted[0]!, sorted.at(-1)!];
  const off = most.slope - least.slope;
  const smooth = isSmooth(ks, logs, of);
  const large = off > 0.1 * Math.max(Math.abs(least.slope), Math.abs(most.slope));
  const clearly = smooth || off > 4 * Math.hypot(least.error, most.error); // of three pairs the widest
  const [one, other] = least.from < most.from ? [least, most] : [most, least];
  return { error: smooth ? off / 2 : 0, bend: large && clearly ? [one.slope, other.slope] : undefined };
}

/**
 * Whether the points bend away from the line rather than scatter around it, which its errors do not cover: the residuals change
 * sign less often, by three standard deviations, than those of n independent points, which do so about n/2 times.
 */
function isSmooth(ks: readonly number[], logs: readonly number[], of: (k: number) => number): boolean {
  const u = ks.map(of);
  const { start, slope, residual } = fitLine(u, logs, (i) => 1 / (ks[i]! + 1));
  if (residual <= rounding) return false;
  const above = u.map((x, i) => logs[i]! > start + slope * x);
  const changes = above.filter((one, i) => i > 0 && one !== above[i - 1]).length;
  return changes < (ks.length - 1) / 2 - 1.5 * Math.sqrt(ks.length - 1);
}

const around = (estimate: number, error: number): readonly [number, number] => [
  estimate - 3 * error,
  estimate + 3 * error,
];

/** The last k up to which all gaps are above the rounding of F(θ) − F*. */
function lastAboveRounding(path: Path | ArrayLike<number>, gaps: ArrayLike<number>): number {
  const exact = path instanceof Path && path.objective.gap !== undefined;
  const floor = exact ? 0 : 1e-13 * (gaps.length > 0 && Number.isFinite(gaps[0]) ? gaps[0]! : 0);
  let last = gaps.length - 1;
  for (let k = 1; k < gaps.length; k++) {
    if (!(gaps[k]! > floor)) {
      last = k - 1;
      break;
    }
  }
  return last;
}

/** log gap ≈ start + slope · u by weighted least squares. */
function fitLine(u: readonly number[], v: readonly number[], weight: (i: number) => number) {
  let [W, U, V, UU, UV] = [0, 0, 0, 0, 0];
  for (let i = 0; i < u.length; i++) {
    const w = weight(i);
    W += w;
    U += w * u[i]!;
    V += w * v[i]!;
  }
  U /= W;
  V /= W;
  for (let i = 0; i < u.length; i++) {
    UU += weight(i) * (u[i]! - U) ** 2;
    UV += weight(i) * (u[i]! - U) * (v[i]! - V);
  }
  const slope = UV / UU;
  const start = V - slope * U;
  let squares = 0;
  let spread = 0;
  for (let i = 0; i < u.length; i++) {
    const w = weight(i);
    const miss = v[i]! - start - slope * u[i]!;
    squares += w * miss * miss;
    // A point that pulls the line towards itself hides its own residual.
    const leverage = w / W + (w * (u[i]! - U) ** 2) / UU;
    spread += (w * (u[i]! - U) * (miss / (1 - Math.min(leverage, 0.99)))) ** 2;
  }
  // White's standard error (variant HC3), valid even if weights are not the inverse variances.
  const error = Math.sqrt(spread) / UU;
  return { slope, start, error, residual: Math.sqrt(squares / W) };
}

/** A number with a typographic minus sign, for exponents. */
const signed = (value: number, digits: number) => value.toFixed(digits).replace("-", "−");

const changeOf = (law: RateFit["law"], [first, second]: readonly [number, number]) =>
  law === "power"
    ? `the exponent changes from ${signed(-first, 3)} to ${signed(-second, 3)}`
    : `the ratio changes from ${Math.exp(first).toFixed(4)} to ${Math.exp(second).toFixed(4)}`;

function shownFit(
  fit: Omit<RateFit, keyof Judged>,
  verdict: Verdict,
  gaps: ArrayLike<number>,
  remark: string,
  wouldDecide: string,
): RateFit {
  const { law, power, geometric, window, level } = fit;
  const [from, to] = window;
  const base = power.offset === 0 ? "k" : "(k + 1)";
  const formula =
    law === "power"
      ? `${formatNumber(power.prefactor)} · ${base}^${signed(-power.exponent, 4)} (± ${power.standardError.toFixed(4)})`
      : `${formatNumber(geometric.prefactor)} · ${geometric.ratio.toFixed(6)}^k (± ${formatNumber(geometric.standardError, 2)})`;
  const where = `k = ${from} … ${to}`;
  const text =
    level !== undefined
      ? `levels off at ${formatNumber(level)}, ${where}: no law of decay`
      : `${law} law: gap ≈ ${formula}, ${where}${remark}`;
  const finding: Finding = { verdict, text, wouldDecide };
  const title = findingText(finding);
  const fitted = (k: number) =>
    law === "power"
      ? power.prefactor * (k + power.offset) ** -power.exponent
      : geometric.prefactor * geometric.ratio ** k;
  const chart = () => {
    const all = Array.from({ length: gaps.length - 1 }, (_, i) => i + 1);
    const inside = all.filter((k) => k >= from && k <= to);
    return lineChart({
      title,
      x: { title: "k", scale: law === "power" ? "log" : "linear" },
      y: { title: "F(θ(k)) − F*", scale: "log" },
      series: [
        { name: "measured", x: all, y: all.map((k) => gaps[k]!) },
        { name: "fitted", x: inside, y: inside.map(fitted), dash: "dash" },
      ],
    });
  };
  return judged({ ...fit }, { findings: [finding], verdict, chart });
}
