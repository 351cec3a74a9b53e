/**
 * Training: the loop of lecture B (B11), with a chart that grows, a stop that stops, and a record of it all.
 */
import { inspect } from "node:util";
import { release, view } from "../compute/arena.js";
import { formulaOf } from "../compute/formula.js";
import { openblas } from "../compute/openblas.js";
import type { Dataset } from "../data/index.js";
import { host } from "../display/host.js";
import { type LiveFigure, liveFigure } from "../display/index.js";
import { crossEntropy, type Loss, type Sequential, squaredError } from "../nn/index.js";
import { type Rule, sgd } from "../optim/index.js";
import { checkData, checkFits, checkRule } from "./check-fits.js";
import { evaluate } from "./evaluate.js";
import { control, type FastBackend, makeJob, readParameters, slowBecause } from "./job.js";
import { trainReference } from "./reference.js";
import { type Backend, Run, type Shuffle } from "./run.js";
import { runFigure, totalSteps } from "./run-figure.js";
import { defaultThreads, runJob } from "./threads.js";

/** How to train; everything has a default. */
export interface TrainOptions {
  /** The update rule; `sgd({ eta: 0.1 })`. */
  rule?: Rule;
  /** The loss; cross-entropy for labels, the squared error for targets. */
  loss?: Loss;
  /** Sweeps through the data; 1. */
  epochs?: number;
  /** Samples for each step; 128, or all when there are fewer. */
  batchSize?: number;
  /** Where the order of the samples comes from; 0. */
  seed?: number;
  /** Order the samples anew for each epoch (the default), once, or never. */
  shuffle?: Shuffle;
  /** Data to evaluate on after each epoch. */
  validation?: Dataset;
  /** Ends the training before its next step when it aborts; the run then says so. */
  signal?: AbortSignal;
  /** Show a chart while training; true. */
  live?: boolean;
  /** What to call the run; the rule's text. */
  name?: string;
  /**
   * `wasm`: float32 in threads; `scalar`: float64 as the lecture writes it; by default the first that can. `openblas`:
   * as wasm, with dense products by OpenBLAS, which is about twice as fast where it is there, and rounds in its own
   * way on each kind of processor.
   */
  backend?: Backend;
  /** How many threads; as many as there are cores where steps are long enough. Any number gives the same bits. */
  threads?: number;
}

let last: Run | undefined;

/**
 * The run that `train()` started last, also one that was stopped or failed; undefined before the first.
 *
 * @example
 * lastRun()?.steps // → …
 */
export function lastRun(): Run | undefined {
  return last;
}

/**
 * Trains a network: for each epoch, shuffle the samples, and for each chunk of `batchSize` of them take a step with
 * the gradient of the chunk's mean loss E_k,
 *
 *     θ(k+1) = θ(k) − η_k ∇E_k(θ(k)),
 *
 * where the rule says what η_k is. The network's parameters change in place. With the default backend the numbers
 * are float32, computed in threads; the same seed gives the same bits whatever their number.
 *
 * When the notebook's stop button is pressed, the network keeps the parameters reached, `lastRun()` has the record,
 * and the cell ends; when `signal` aborts, the run is returned and its `stopped` says why.
 *
 * @param model the network, changed in place
 * @param data samples with labels or targets that fit the network
 * @returns the record of the training
 * @throws RangeError or TypeError when data, network and options do not fit; Error when the loss is no longer finite,
 *   in which case the parameters are those of the last step before, or when the parameters are not, in which case
 *   they are those from before the training
 * @example
 * const data = dataset({ x: [[0, 0], [0, 1], [1, 0], [1, 1]], y: [0, 1, 1, 0], classes: 2 });
 * const net = sequential([dense(2, 8), relu(), dense(8, 2)], { seed: 1 });
 * const run = await train(net, data, { rule: sgd({ eta: 0.5 }), epochs: 200, batchSize: 4, validation: data, live: false });
 * run.epochs.at(-1)?.accuracy // → 1
 */
