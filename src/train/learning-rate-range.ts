/**
 * The learning-rate range test: a short training in which the step size grows from step to step, to find the range in which
 * the loss falls, and where it diverges.
 */
import { inspect } from "#platform";
import type { Dataset } from "../data/index.js";
import { formatNumber } from "../display/format-number.js";
import { printing } from "../display/host.js";
import {
  type Displayable,
  displaySymbol,
  type Figure,
  lineChart,
  type MimeBundle,
} from "../display/index.js";
import { orderOf } from "../engine/order.js";
import type { Loss, Sequential } from "../nn/index.js";
import { type Rule, type Schedule, sgd } from "../optim/index.js";
import { checkPositive, checkWhole } from "../options/check.js";
import { optionsOf } from "../options/options-of.js";
import { checkData, checkNetwork, checkRule } from "./check-fits.js";
import type { Run } from "./run.js";
import { lastRun, train } from "./train.js";

/** The step sizes, rule and batch size of the test. */
export interface LearningRateRangeOptions {
  /** The rule with a given schedule; `(eta) => sgd({ eta })`. */
  rule?: (eta: Schedule) => Rule;
  /** The loss; as for `train`. */
  loss?: Loss;
  /** The first step size; 1e-5. */
  from?: number;
  /** The last; 10. */
  to?: number;
  /** How many steps; 100. */
  steps?: number;
  /** Samples in each step; 128, or all if there are fewer. */
  batchSize?: number;
  /** The seed of the order of the samples; 0. */
  seed?: number;
  /** Stops the test, with the result so far. */
  signal?: AbortSignal;
}

/** The result of the test. Shows itself as the loss against the step size. */
export interface LearningRateRange extends Displayable {
  /** The step size of each step taken. */
  readonly eta: Float64Array;
  /** The loss of each step's batch, before the step. */
  readonly loss: Float64Array;
  /** The same, smoothed. */
  readonly smoothed: Float64Array;
  /** The step size with the lowest smoothed loss; NaN if it never falls below the first. */
  readonly atMinimum: number;
  /** The step size at which it falls fastest, as a function of log η; NaN if it does not fall. */
  readonly steepest: number;
  /** A tenth of `atMinimum`, Smith's and Gugger's rule of thumb for a constant step size; NaN if the loss does not fall. */
  readonly suggestion: number;
  /** The step size at which the loss reached four times its minimum or was not finite; undefined if neither occurred. */
  readonly diverges: number | undefined;
  /** The chart, with another title. */
  chart(options?: { title?: string }): Figure;
  /** The step sizes in words. */
  toString(): string;
}

/** The decay of the exponential moving average of the losses. */
const kept = 0.9;

/** This many times the lowest loss counts as divergence. */
const farAbove = 4;

/**
 * Takes `steps` steps on a copy of the network with step sizes that grow from `from` to `to`,
 *
 *     η(k) = from · (to/from)^((k − 1)/(steps − 1)),
 *
 * and records the loss of each batch before its step, and its exponential moving average (decay 0.9, divided by 1 − 0.9^k). The
 * test ends when the loss is no longer finite; the network is not changed.
 *
 * @param model the network
 * @param data the training data
 * @param options see {@link LearningRateRangeOptions}
 * @throws RangeError unless 0 < from < to and steps ≥ 10; Error if `signal` aborts before the first step; as `train` if the
 *   first loss is not finite, or data, network and options do not fit.
 * @example
 * const data = twoMoons({ size: 200, noise: 0.1, seed: 1 });
 * const net = sequential([dense(2, 16), relu(), dense(16, 2)], { seed: 1 });
 * const range = await learningRateRange(net, data, { batchSize: 32 });
 * [range.steepest < range.atMinimum, range.eta.length] // → [ true, 100 ]
 * @see L. Smith, Cyclical learning rates for training neural networks, WACV 2017, section 3.3; S. Gugger, How do you find a good
 *   learning rate, 2018.
 */
