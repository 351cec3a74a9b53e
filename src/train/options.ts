/**
 * The options of `train()`, checked and with their defaults.
 */

import { inspect, openblas, requireWritable } from "#platform";
import { formulaOf, type RuleFormula } from "../compute/formula.js";
import type { Dataset } from "../data/index.js";
import { note } from "../display/note.js";
import { mostRows } from "../engine/job.js";
import { isKnownInPart, unknownLayers, unknownLoss } from "../engine/lower.js";
import type { FastBackend } from "../engine/multiplier.js";
import { drawnOf, type Shuffle, shuffles } from "../engine/order.js";
import { Pace } from "../engine/pace.js";
import { defaultThreads, isWorthHandingOver } from "../engine/pool.js";
import { refuseSingle } from "../nn/batch-norm.js";
import { crossEntropy, type Loss, type Sequential, squaredError } from "../nn/index.js";
import { type Rule, sgd } from "../optim/index.js";
import { isPlainRule } from "../optim/rule.js";
import { checkFunction, checkOneOf, checkWhole } from "../options/check.js";
import { checkData, checkFits, checkRule } from "./check-fits.js";
import {
  Checkpoint,
  checkBehaviour,
  checkResponse,
  checkResumes,
  loadCheckpoint,
  notCompared,
} from "./checkpoint.js";
import { checkEarlyStopping, type EarlyStopping } from "./early-stopping.js";
import { architectureOf, fingerprintOf } from "./fingerprint.js";
import type { Measure } from "./measure.js";
import type { Backend, EpochRecord, RunSettings } from "./record.js";
import type { Run } from "./run.js";

/** Options of `train()`; all have defaults. */
export interface TrainOptions {
  /** The update rule; `sgd({ eta: 0.1 })`. */
  rule?: Rule;
  /** The loss; cross-entropy for labels, the squared error for targets. */
  loss?: Loss;
  /** The number of epochs; 1. */
  epochs?: number;
  /** Samples in each step; 128, or all if there are fewer. More than all only with replacement. */
  batchSize?: number;
  /** The seed of the order of the samples, and of dropout; 0. */
  seed?: number;
  /**
   * Shuffle the samples for each epoch (the default), once, or never; or draw each with replacement, `"with replacement"`: an epoch
   * then has as many draws as there are samples, or one batch if that is larger.
   */
  shuffle?: Shuffle;
  /** Data to evaluate on after each epoch. */
  validation?: Dataset;
  /** Stop when epochs no longer improve, and restore the best one; `true` for the defaults. */
  earlyStopping?: EarlyStopping | boolean;
  /** Called after each epoch with the current network; return `"stop"` to end the training. */
  onEpoch?: (record: EpochRecord, run: Run) => unknown;
  /**
   * Measurements before the first step and after each epoch, by their names in the record (`measured`, or `measuredLayers` for
   * values of each layer); `everyEpochs(5, …)` measures less often, `everySteps(100, …)` also within an epoch.
   */
  measure?: Readonly<Record<string, Measure>>;
  /** A file for checkpoints, written after each epoch (or every few) and at the end. */
  checkpoint?: string | { file: string; every?: number };
  /** A checkpoint, or its file, to resume from; all options except `epochs` must be the same as before. */
  resume?: string | Checkpoint;
  /** Ends the training after the current step when it aborts; see `stopped` of the run. */
  signal?: AbortSignal;
  /** Whether to show a chart while training; true. */
  live?: boolean;
  /** The name of the run; by default the rule's text. */
  name?: string;
  /**
   * By default float32 on threads, with the same bits on every machine: WebAssembly, and OpenBLAS for dense products where it is
   * available and proven, on this machine, to give the bits of WebAssembly, several times faster (`run.kernels` says which
   * kernels ran, and why). `wasm`: WebAssembly only. `openblas`: OpenBLAS for all dense products, even if it rounds
   * differently. `scalar`: float64 as the lecture writes it, the default where there is no fast kernel. A rule, loss or custom
   * layer without a kernel always runs in float64 on the main thread, and the kernels compute the rest of the gradient; by
   * default only if a step is large enough to gain from it.
   */
  backend?: Backend;
  /**
   * How many threads; by default one or as many as there are cores, whichever proves faster during the training. Any number
   * gives the same bits.
   */
  threads?: number;
}