export async function train(model: Sequential, data: Dataset, options: TrainOptions = {}): Promise<Run> {
  checkData("train", data);
  const {
    rule = sgd({ eta: 0.1 }),
    loss = data.kind === "labels" ? crossEntropy() : squaredError(),
    epochs = 1,
    batchSize = Math.min(128, data.size),
    seed = 0,
    shuffle = "each epoch",
    validation,
    signal,
    live = true,
    name = String(rule) === "[object Object]" ? rule.name : String(rule),
  } = options;
  checkRule("train", rule);
  checkFits("train", model, data, loss);
  if (validation) checkFits("train: validation", model, validation, loss);
  checkWhole("epochs", epochs);
  checkWhole("batchSize", batchSize, data.size, "the number of samples");
  const { threads = defaultThreads(model, batchSize) } = options;
  checkWhole("threads", threads, 256, "one for each core");
  if (!["each epoch", "once", "never"].includes(shuffle)) {
    throw new TypeError(`train: shuffle must be "each epoch", "once" or "never", got ${inspect(shuffle)}`);
  }
  if (![undefined, "wasm", "openblas", "scalar"].includes(options.backend)) {
    const known = '"wasm", "openblas" or "scalar"';
    throw new TypeError(`train: backend must be ${known}, got ${inspect(options.backend)}`);
  }
  const obstacle = slowBecause(model, loss, rule);
  if (options.backend && options.backend !== "scalar" && obstacle) {
    throw new TypeError(
      `train: the fast kernels do not know ${obstacle}; leave out backend, or take "scalar"`,
    );
  }
  const backend = options.backend ?? (obstacle ? "scalar" : "wasm");
  if (backend === "openblas") openblas();

  const run = new Run({
    name,
    rule,
    loss: loss.name,
    epochs,
    batchSize,
    seed,
    shuffle,
    samples: data.size,
    parameters: model.parameterCount,
    backend,
    threads: backend === "scalar" ? 1 : threads,
  });
  run.kernels = `scalar float64${obstacle ? `, no fast kernel for ${obstacle}` : ""}`;
  last = run;
  const interrupted = host().interruptSignal();
  const stop = AbortSignal.any([interrupted, ...(signal ? [signal] : [])]);
  const chart = live ? new Chart(run) : undefined;
  const began = performance.now();
  let broken: Broken | undefined;
  try {
    const way = backend === "scalar" ? trainSlowly : trainFast;
    broken = await way(run, { model, data, loss, validation, stop, chart });
    if (broken) run.stopped = `the ${broken.what} ${broken.what === "loss" ? "is" : "are"} no longer finite`;
    else if (run.steps < totalSteps(run)) {
      if (interrupted.aborted) run.stopped = "interrupted";
      else if (signal?.aborted) run.stopped = reasonOf(signal);
    }
  } finally {
    run.seconds = (performance.now() - began) / 1000;
    await chart?.close();
  }
  if (broken) throw new Error(brokenMessage(run, broken));
  if (interrupted.aborted) throw interrupted.reason;
  return run;
}

/** What is no longer finite, and which dense layer shows it first (from 1 on; 0 when none does). */
interface Broken {
  what: "loss" | "parameters";
  layer: number;
}

/** The parameters, when one of them is not finite. */
function brokenParameters({ dense }: Sequential, theta: ArrayLike<number>): Broken | undefined {
  let at = 0;
  for (const [t, { parameterCount }] of dense.entries()) {
    for (const end = at + parameterCount; at < end; at++) {
      if (!Number.isFinite(theta[at])) return { what: "parameters", layer: t + 1 };
    }
  }
  return undefined;
}

interface Work {
  model: Sequential;
  data: Dataset;
  loss: Loss;
  validation: Dataset | undefined;
  stop: AbortSignal;
  chart: Chart | undefined;
}

/** How often the chart looks how far the threads are, in milliseconds. */
const glance = 100;

async function trainFast(
  run: Run,
  { model, data, loss, validation, stop, chart }: Work,
): Promise<Broken | undefined> {
  const { epochs, batchSize, seed, shuffle, threads } = run.settings;
  const backend = run.settings.backend as FastBackend;
  const rule = formulaOf("rule", run.settings.rule)!;
  const training = { data, rule, epochs, batchSize, seed, shuffle };
  const lossName = formulaOf("loss", loss)!.name;
  const job = makeJob({ model, loss: lossName, backend, threads, training, evaluation: validation });
  const recorded = view(job.memory, job.training!.loss);
  const signals = view(job.memory, job.control);
  const timer = setInterval(() => {
    const steps = Atomics.load(signals, control.steps);
    run.loss = recorded.subarray(0, steps);
    chart?.update(steps);
  }, glance);
  let start = 0;
  try {
    const done = await runJob(job, {
      signal: stop,
      onEpoch({ epoch, steps, validation: found }) {
        const mean = recorded.subarray(start, steps).reduce((sum, value) => sum + value, 0) / (steps - start);
        run.epochs.push({
          epoch,
          step: steps,
          loss: mean,
          ...(found && { validationLoss: found.loss, accuracy: found.accuracy }),
        });
        start = steps;
        run.loss = recorded.subarray(0, steps);
        chart?.update(steps);
      },
    });
    run.kernels = done.kernels;
    run.stepSize = view(job.memory, job.training!.stepSize).slice(0, done.steps);
    const theta = readParameters(job);
    const broken = brokenParameters(model, theta);
    if (broken) return broken;
    model.theta.set(theta);
    return done.layer === undefined ? undefined : { what: "loss", layer: done.layer };
  } finally {
    clearInterval(timer);
    run.loss = recorded.slice(0, Atomics.load(signals, control.steps));
    release(job.memory);
  }
}

