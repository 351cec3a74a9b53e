/**
 * The state of a training, as a file: parameters, the rule's state, and the record so far. A training resumed from it
 * continues bit for bit as if it had never stopped.
 */
import { inspect } from "#platform";
import type { Dataset } from "../data/index.js";
import {
  readSafetensors,
  type Safetensors,
  type StoredTensor,
  writeSafetensors,
} from "../data/safetensors.js";
import { type Displayable, displaySymbol, type MimeBundle, table } from "../display/index.js";
import { customLayers } from "../engine/lower.js";
import type { TrainingState } from "../engine/trainer.js";
import type { Loss, Sequential } from "../nn/index.js";
import type { Rule } from "../optim/index.js";
import { isSameResponse, responseOf } from "./network-behaviour.js";
import { addParameters, isSingle } from "./network-file.js";
import type { EpochRecord, Measured, MeasuredLayers, RunSettings } from "./record.js";
import { type Behaviour, behaviourOf, differenceAt } from "./rule-behaviour.js";
import { runNumbers, unpacked } from "./run.js";
import type { Snapshot } from "./snapshot.js";

const format = "nablab checkpoint 1";

/** A training at the end of some step; made by `loadCheckpoint()`. Shows itself as a table. */
export class Checkpoint implements Displayable {
  /** How the training was started. */
  readonly settings: RunSettings;
  /** The network's parameters, in the order of its theta. */
  readonly theta: Float64Array;
  /** The layers' buffers, in order; empty for most networks. */
  readonly buffers: Float64Array;
  /** The state of the rule. */
  readonly state: TrainingState;
  /** The loss of each step so far. */
  readonly loss: Float64Array;
  /** The step size of each step so far. */
  readonly stepSize: Float64Array;
  /** The epochs finished so far. */
  readonly epochs: readonly EpochRecord[];
  /** The measurements so far. */
  readonly measured: Measured;
  /** The measurements of each layer. */
  readonly measuredLayers: MeasuredLayers;
  /** The parameters and buffers of the best epoch so far, with early stopping. */
  readonly best?: Snapshot;
  /**
   * What the rule did to two parameters, if its text does not identify it; for custom regions only if the training was
   * completed.
   */
  readonly behaviour?: Behaviour;
  /**
   * The output of network and loss for some samples, because their texts do not identify custom functions; absent if the training
   * was killed.
   */
  readonly response?: readonly number[];

  /** For `loadCheckpoint()` and `train()`. */
  constructor(content: Omit<Checkpoint, "step" | symbol>) {
    this.settings = content.settings;
    this.theta = content.theta;
    this.buffers = content.buffers;
    this.state = content.state;
    this.loss = content.loss;
    this.stepSize = content.stepSize;
    this.epochs = content.epochs;
    this.measured = content.measured;
    this.measuredLayers = content.measuredLayers;
    if (content.best) this.best = content.best;
    if (content.behaviour) this.behaviour = content.behaviour;
    if (content.response) this.response = content.response;
  }

  /** The number of steps done. */
  get step(): number {
    return this.loss.length;
  }

  /** What `console.log` prints: the table as text. */
  [inspect.custom](): string {
    return inspect(this.#table());
  }

  /** A table of the training's progress. */
  [displaySymbol](): MimeBundle | Promise<MimeBundle> {
    return this.#table()[displaySymbol]();
  }

  #table(): Displayable {
    const { name, batchSize, seed, backend, parameters } = this.settings;
    const last = this.epochs.at(-1);
    const row = {
      step: this.step,
      epochs: this.epochs.length,
      loss: last?.loss,
      ...(last?.accuracy !== undefined && { accuracy: last.accuracy }),
      batchSize,
      seed,
      backend,
      parameters,
    };
    return table([row], { caption: `Checkpoint of ${name}` });
  }
}

/**
 * Writes a checkpoint as a safetensors file: the network's parameters under the lecture's names (A1, b1, A2, …), in
 * float32 if that is exact; the state of the rule, the record, and the settings as JSON.
 */