/** The task of `train()`: every option checked and resolved. */
export interface Task {
  readonly model: Sequential;
  readonly data: Dataset;
  readonly rule: Rule;
  readonly loss: Loss;
  readonly settings: RunSettings;
  readonly validation: Dataset | undefined;
  readonly early: Required<EarlyStopping> | undefined;
  readonly onEpoch: TrainOptions["onEpoch"];
  readonly measure: Readonly<Record<string, Measure>>;
  readonly keep: { readonly file: string; readonly every: number } | undefined;
  readonly from: Checkpoint | undefined;
  readonly signal: AbortSignal | undefined;
  readonly live: boolean;
  /** The rule's kernel; undefined if it steps in float64. */
  readonly formula: RuleFormula | undefined;
  /** The parts without a fast kernel, in words. */
  readonly missing: string | undefined;
  /** The backend of dense products; undefined for the fastest that has WebAssembly's bits. */
  readonly multiplier: FastBackend | undefined;
  /** Chooses the number of threads. */
  readonly pace: Pace;
}

/** The record of a training takes 16 bytes a step. */
const mostSteps = 50_000_000;

/** A batch drawn with replacement may be larger than the data, but memory limits its size. */
const mostDrawn = 10_000_000;

/** Checks the options; throws a RangeError or TypeError for the first invalid one. */
export function taskOf(model: Sequential, data: Dataset, options: TrainOptions): Task {
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
  checkWhole("train", { epochs });
  checkOneOf("train", { shuffle }, shuffles);
  if (shuffle === "with replacement") checkWhole("train", { batchSize }, 1, mostDrawn);
  else {
    const hint = batchSize > data.size ? ' (shuffle: "with replacement" draws more)' : "";
    checkWhole("train", { batchSize }, 1, data.size, `the number of samples${hint}`);
  }
  const usual = defaultThreads(model, batchSize);
  const { threads = usual.most } = options;
  checkWhole("train", { threads }, 1, 256, "one for each core");
  if (epochs * Math.ceil(data.size / batchSize) > mostSteps) {
    throw new RangeError(
      `train: the record holds at most ${mostSteps.toLocaleString("en")} steps; ask for fewer epochs, or continue with resume; got epochs ${epochs}`,
    );
  }
  const backends = ["wasm", "openblas", "scalar"];
  if (options.backend !== undefined) checkOneOf("train", { backend: options.backend }, backends);
  if (onEpoch !== undefined) checkFunction("train", { onEpoch });
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    throw new TypeError(
      `train: signal must be the signal of an AbortController, got ${inspect(signal, { depth: 0 })}`,
    );
  }
  for (const [name, one] of Object.entries(measure)) checkFunction("train", { [`measure.${name}`]: one });
  const { earlyStopping } = options;
  const early = earlyStopping
    ? checkEarlyStopping(earlyStopping === true ? {} : earlyStopping, validation)
    : undefined;
  const keep = typeof options.checkpoint === "string" ? { file: options.checkpoint } : options.checkpoint;
  if (keep !== undefined && !(typeof keep?.file === "string" && keep.file)) {
    throw new TypeError(
      `train: checkpoint must be a file such as "run.safetensors", or { file, every }, got ${inspect(keep, { depth: 0 })}`,
    );
  }
  const every = keep?.every ?? 1;
  checkWhole("train", { "checkpoint.every": every });
  if (keep) requireCheckpoint(keep.file);
  requireBatches(model, data, batchSize);
  const otherLayer = unknownLayers(model)[0];
  const obstacle = obstacleOf(model, batchSize);
  const otherLoss = unknownLoss(data, loss) ?? (validation?.weights && "sample weights");
  // If the main thread computes a loss or a layer, it also takes the rule's steps.
  const formula = otherLoss || otherLayer ? undefined : formulaOf("rule", rule);
  if (options.backend && options.backend !== "scalar" && obstacle) {
    throw new TypeError(
      `train: the fast kernels do not know ${obstacle}; leave out backend, or take "scalar"`,
    );
  }
  const isFast = !obstacle && (formula !== undefined || isWorthHandingOver(model, batchSize));
  const backend = options.backend ?? (isFast ? "wasm" : "scalar");
  if (backend === "openblas") openblas();

  // Noted in advance, because the training will be slow for this reason.
  if (obstacle && !options.backend && isWorthHandingOver(model, batchSize)) {
    note(`train: there is no fast kernel for ${obstacle}, so it trains in float64 on one thread`);
  }

  const text = textOf(rule);
  const from = typeof options.resume === "string" ? loadCheckpoint(options.resume) : options.resume;
  if (from !== undefined && !(from instanceof Checkpoint)) {
    throw new TypeError(
      `train: resume must be a checkpoint's file such as "run.safetensors", or what loadCheckpoint() returned, got ${inspect(from, { depth: 0 })}`,
    );
  }
  const settings: RunSettings = {
    name: options.name ?? text,
    rule: text,
    loss: lossText(loss),
    epochs,
    batchSize,
    seed,
    shuffle,
    samples: data.size,
    parameters: model.parameterCount,
    backend,
    threads: backend === "scalar" ? 1 : threads,
    architecture: architectureOf(model),
    ...((keep || from) && { data: fingerprintOf(data) }),
  };
  if (from) {
    checkResumes(settings, from);
    checkBehaviour(rule, from);
    checkResponse(model, { data, loss }, from);
    const unknown = notCompared(model, { loss, rule }, from);
    if (unknown.length > 0) {
      note(
        `train: the checkpoint does not hold what ${unknown.join(", ")} gave, as it was written before the training was over, or that is random; resume with the same functions, as others would not be noticed`,
      );
    }
  }
  return {
    model,
    data,
    rule,
    loss,
    settings,
    validation,
    early,
    onEpoch,
    measure,
    keep: keep && { file: keep.file, every },
    from,
    signal,
    live,
    formula: backend === "scalar" ? undefined : formula,
    missing:
      obstacle ??
      otherLayer ??
      otherLoss ??
      (formula ? undefined : `the rule ${isPlainRule(rule) ? rule.name : text}`),
    multiplier: options.backend === "scalar" ? undefined : options.backend,
    // An explicit number of threads is not changed.
    pace: options.threads ? new Pace(threads) : new Pace(usual.first, usual.most),
  };
}