async function trainSlowly(
  run: Run,
  { model, data, loss, validation, stop, chart }: Work,
): Promise<Broken | undefined> {
  const before = model.theta.slice();
  const steps = totalSteps(run);
  const losses = new Float64Array(steps);
  const sizes = new Float64Array(steps);
  run.loss = losses;
  let k = 0;
  let start = 0;
  let glanced = 0;
  try {
    const layer = await trainReference(model, data, {
      ...run.settings,
      loss,
      stopped: () => stop.aborted,
      onStep(value, size) {
        losses[k] = value;
        sizes[k++] = size;
        const now = performance.now();
        if (now - glanced < glance) return;
        glanced = now;
        chart?.update(k);
      },
      async onEpoch(epoch) {
        const found = validation && (await evaluate(model, validation, { loss }));
        const mean = losses.subarray(start, k).reduce((sum, value) => sum + value, 0) / (k - start);
        start = k;
        run.epochs.push({
          epoch,
          step: k,
          loss: mean,
          ...(found && { validationLoss: found.loss, accuracy: found.accuracy }),
        });
        chart?.update(k);
      },
    });
    const broken = brokenParameters(model, model.theta);
    if (broken) model.theta.set(before);
    return broken ?? (layer === undefined ? undefined : { what: "loss", layer });
  } finally {
    run.loss = losses.slice(0, k);
    run.stepSize = sizes.slice(0, k);
  }
}

/** The chart of a run that is under way: how far it is and how long it still takes, which the last version drops. */
class Chart {
  readonly #run: Run;
  readonly #live: LiveFigure;
  readonly #began = performance.now();

  constructor(run: Run) {
    this.#run = run;
    this.#live = liveFigure(runFigure(run, { steps: 0, note: "starting" }));
  }

  update(steps: number): void {
    if (steps === 0) return;
    const { samples, batchSize, epochs } = this.#run.settings;
    const seconds = (performance.now() - this.#began) / 1000;
    const total = totalSteps(this.#run);
    const perEpoch = total / epochs;
    const note = [
      `epoch ${Math.min(epochs, Math.floor(steps / perEpoch) + 1)} of ${epochs}`,
      `step ${steps} of ${total}`,
      `${Math.round(Math.min(steps * batchSize, samples * epochs) / seconds).toLocaleString("en")} samples/s`,
      `${Math.ceil((seconds * (total - steps)) / steps)} s left`,
    ];
    this.#live.update(runFigure(this.#run, { steps, note: note.join(", ") }));
  }

  async close(): Promise<void> {
    this.#live.update(this.#run.figure());
    await this.#live.close();
  }
}

function brokenMessage(run: Run, { what, layer }: Broken): string {
  const size = run.stepSize.at(-1);
  const advice =
    size === undefined ? "" : `; try a smaller eta, the last step size was ${size.toPrecision(4)}`;
  if (what === "parameters") {
    const epoch = run.epochs.length + Number(run.steps > (run.epochs.at(-1)?.step ?? 0));
    return (
      `train: the parameters are not finite after step ${run.steps} (epoch ${epoch}), first those of dense layer ${layer}; ` +
      `the network keeps the parameters from before the training${advice}`
    );
  }
  const where =
    layer > 0
      ? `the outputs of dense layer ${layer} are the first that are not finite`
      : "all layers' outputs are finite";
  return (
    `train: the loss is not finite at step ${run.steps + 1} (epoch ${run.epochs.length + 1}); ${where}; ` +
    (size === undefined
      ? "no step was taken yet, so look at the data and at the first parameters"
      : `the network keeps its parameters after step ${run.steps}${advice}`)
  );
}

function reasonOf({ reason }: AbortSignal): string {
  return reason instanceof Error ? reason.message : String(reason);
}

function checkWhole(option: string, value: number, most = Number.MAX_SAFE_INTEGER, why = ""): void {
  if (Number.isSafeInteger(value) && value >= 1 && value <= most) return;
  const range = most < Number.MAX_SAFE_INTEGER ? `from 1 to ${most}, ${why}` : "from 1 on";
  throw new RangeError(`train: ${option} must be a whole number ${range}, got ${inspect(value)}`);
}