export function writeCheckpoint(file: string, checkpoint: Checkpoint, model: Sequential): void {
  const { settings, theta, buffers, state, best, loss, stepSize } = checkpoint;
  const tensors = new Map<string, StoredTensor>();
  const numbers: Record<string, number> = {};
  addParameters(tensors, model, theta, { single: isSingle(theta) });
  if (best) addParameters(tensors, model, best.theta, { single: isSingle(best.theta), prefix: "best." });
  for (const [name, value] of Object.entries(state)) {
    if (typeof value === "number") numbers[name] = value;
    else addParameters(tensors, model, value, { single: isSingle(value), prefix: `state.${name}.` });
  }
  // Most networks have none; omitting them keeps their files in the old format.
  const kept = { "run.buffers": buffers, "run.bestBuffers": best?.buffers };
  for (const [name, data] of Object.entries(kept)) {
    if (data && data.length > 0) tensors.set(name, { shape: [data.length], data });
  }
  tensors.set("run.loss", { shape: [loss.length], data: loss });
  tensors.set("run.stepSize", { shape: [stepSize.length], data: stepSize });
  const { epochs, measured, measuredLayers, behaviour, response } = checkpoint;
  const record = { settings, numbers, epochs, measured, measuredLayers, behaviour, response };
  writeSafetensors(file, { tensors, texts: { format, state: JSON.stringify(record) } });
}

/**
 * Reads a checkpoint that `train()` wrote.
 *
 * @param file a path, such as `mnist.safetensors`
 * @throws Error if the file is missing, truncated, altered, or not a checkpoint
 * @example
 * const data = dataset({ x: [[0, 0], [0, 1], [1, 0], [1, 1]], y: [0, 1, 1, 0], classes: 2 });
 * const net = sequential([dense(2, 2)]);
 * await train(net, data, { epochs: 3, live: false, checkpoint: "xor.safetensors" });
 * loadCheckpoint("xor.safetensors").step // → 3
 */
export function loadCheckpoint(file: string): Checkpoint {
  const stored = readSafetensors("loadCheckpoint", file);
  if (stored.texts.format !== format) {
    throw new Error(
      `loadCheckpoint: the file holds tensors, but is not a checkpoint of train(); got ${file}`,
    );
  }
  const { settings, numbers, epochs, measured, behaviour, response, ...rest } = JSON.parse(
    stored.texts.state!,
    runNumbers,
  );
  const theta = flat(stored, settings.parameters, "");
  const best = flat(stored, settings.parameters, "best.");
  const state: TrainingState = { ...numbers };
  for (const name of stored.tensors.keys()) {
    const [kind, key] = name.split(".");
    if (kind === "state" && !(key! in state))
      state[key!] = flat(stored, settings.parameters, `state.${key}.`)!;
  }
  const series = (name: string) => Float64Array.from(stored.tensors.get(name)!.data);
  const kept = (name: string) => (stored.tensors.has(name) ? series(name) : new Float64Array(0));
  return new Checkpoint({
    settings,
    theta: theta!,
    buffers: kept("run.buffers"),
    state,
    loss: series("run.loss"),
    stepSize: series("run.stepSize"),
    epochs,
    ...unpacked(measured, rest),
    ...(best && { best: { theta: best, buffers: kept("run.bestBuffers") } }),
    ...(behaviour && { behaviour }),
    ...(response && { response }),
  });
}

/** Throws unless a training with these settings can continue from the checkpoint. */
export function checkResumes(settings: RunSettings, { settings: made, epochs, step }: Checkpoint): void {
  const same = ["parameters", "samples", "rule", "loss", "batchSize", "seed", "shuffle", "backend"] as const;
  // Older checkpoints have only the name of the loss.
  const isSame = (name: (typeof same)[number]): boolean =>
    settings[name] === made[name] ||
    (name === "loss" && !made.loss.includes("(") && nameOf(settings.loss) === made.loss);
  const other = same.find((name) => !isSame(name));
  if (other) {
    throw new RangeError(
      `train: the checkpoint was made with ${other} ${inspect(made[other])}; resume with the same, or train from the start without resume; got ${inspect(settings[other])}`,
    );
  }
  // Older checkpoints lack these.
  if (made.architecture !== undefined && made.architecture !== settings.architecture) {
    throw new RangeError(
      `train: the checkpoint is of another network, ${made.architecture}; resume with the same layers, got ${settings.architecture}`,
    );
  }
  if (made.data !== undefined && made.data !== settings.data) {
    throw new RangeError(
      `train: the checkpoint was made with other training data, fingerprint ${made.data}; resume with the same samples in the same order, got ${settings.data}`,
    );
  }
  if (settings.epochs * Math.ceil(settings.samples / settings.batchSize) < step) {
    throw new RangeError(
      `train: the checkpoint has ${epochs.length} epochs already; ask for at least as many in total, got epochs ${settings.epochs}`,
    );
  }
}

