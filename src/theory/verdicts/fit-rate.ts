/**
 * How fast gaps fall, from the gaps: a power law C k^−p is a line in log–log, a geometric law C r^k a line in
 * log–linear; both are fitted by least squares, and the one that leaves less unexplained is said to hold.
 */
import { inspect } from "#platform";
import { type Displayable, displaySymbol, type MimeBundle } from "../../display/bundle.js";
import { formatNumber } from "../../display/format-number.js";
import { lineChart } from "../../display/line-chart.js";
import { Path } from "../descent/path.js";

/** A straight line fitted to the logarithms of gaps. */
export interface FittedLine {
  /** C of the law. */
  prefactor: number;
  /** The root mean square of the residuals of log(gap). */
  residual: number;
}

/** A fitted rate of convergence. Shows itself as a sentence over the chart of gaps and fit. */
export interface RateFit extends Displayable {
  /** The law that fits better, or the one that was asked for. */
  readonly law: "power" | "geometric";
  /**
   * How many times the residual of the law that fits better the other one leaves, both weighted as the power fit is:
   * near 1 the window cannot tell them apart.
   */
  readonly evidence: number;
  /** gap ≈ C k^−exponent, with the standard error of the exponent, and the interval of three of them around it. */
  readonly power: FittedLine & {
    exponent: number;
    standardError: number;
    interval: readonly [number, number];
  };
  /** gap ≈ C ratio^k, with the standard error of the ratio, and the interval of three of them around it. */
  readonly geometric: FittedLine & {
    ratio: number;
    standardError: number;
    interval: readonly [number, number];
  };
  /** The first and the last k that were fitted. */
  readonly window: readonly [number, number];
}

/**
 * Fits gap(k) ≈ C k^−p and gap(k) ≈ C r^k to the tail of a path (A6).
 *
 * The window is by default the last three quarters of log k, that is, from k = K^(1/4) to the last step K, but
 * only as far as gaps stay above rounding (10⁻¹³ of the first where F has no formula for its gap). In a power
 * fit the points are weighted by 1/k, so that each decade counts the same.
 *
 * The standard error is least squares': it says how straight the line is. The residuals of a deterministic
 * descent are not independent noise, so it is no confidence interval of the rate at k → ∞.
 *
 * @param path what `descend` returned, or a list of gaps of length K + 1 with gap(k) at index k
 * @param options `from`, `to`: the first and last k of the window; `law`: to name the law beforehand
 * @throws RangeError if fewer than 3 positive gaps lie in the window.
 * @example
 * const gaps = Float64Array.from({ length: 101 }, (_, k) => 3 / k ** 2);
 * fitRate(gaps) // → power law: gap ≈ 3 · k^−2.0000 (± 0.0000), k = 3 … 100
 * fitRate([8, 4, 2, 1, 0.5], { from: 0 }).geometric.ratio.toFixed(6) // → '0.500000'
 */
export function fitRate(
  path: Path | ArrayLike<number>,
  { from, to, law }: { from?: number; to?: number; law?: "power" | "geometric" } = {},
): RateFit {
  const gaps = path instanceof Path ? path.gaps : path;
  const last = to ?? lastAboveRounding(path, gaps);
  const first = from ?? Math.max(1, Math.floor(last ** 0.25));
  const ks: number[] = [];
  for (let k = first; k <= last && k < gaps.length; k++) if (gaps[k]! > 0) ks.push(k);
  if (ks.length < 3) {
    throw new RangeError(
      `fitRate: at least 3 positive gaps are needed, there are ${ks.length} for k = ${first} … ${last}`,
    );
  }
  const logs = ks.map((k) => Math.log(gaps[k]!));
  const positive = ks[0]! > 0;
  const lines = {
    power: fitLine(positive ? ks.map(Math.log) : [], logs, (i) => 1 / ks[i]!),
    geometric: fitLine(ks, logs, () => 1),
    // Which law holds is asked with the same weights for both.
    rival: fitLine(ks, logs, (i) => 1 / Math.max(1, ks[i]!)),
  };
  const ratio = Math.exp(lines.geometric.slope);
  const power = {
    prefactor: Math.exp(lines.power.start),
    exponent: -lines.power.slope,
    standardError: lines.power.error,
    residual: lines.power.residual,
    interval: around(-lines.power.slope, lines.power.error),
  };
  const geometric = {
    prefactor: Math.exp(lines.geometric.start),
    ratio,
    standardError: ratio * lines.geometric.error,
    residual: lines.geometric.residual,
    interval: around(ratio, ratio * lines.geometric.error),
  };
  const better = power.residual <= lines.rival.residual ? "power" : "geometric";
  const [less, more] = [power.residual, lines.rival.residual].sort((a, b) => a - b) as [number, number];
  const evidence = Number.isNaN(power.residual) ? Number.POSITIVE_INFINITY : more / less;
  const window = [ks[0]!, ks.at(-1)!] as const;
  return shownFit({ law: law ?? better, evidence, power, geometric, window }, gaps);
}

const around = (estimate: number, error: number): readonly [number, number] => [
  estimate - 3 * error,
  estimate + 3 * error,
];

/** The last k up to which no gap has come down to what F(θ) − F* loses by rounding. */
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
  // White's standard error (variant HC3), right also for weights that are not the inverse variances.
  const error = Math.sqrt(spread) / UU;
  return { slope, start, error, residual: Math.sqrt(squares / W) };
}

function shownFit(fit: Omit<RateFit, typeof displaySymbol>, gaps: ArrayLike<number>): RateFit {
  const { law, power, geometric, window } = fit;
  const [from, to] = window;
  const formula =
    law === "power"
      ? `${formatNumber(power.prefactor)} · k^−${power.exponent.toFixed(4)} (± ${power.standardError.toFixed(4)})`
      : `${formatNumber(geometric.prefactor)} · ${geometric.ratio.toFixed(6)}^k (± ${formatNumber(geometric.standardError, 2)})`;
  const text = `${law} law: gap ≈ ${formula}, k = ${from} … ${to}`;
  const fitted = (k: number) =>
    law === "power" ? power.prefactor * k ** -power.exponent : geometric.prefactor * geometric.ratio ** k;
  const show = {
    toString: () => text,
    [inspect.custom]: () => text,
    async [displaySymbol](): Promise<MimeBundle> {
      const all = Array.from({ length: gaps.length - 1 }, (_, i) => i + 1);
      const inside = all.filter((k) => k >= from && k <= to);
      const chart = lineChart({
        title: text,
        x: { title: "k", scale: law === "power" ? "log" : "linear" },
        y: { title: "F(θ(k)) − F*", scale: "log" },
        series: [
          { name: "measured", x: all, y: all.map((k) => gaps[k]!) },
          { name: "fitted", x: inside, y: inside.map(fitted), dash: "dash" },
        ],
      });
      return { ...(await chart[displaySymbol]()), "text/plain": text };
    },
  };
  return Object.freeze({ ...fit, ...show }) as RateFit;
}
