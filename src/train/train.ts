/**
 * Training: the loop of lecture B (B11), with a chart that grows, a stop that stops, and a record of it all.
 */
import { inspect, openblas } from "#platform";
import { formulaOf } from "../compute/formula.js";
import type { Dataset } from "../data/index.js";
import { host } from "../display/host.js";
import { crossEntropy, type Loss, type Sequential, squaredError } from "../nn/index.js";
import { type Rule, sgd } from "../optim/index.js";
import { checkData, checkFits, checkRule } from "./check-fits.js";
import { Checkpoint, loadCheckpoint, writeCheckpoint } from "./checkpoint.js";
import { bestEpoch, checkEarlyStopping, type EarlyStopping } from "./early-stopping.js";
import { evaluate } from "./evaluate.js";
import { slowBecause } from "./job.js";
import { type NotFinite, notFiniteMessage, parametersNotFinite } from "./not-finite.js";
import { type Shuffle, shuffles } from "./order.js";
import { Pace } from "./pace.js";
import { type Backend, type EpochRecord, Run, type RunSettings } from "./run.js";
import { totalSteps } from "./run-figure.js";
import { defaultThreads, isWorthHandingOver } from "./threads.js";
import { fastTrainer, slowTrainer, type Trainer } from "./trainer.js";
import { TrainingChart } from "./training-chart.js";

/** What a measurement looks at: the network as it is, and what it is trained with. */
export interface Measuring {
  model: Sequential;
  data: Dataset;
  loss: Loss;
  /** The record so far. */
  run: Run;
}

/** What a measurement gives: a number, or one for each layer t = 1, 2, …; nothing where it is not its turn. */
export type MeasuredValue = number | readonly number[] | undefined;