/** Throws if network and loss give another output: a different custom layer, activation, loss or penalty of the same name. */
export function checkResponse(
  model: Sequential,
  task: { data: Dataset; loss: Loss },
  { response, theta, buffers }: Checkpoint,
): void {
  const own = response && responseOf(model, task, { theta, buffers });
  if (!own || isSameResponse(response, own)) return;
  throw new RangeError(
    `train: the checkpoint was made with another custom layer, activation, loss or penalty: with its parameters ${Math.min(4, task.data.size)} samples had the loss ${response[0]} and another gradient; resume with the same functions, got ${own[0]}`,
  );
}

/**
 * The parts of a resumed training that cannot be compared with its checkpoint, in words: custom layers, losses and regions, if
 * the checkpoint was written during a training, so that it lacks their output, or if they are not deterministic.
 */
export function notCompared(
  model: Sequential,
  { loss, rule }: { loss: Loss; rule: Rule },
  { response, behaviour, step, theta }: Checkpoint,
): string[] {
  const isNameless = (part: object) => String(part) === "[object Object]";
  const parts = response ? [] : customLayers(model);
  if (!response && isNameless(loss)) parts.push(`the loss ${loss.name}`);
  if (!response && loss.penalty && isNameless(loss.penalty)) parts.push("the penalty");
  const movesPoints = (of: Behaviour | undefined) => of?.some(([k]) => k === 0);
  if (!movesPoints(behaviour) && movesPoints(behaviourOf(rule, step, theta.length))) parts.push("the region");
  return parts;
}

/** Throws if the rule acted differently: with another step size, β or link that its text does not name. */
export function checkBehaviour(rule: Rule, from: Checkpoint): void {
  checkStepSizes(rule, from);
  const { behaviour, step, theta } = from;
  const own = behaviour && behaviourOf(rule, step, theta.length);
  const k = own && differenceAt(behaviour, own);
  if (k === undefined) return;
  const how =
    k === 0
      ? "its projection moves points elsewhere"
      : `given the same gradients, the parameters are elsewhere after k = ${k}`;
  throw new RangeError(
    `train: the checkpoint was made with another rule: ${how}; resume with the same functions among its options and links, got ${rule}`,
  );
}

/**
 * Throws if the rule's step sizes differ: no text distinguishes custom schedules, but the recorded step sizes do. Later step
 * sizes are not compared.
 */
function checkStepSizes(rule: Rule, { state, stepSize, step }: Checkpoint): void {
  if (step === 0) return;
  const compare = (k: number, size: number, tolerance: number) => {
    const recorded = stepSize[k - 1]!;
    if (!(Math.abs(size - recorded) > tolerance * Math.abs(recorded))) return;
    throw new RangeError(
      `train: the checkpoint was made with other step sizes, at k = ${k} ${recorded}; resume with the same schedule, got ${size}`,
    );
  };
  const { eta } = rule.options;
  // The kernels use other names for AdaGrad's sums; for rules without sums the step size is η(k).
  const sums = state.c ?? state.first ?? state.squares ?? 0;
  const last = rule.stepSize({ ...state, k: step, c: sums });
  // Kernels accumulate the divisor in float32.
  compare(step, last, 1e-3);
  // If other state changes too, only the last step can be compared.
  if (typeof eta !== "function" || eta(step) !== last) return;
  for (let k = 1; k < step; k++) compare(k, eta(k), 1e-6);
}

/** The name of a loss from its text, without its penalty. */
const nameOf = (loss: string): string | undefined => /^(?:withPenalty\()*(\w+)/.exec(loss)?.[1];

/** The concatenated tensors whose names are the prefix and a name without a dot; undefined if there are none. */
function flat({ tensors }: Safetensors, size: number, prefix: string): Float64Array | undefined {
  const all = new Float64Array(size);
  let at = 0;
  for (const [name, { data }] of tensors) {
    if (!name.startsWith(prefix) || name.slice(prefix.length).includes(".")) continue;
    all.set(data, at);
    at += data.length;
  }
  return at === 0 ? undefined : all;
}
