/**
 * Training: the loop of lecture B (B11), with a live chart, interrupts, and a record of every step.
 */
import type { Dataset } from "../data/index.js";
import { kernelTrainer } from "../engine/kernel-trainer.js";
import type { Trainer } from "../engine/trainer.js";
import type { Sequential } from "../nn/index.js";
import { optionsOf } from "../options/options-of.js";
import { noteMixing } from "./mixing.js";
import { buffersNotFinite, parametersNotFinite } from "./not-finite.js";
import { type Task, type TrainOptions, taskOf } from "./options.js";
import { kernelTraining, referenceTrainer } from "./reference.js";
import type { Run } from "./run.js";
import { Session } from "./session.js";
import { restore, snapshotOf } from "./snapshot.js";
import { requireIdle, underWay } from "./under-way.js";

let last: Run | undefined;

/**
 * The most recent run of `train()`, including one that was stopped or failed; undefined before the first.
 *
 * @example
 * lastRun()?.steps // → …
 */
export function lastRun(): Run | undefined {
  return last;
}

/**
 * Trains a network: for each epoch, shuffle the samples, and for each chunk of `batchSize` of them take a step with
 * the gradient of the chunk's mean loss F_k,
 *
 *     θ(k) = θ(k−1) − η_k ∇F_k(θ(k−1)),
 *
 * where the rule determines η_k. The network's parameters change in place. The default backend computes in float32 on
 * threads; the same seed gives the same bits for any number of them.
 *
 * When the notebook's stop button interrupts it, the network keeps the parameters reached, `lastRun()` returns the record,
 * and the cell ends; when `signal` aborts, the run is returned and its `stopped` says why.
 *
 * A training with `checkpoint` can continue from that file later, with `resume`, bit for bit as if it had never
 * stopped.
 *
 * @param model the network, changed in place
 * @param data samples with labels or targets that fit the network
 * @returns the record of the training: the loss and step size of each step, and for each epoch the mean loss, the accuracy
 *   and the norm of each layer's gradient
 * @throws RangeError or TypeError if data, network and options do not fit; Error if a checkpoint cannot be read; Error if
 *   the loss is no longer finite (the parameters are then those of the step before), or if the parameters are not (they
 *   are then those from before the training, or of the last epoch inspected)
 * @example
 * const data = dataset({ x: [[0, 0], [0, 1], [1, 0], [1, 1]], y: [0, 1, 1, 0], classes: 2 });
 * const net = sequential([dense(2, 8), relu(), dense(8, 2)], { seed: 1 });
 * const run = await train(net, data, { rule: sgd({ eta: 0.5 }), epochs: 200, batchSize: 4, validation: data, live: false });
 * run.epochs.at(-1)?.accuracy // → 1
 */
export async function train(model: Sequential, data: Dataset, options: TrainOptions = {}): Promise<Run> {
  optionsOf("train", options, [
    "rule",
    "loss",
    "epochs",
    "batchSize",
    "seed",
    "shuffle",
    "validation",
    "earlyStopping",
    "onEpoch",
    "measure",
    "checkpoint",
    "resume",
    "signal",
    "live",
    "name",
    "backend",
    "threads",
  ]);
  requireIdle(
    "train",
    model,
    "each training would overwrite the other's parameters; await the first, or train a copy, model.copy()",
  );
  const task = taskOf(model, data, options);
  const session = new Session(task);
  last = session.run;
  underWay.add(model);
  let trainer: Trainer | undefined;
  try {
    trainer = trainerOf(task, session);
    await session.begin();
    while (session.goesOn) {
      const before = snapshotOf(model);
      const layer = await trainer.advance(session.nextLook);
      const theta = trainer.theta();
      let broken = parametersNotFinite(model, theta);
      if (!broken) {
        model.theta.set(theta);
        trainer.readBuffers(model.buffers);
        broken = buffersNotFinite(model, before.buffers);
      }
      if (broken) restore(model, before);
      if (broken) session.breakOff(broken);
      else if (layer !== undefined) session.breakOff({ what: "loss", layer });
      else await session.look(trainer);
    }
    session.end(trainer);
  } finally {
    underWay.delete(model);
    trainer?.close();
    await session.close();
  }
  const run = session.result();
  noteMixing(model, data);
  return run;
}

/** The fast kernels, float32 on threads; or, if they lack the rule or another part, the loop of the lecture. */
function trainerOf(task: Task, session: Session): Trainer {
  const { validation, pace, from, formula } = task;
  const { stop } = session;
  if (!formula) return referenceTrainer(task, stop, session);
  return kernelTrainer(kernelTraining(task, stop), formula, { validation, pace, from, progress: session });
}