/**
 * Why the threads cannot take part at all: no layer has a kernel, or a layer needs its whole batch, as normalisations do and
 * custom ones may, and the batch is larger than the kernels process at once.
 */
function obstacleOf(model: Sequential, batchSize: number): string | undefined {
  const custom = unknownLayers(model)[0];
  if (!isKnownInPart(model)) return custom;
  if (batchSize <= mostRows) return undefined;
  const whole = model.layers.some(({ kind }) => kind === "batchNorm") ? "batchNorm" : custom;
  return whole && `${whole} with batches of more than ${mostRows}`;
}

/** Throws if batch normalisation would get a single value of a channel. */
function requireBatches({ layers }: Sequential, { size }: Dataset, batchSize: number): void {
  const last = drawnOf(size, batchSize) % batchSize || batchSize;
  if (last > 1) return;
  for (const layer of layers) {
    if (layer.kind !== "batchNorm" || !("inputShape" in layer)) continue;
    if (layer.inputShape.slice(1).every((extent) => extent === 1)) refuseSingle(last);
  }
}

/** Fails before the training, not after its first epoch. */
function requireCheckpoint(file: string): void {
  try {
    requireWritable(file);
  } catch (cause) {
    throw new Error(`train: the checkpoint cannot be written: ${(cause as Error).message}`, { cause });
  }
}

const textOf = (rule: Rule): string => (String(rule) === "[object Object]" ? rule.name : String(rule));

/** Options and penalties included. */
const lossText = (loss: Loss): string => (String(loss) === "[object Object]" ? loss.name : String(loss));