export async function learningRateRange(
  model: Sequential,
  data: Dataset,
  options: LearningRateRangeOptions = {},
): Promise<LearningRateRange> {
  optionsOf("learningRateRange", options, [
    "rule",
    "loss",
    "from",
    "to",
    "steps",
    "batchSize",
    "seed",
    "signal",
  ]);
  checkNetwork("learningRateRange", model);
  checkData("learningRateRange", data);
  const {
    rule = (eta: Schedule) => sgd({ eta }),
    loss,
    from = 1e-5,
    to = 10,
    steps = 100,
    seed = 0,
    signal,
  } = options;
  const { batchSize = Math.min(128, data.size) } = options;
  checkPositive("learningRateRange", { from, to });
  checkWhole("learningRateRange", { steps }, 10);
  checkWhole("learningRateRange", { batchSize }, 1, data.size, "the number of samples");
  if (!(from < to)) {
    throw new RangeError(
      `learningRateRange: from must be below to, such as 1e-5 and 10; got from ${from} and to ${to}`,
    );
  }
  if (typeof rule !== "function") {
    throw new TypeError(
      `learningRateRange: rule must be a function of the schedule such as (eta) => adam({ eta }), got ${inspect(rule, { depth: 0 })}`,
    );
  }
  // Not from · (to/from)^s, whose quotient may overflow.
  const etaAt = (k: number) => from ** ((steps - k) / (steps - 1)) * to ** ((k - 1) / (steps - 1));
  const made = rule((k) => etaAt(Math.min(k, steps)));
  checkRule("learningRateRange", made);
  let record: Pick<Run, "loss" | "stopped">;
  let staysFinite = true;
  const started = lastRun();
  try {
    record = await train(model.copy(), inOrder(data, steps * batchSize, seed), {
      rule: made,
      ...(loss && { loss }),
      batchSize,
      shuffle: "never",
      seed,
      live: false,
      ...(signal && { signal }),
      name: "learning-rate range",
    });
  } catch (error) {
    // The test is meant to run until the loss is no longer finite.
    const run = lastRun();
    if (run === started || run?.loss.length === 0 || !run?.stopped?.includes("no longer finite")) throw error;
    record = run;
    staysFinite = false;
  }
  if (record.loss.length === 0) {
    throw new Error(`learningRateRange: no step was taken, so there is nothing to show: ${record.stopped}`);
  }
  return rangeOf(record.loss.slice(), etaAt, staysFinite);
}

/** The first `count` samples of successive epochs, in the order of a training. */
function inOrder(data: Dataset, count: number, seed: number): Dataset {
  const indices = new Uint32Array(count);
  const order = new Uint32Array(data.size);
  for (let start = 0, epoch = 1; start < count; start += data.size, epoch++) {
    orderOf(epoch, { seed, shuffle: "each epoch", size: data.size }, order);
    indices.set(order.subarray(0, Math.min(data.size, count - start)), start);
  }
  return data.select(indices);
}

/** Differences below this fraction of the loss are float32 rounding. */
const rounding = 1e-6;

function rangeOf(loss: Float64Array, etaAt: (k: number) => number, staysFinite: boolean): LearningRateRange {
  const eta = Float64Array.from(loss, (_, i) => etaAt(i + 1));
  let mean = 0;
  const smoothed = loss.map((value, i) => {
    mean = kept * mean + (1 - kept) * value;
    return mean / (1 - kept ** (i + 1));
  });
  const least = smoothed.reduce((best, value, i) => (value < smoothed[best]! ? i : best), 0);
  const falls = smoothed[least]! < smoothed[0]! - rounding * Math.abs(smoothed[0]!);
  let steepest: number | undefined;
  // Up to its minimum, over the time constant of the moving average.
  const reach = Math.max(1, Math.round(loss.length / 20));
  let slope = 0;
  for (let i = reach; falls && i + reach < loss.length && i <= least; i++) {
    const change = smoothed[i + reach]! - smoothed[i - reach]!;
    if (change < slope) [slope, steepest] = [change, i];
  }
  const away = smoothed.findIndex((value, i) => i > least && value > farAbove * smoothed[least]!);
  const diverges = away >= 0 ? eta[away] : staysFinite ? undefined : etaAt(loss.length + 1);
  const atMinimum = falls ? eta[least]! : Number.NaN;
  const atSteepest = steepest === undefined ? Number.NaN : eta[steepest]!;
  const number = (value: number) => formatNumber(Number(value.toPrecision(2)));
  const end = diverges === undefined ? "" : `, four times that or more from η = ${number(diverges)} on`;
  const fastest = steepest === undefined ? "" : ` falls fastest at η = ${number(atSteepest)},`;
  const text = falls
    ? `loss${fastest} is least at η = ${number(atMinimum)}${end}; a constant step size to try: ${number(atMinimum / 10)}`
    : `loss does not fall from η = ${number(eta[0]!)} on${diverges === undefined ? "; check the network, or raise the option `to`" : "; lower the option `from`"}`;
  const chart = ({ title = "Loss as the step size grows" } = {}) =>
    lineChart({
      title,
      x: { title: "step size η", scale: "log" },
      y: { title: "loss of the batch", scale: smoothed.every((value) => value > 0) ? "log" : "linear" },
      note: text,
      series: [
        { name: "each batch", x: eta, y: loss, width: 1 },
        { name: "smoothed", x: eta, y: smoothed },
      ],
      ...(falls && { lines: { "η to try": { x: atMinimum / 10 } } }),
    });
  return Object.freeze({
    eta,
    loss,
    smoothed,
    atMinimum,
    steepest: atSteepest,
    suggestion: atMinimum / 10,
    diverges,
    chart,
    toString: () => text,
    [inspect.custom](): string {
      return printing(this, text);
    },
    [displaySymbol]: (): MimeBundle | Promise<MimeBundle> => chart()[displaySymbol](),
  });
}
