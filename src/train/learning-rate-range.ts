/**
 * The learning-rate range test: one short training in which the step size grows from step to step, to see between which sizes the
 * loss falls, and from which on it runs away.
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
import { checkData, checkRule } from "./check-fits.js";
import { lastRun, train } from "./train.js";

/** Which step sizes are tried, with which rule, on how many samples. */
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
  /** Samples for each step; 128, or all when there are fewer. */
  batchSize?: number;
  /** The seed of the order of the samples; 0. */
  seed?: number;
  /** Stops it, with what it has so far. */
  signal?: AbortSignal;
}

/** What was found. Shows itself as the loss against the step size. */
export interface LearningRateRange extends Displayable {
  /** The step size of each step taken. */
  readonly eta: Float64Array;
  /** The loss of each step's batch, before the step. */
  readonly loss: Float64Array;
  /** The same, smoothed. */
  readonly smoothed: Float64Array;
  /** The step size at which the smoothed loss is least. */
  readonly atMinimum: number;
  /** The step size at which it falls fastest, as a function of log η. */
  readonly steepest: number;
  /** A tenth of `atMinimum`, Smith's and Gugger's rule of thumb for a constant step size. */
  readonly suggestion: number;
  /** The step size at which the loss was four times its least, or not finite; undefined where it never was. */
  readonly diverges: number | undefined;
  /** The chart, with another title. */
  chart(options?: { title?: string }): Figure;
  /** The sizes in words. */
  toString(): string;
}

/** What an exponential mean keeps of the losses before, in every step. */
const kept = 0.9;

/** So many times the least loss is far above it. */
const farAbove = 4;

/**
 * Takes `steps` steps on a copy of the network with step sizes that grow from `from` to `to`,
 *
 *     η(k) = from · (to/from)^((k − 1)/(steps − 1)),
 *
 * and records the loss of each batch before its step, and its exponential mean (0.9 of it kept, divided by 1 − 0.9^k). The test ends
 * where the loss is no longer finite; the network stays as it is.
 *
 * @param model the network
 * @param data what it would be trained on
 * @param options see {@link LearningRateRangeOptions}
 * @throws RangeError unless 0 < from < to and steps ≥ 10; as `train` where data, network and options do not fit.
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
  const etaAt = (k: number) => from * (to / from) ** ((k - 1) / (steps - 1));
  const made = rule((k) => etaAt(Math.min(k, steps)));
  checkRule("learningRateRange", made);
  const before = { loss: new Float64Array(0) };
  let record: { loss: Float64Array } = before;
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
    // Where the loss is no longer finite the record ends, which is what the test is for.
    const run = lastRun();
    if (run === started || !run?.stopped?.includes("no longer finite")) throw error;
    record = run;
  }
  return rangeOf(record.loss.slice(), etaAt, steps);
}

/** So many samples, one epoch after the other in the order of a training. */
function inOrder(data: Dataset, count: number, seed: number): Dataset {
  const indices = new Uint32Array(count);
  const order = new Uint32Array(data.size);
  for (let start = 0, epoch = 1; start < count; start += data.size, epoch++) {
    orderOf(epoch, { seed, shuffle: "each epoch" }, order);
    indices.set(order.subarray(0, Math.min(data.size, count - start)), start);
  }
  return data.select(indices);
}

function rangeOf(loss: Float64Array, etaAt: (k: number) => number, steps: number): LearningRateRange {
  const eta = Float64Array.from(loss, (_, i) => etaAt(i + 1));
  let mean = 0;
  const smoothed = loss.map((value, i) => {
    mean = kept * mean + (1 - kept) * value;
    return mean / (1 - kept ** (i + 1));
  });
  const least = smoothed.reduce((best, value, i) => (value < smoothed[best]! ? i : best), 0);
  let steepest = 0;
  // Up to its minimum, over as many steps as the mean remembers.
  const reach = Math.max(1, Math.round(steps / 20));
  let slope = Number.POSITIVE_INFINITY;
  for (let i = reach; i + reach < loss.length && i <= least; i++) {
    const change = smoothed[i + reach]! - smoothed[i - reach]!;
    if (change < slope) [slope, steepest] = [change, i];
  }
  const away = smoothed.findIndex((value, i) => i > least && value > farAbove * smoothed[least]!);
  const diverges = away >= 0 ? eta[away] : loss.length < steps ? etaAt(loss.length + 1) : undefined;
  const [atMinimum, atSteepest] = [eta[least] ?? Number.NaN, eta[steepest] ?? Number.NaN];
  const number = (value: number) => formatNumber(Number(value.toPrecision(2)));
  const end = diverges === undefined ? "" : `, four times that or more from η = ${number(diverges)} on`;
  const text = `loss falls fastest at η = ${number(atSteepest)}, is least at η = ${number(atMinimum)}${end}; a constant step size to try: ${number(atMinimum / 10)}`;
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
      lines: { "η to try": { x: atMinimum / 10 } },
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