/** Something to measure now and then while training, such as `sharpness()`. */
export type Measure = (at: Measuring) => MeasuredValue | Promise<MeasuredValue>;

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
  /** Order the samples anew for each epoch (the default), once, or never; or draw each with replacement. */
  shuffle?: Shuffle;
  /** Data to evaluate on after each epoch. */
  validation?: Dataset;
  /** Stop when epochs no longer help, and go back to the best; `true` for all defaults. */
  earlyStopping?: EarlyStopping | boolean;
  /** Called after each epoch, with the network as it then is; return `"stop"` to end the training. */
  onEpoch?: (record: EpochRecord, run: Run) => unknown;
  /**
   * What to measure before the first step and after each epoch, by the names that the record then has; `everyEpochs(5, …)`
   * is measured less often.
   */
  measure?: Readonly<Record<string, Measure>>;
  /** A file to keep where the training is, written after each epoch (or each few) and when it ends. */
  checkpoint?: string | { file: string; every?: number };
  /** A checkpoint, or its file, to go on from; all options but `epochs` must be those it was made with. */
  resume?: string | Checkpoint;
  /** Ends the training when it aborts, after the last step that was whole; the run then says so. */
  signal?: AbortSignal;
  /** Show a chart while training; true. */
  live?: boolean;
  /** What to call the run; the rule's text. */
  name?: string;
  /**
   * `wasm`: float32 in threads; `scalar`: float64 as the lecture writes it; by default the first that can. `openblas`:
   * as wasm, with dense products by OpenBLAS, which is about twice as fast where it is there, and rounds in its own
   * way on each kind of processor. A rule that the kernels do not know is float64 in any case, and takes the gradient from
   * them; by default where a step is so large that it pays.
   */
  backend?: Backend;
  /**
   * How many threads; by default one, or as many as there are cores, whichever is faster as the training goes. Any number
   * gives the same bits.
   */
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
 * A training with `checkpoint` can go on from that file later, with `resume`, as if it had never stopped: to the
 * same bits.
 *
 * @param model the network, changed in place
 * @param data samples with labels or targets that fit the network
 * @returns the record of the training: the loss and step size of each step, and of each epoch the mean loss, the accuracy
 *   and the size of each layer's gradient
 * @throws RangeError or TypeError when data, network and options do not fit; Error when a checkpoint cannot be read;
 *   Error when the loss is no longer finite, in which case the parameters are those of the last step before, or when
 *   the parameters are not, in which case they are those from before the training (or of the last epoch that was
 *   looked at)
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
    onEpoch,
    measure = {},
    signal,
    live = true,
  } = options;
  checkRule("train", rule);
  checkFits("train", model, data, loss);
  if (validation) checkFits("train: validation", model, validation, loss);
  checkWhole("epochs", epochs);
  checkWhole("batchSize", batchSize, data.size, "the number of samples");
  const usual = defaultThreads(model, batchSize);
  const { threads = usual.most } = options;
  checkWhole("threads", threads, 256, "one for each core");
  if (epochs * Math.ceil(data.size / batchSize) > mostSteps) {
    throw new RangeError(
      `train: the record holds at most ${mostSteps.toLocaleString("en")} steps; ask for fewer epochs, or train on with resume; got epochs ${epochs}`,
    );
  }
  if (!shuffles.includes(shuffle)) {
    const known = shuffles.map((one) => `"${one}"`).join(", ");
    throw new TypeError(`train: shuffle must be one of ${known}, got ${inspect(shuffle)}`);
  }
  if (![undefined, "wasm", "openblas", "scalar"].includes(options.backend)) {
    const known = '"wasm", "openblas" or "scalar"';
    throw new TypeError(`train: backend must be ${known}, got ${inspect(options.backend)}`);
  }
  checkFunction("onEpoch", onEpoch);
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    throw new TypeError(
      `train: signal must be the signal of an AbortController, got ${inspect(signal, { depth: 0 })}`,
    );
  }
  for (const [name, one] of Object.entries(measure)) checkFunction(`measure.${name}`, one);
  const early =
    options.earlyStopping &&
    checkEarlyStopping(options.earlyStopping === true ? {} : options.earlyStopping, Boolean(validation));
  const keep = typeof options.checkpoint === "string" ? { file: options.checkpoint } : options.checkpoint;
  const { every = 1 } = keep ?? {};
  checkWhole("checkpoint.every", every);
  const obstacle = slowBecause(model, data, loss);
  const knowsRule = formulaOf("rule", rule) !== undefined;
  if (options.backend && options.backend !== "scalar" && obstacle) {
    throw new TypeError(
      `train: the fast kernels do not know ${obstacle}; leave out backend, or take "scalar"`,
    );
  }
  const isFast = !obstacle && (knowsRule || isWorthHandingOver(model, batchSize));
  const backend = options.backend ?? (isFast ? "wasm" : "scalar");
  if (backend === "openblas") openblas();

  const text = String(rule) === "[object Object]" ? rule.name : String(rule);
  const run = new Run({
    name: options.name ?? text,
    rule: text,
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
  const missing = obstacle ?? (knowsRule ? undefined : `the rule ${rule.name}`);
  run.kernels = `scalar float64${missing ? `, no fast kernel for ${missing}` : ""}`;
  const from = typeof options.resume === "string" ? loadCheckpoint(options.resume) : options.resume;
  if (from) {
    checkResumes(run.settings, from);
    model.theta.set(from.theta);
    Object.assign(run, {
      loss: from.loss,
      stepSize: from.stepSize,
      epochs: structuredClone(from.epochs),
      measured: structuredClone(from.measured),
    });
  }
  last = run;

  const interrupted = host().interruptSignal();
  const stop = AbortSignal.any([interrupted, ...(signal ? [signal] : [])]);
  const chart = live ? new TrainingChart(run, run.steps) : undefined;
  const began = performance.now();
  let epochBegan = began;
  // A number of threads that was asked for is kept to.
  const pace = options.threads ? new Pace(threads) : new Pace(usual.first, usual.most);
  const work = { run, model, data, rule, loss, validation, stop, pace, from };
  const perEpoch = Math.ceil(data.size / batchSize);
  const looksAtEachEpoch = onEpoch || early || keep || Object.keys(measure).length > 0;
  const measureNow = async (): Promise<void> => {
    for (const [name, one] of Object.entries(measure)) {
      const value = await one({ model, data, loss, run });
      if (value === undefined) continue;
      for (const [what, number] of typeof value === "number"
        ? [[name, value] as const]
        : eachLayer(name, value)) {
        (run.measured[what] ??= []).push({ step: run.steps, value: number });
      }
    }
  };
  let trainer: Trainer | undefined;
  let best = from?.best;
  let broken: NotFinite | undefined;
  let kept = 0;
  let savedAt = 0;
  const save = (): void => {
    if (!keep || savedAt === run.steps) return;
    savedAt = run.steps;
    const { settings, stepSize, epochs, measured } = run;
    const now = {
      settings,
      theta: model.theta,
      state: trainer!.state(),
      loss: run.loss,
      stepSize,
      epochs,
      measured,
    };
    writeCheckpoint(keep.file, new Checkpoint({ ...now, ...(best && { best }) }), model);
  };
  const isValidated = (record: EpochRecord): boolean => !validation || record.validationLoss !== undefined;
  const endEpoch = async (record: EpochRecord): Promise<void> => {
    await measureNow();
    if (early) {
      const { epoch } = record;
      const good = bestEpoch(run.epochs, early);
      if (good === epoch) best = model.theta.slice();
      if (epoch - good >= early.patience) {
        run.stopped = `no better ${words[early.by]} in ${early.patience} epochs`;
      }
    }
    if ((await onEpoch?.(record, run)) === "stop") run.stopped ??= "by onEpoch";
    if (run.epochs.length % every === 0) save();
  };
  try {
    trainer = (backend === "scalar" || !knowsRule ? slowTrainer : fastTrainer)({
      ...work,
      onSteps(steps) {
        // Called after each epoch, too: once its record is there.
        const epoch = run.epochs.length;
        if (epoch > (run.timings.at(-1)?.epoch ?? from?.epochs.length ?? 0)) {
          const now = performance.now();
          run.timings.push({ epoch, seconds: (now - epochBegan) / 1000 });
          epochBegan = now;
        }
        chart?.update(steps);
      },
    });
    if (run.steps === 0) await measureNow();
    const cut = run.epochs.at(-1);
    if (validation && cut?.step === run.steps && !isValidated(cut)) {
      const { loss: validationLoss, accuracy } = await evaluate(model, validation, { loss });
      await endEpoch(Object.assign(cut, { validationLoss, accuracy }));
    }
    while (!stop.aborted && !run.stopped && run.steps < totalSteps(run)) {
      const before = model.theta.slice();
      kept = run.epochs.length;
      const until = looksAtEachEpoch ? Math.floor(run.steps / perEpoch) + 1 : epochs;
      const layer = await trainer.advance(until);
      const theta = trainer.theta();
      broken = parametersNotFinite(model, theta);
      model.theta.set(broken ? before : theta);
      if (!broken && layer !== undefined) broken = { what: "loss", layer };
      if (broken) break;
      const record = run.epochs.at(-1);
      // Stopped within an epoch, or within its validation: that is made up for by who resumes.
      if (run.epochs.length === kept || !isValidated(record!)) continue;
      await endEpoch(record!);
    }
    if (broken) run.stopped = `the ${broken.what} ${broken.what === "loss" ? "is" : "are"} no longer finite`;
    else if (run.steps < totalSteps(run)) {
      if (interrupted.aborted) run.stopped ??= "interrupted";
      else if (signal?.aborted) run.stopped ??= reasonOf(signal);
    }
    if (!broken) save();
    if (early && best && !broken) {
      model.theta.set(best);
      run.restored = bestEpoch(run.epochs, early);
    }
  } finally {
    trainer?.close();
    run.seconds = (performance.now() - began) / 1000;
    const shown = chart?.close();
    if (!interrupted.aborted) await shown; // who stops waits for no picture: it comes when it is drawn
  }
  if (broken) throw new Error(notFiniteMessage(run, broken, kept));
  if (interrupted.aborted) throw interrupted.reason;
  return run;
}

/** The record of a run takes 16 bytes a step. */
const mostSteps = 50_000_000;

/** The names and values of a measurement that has a number for each layer: `name[1]`, `name[2]`, … */
function eachLayer(name: string, values: unknown): [name: string, value: number][] {
  if (!Array.isArray(values) || !values.every((value) => typeof value === "number")) {
    throw new TypeError(
      `train: measure.${name} must return a number, or a list of them, one for each layer; got ${inspect(values)}`,
    );
  }
  return values.map((value, i) => [`${name}[${i + 1}]`, value]);
}

const words = { validationLoss: "validation loss", accuracy: "accuracy", loss: "training loss" };

/** Throws unless a training with these settings can go on from the checkpoint. */
function checkResumes(settings: RunSettings, { settings: made, epochs, step }: Checkpoint): void {
  const same = ["parameters", "samples", "rule", "loss", "batchSize", "seed", "shuffle", "backend"] as const;
  const other = same.find((name) => settings[name] !== made[name]);
  if (other) {
    throw new RangeError(
      `train: the checkpoint was made with ${other} ${inspect(made[other])}; resume with the same, or start anew without resume; got ${inspect(settings[other])}`,
    );
  }
  if (settings.epochs * Math.ceil(settings.samples / settings.batchSize) < step) {
    throw new RangeError(
      `train: the checkpoint has ${epochs.length} epochs behind it; ask for at least as many in all, got epochs ${settings.epochs}`,
    );
  }
}

function checkFunction(option: string, value: unknown): void {
  if (value === undefined || typeof value === "function") return;
  throw new TypeError(`train: ${option} must be a function, got ${inspect(value, { depth: 0 })}`);
}

function reasonOf({ reason }: AbortSignal): string {
  return reason instanceof Error ? reason.message : String(reason);
}

function checkWhole(option: string, value: number, most = Number.MAX_SAFE_INTEGER, why = ""): void {
  if (Number.isSafeInteger(value) && value >= 1 && value <= most) return;
  const range = most < Number.MAX_SAFE_INTEGER ? `from 1 to ${most}, ${why}` : "from 1 on";
  throw new RangeError(`train: ${option} must be a whole number ${range}, got ${inspect(value)}`);
}
