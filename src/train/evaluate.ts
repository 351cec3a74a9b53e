/**
 * The loss and accuracy of a network on data, sample by sample.
 */
import { release, view } from "../compute/arena.js";
import { formulaOf } from "../compute/formula.js";
import { answersOf } from "../data/answers.js";
import type { Dataset } from "../data/index.js";
import { makeJob } from "../engine/job.js";
import { kernelReadouts } from "../engine/kernel-gradient.js";
import { isKnownInPart, unknownLayers, unknownLoss } from "../engine/lower.js";
import { defaultThreads, isWorthHandingOver, runJob } from "../engine/pool.js";
import type { Evaluation } from "../metrics/index.js";
import { lossOfSamples } from "../nn/checked.js";
import { crossEntropy, type Loss, predict, type Sequential, squaredError } from "../nn/index.js";
import { lossOf } from "../nn/weighted.js";
import { optionsOf } from "../options/options-of.js";
import type { Tensor } from "../tensor/index.js";
import { checkData, checkFits } from "./check-fits.js";

/** The batch size in float64. */
const rows = 500;

/**
 * Evaluates a network with the float32 kernels on threads; custom layers and losses, and small networks with custom layers, in float64.
 *
 * @param model the network
 * @param data samples with labels or targets that fit it
 * @param options `loss`: by default cross-entropy for labels, the squared error for targets
 * @returns loss and prediction for each sample, the mean of the losses (both with the weights of the data), and the accuracy
 *   (NaN for targets that are not one-hot); a NaN output is never correct
 * @throws RangeError when data, network and loss do not fit
 * @example
 * const data = dataset({ x: [[1, 0], [0, 1]], y: [0, 1], classes: 2 });
 * const net = sequential([dense(2, 2, { init: () => eye(2) })]);
 * (await evaluate(net, data)).accuracy // → 1
 */
export async function evaluate(
  model: Sequential,
  data: Dataset,
  options: { loss?: Loss } = {},
): Promise<Evaluation> {
  optionsOf("evaluate", options, ["loss"]);
  checkData("evaluate", data);
  const { loss = data.kind === "labels" ? crossEntropy() : squaredError() } = options;
  checkFits("evaluate", model, data, loss);
  const losses = new Float64Array(data.size);
  const answers = answersOf(data);
  const predicted = new Int16Array(answers ? data.size : 0);
  const formula = unknownLoss(data, loss) ? undefined : formulaOf("loss", loss);
  const isCustom = unknownLayers(model).length > 0;
  if (isCustom || !formula) {
    const isSlow = isKnownInPart(model) && isWorthHandingOver(model, Math.min(rows, data.size));
    const readouts = isCustom && !isSlow ? inFloat64(model, data) : kernelReadouts(model, data);
    for await (const { start, g } of readouts) {
      const batch = data.batch(start, start + g.shape[0]!);
      losses.set(lossOfSamples(lossOf(loss, batch), g, batch.y), start);
      if (answers) predicted.set(decide(g), start);
    }
  } else {
    const job = makeJob({
      model,
      loss: formula.name,
      threads: defaultThreads(model, data.size).first,
      evaluation: data,
    });
    await runJob(job);
    losses.set(view(job.memory, job.evaluation!.losses));
    if (answers) {
      // The kernels' predictions are bytes; where the network outputs NaN, the loss is NaN too.
      const given = view(job.memory, job.evaluation!.predicted);
      predicted.set(Array.from(given, (answer, i) => (Number.isNaN(losses[i]) ? -1 : answer)));
    }
    release(job.memory);
  }
  const labels = Uint8Array.from(answers ?? []);
  const right = predicted.reduce((sum, answer, i) => sum + Number(answer === labels[i]), 0);
  return {
    loss: losses.reduce((sum, value) => sum + value, 0) / data.size,
    accuracy: answers ? right / data.size : Number.NaN,
    predicted,
    losses,
    labels,
  };
}

/** The network's outputs for the samples, batch by batch. */
function* inFloat64(model: Sequential, data: Dataset): Generator<{ start: number; g: Tensor }> {
  for (let start = 0; start < data.size; start += rows) {
    const { x } = data.batch(start, Math.min(start + rows, data.size));
    yield { start, g: predict(model, x) };
  }
}

/**
 * The predicted class of each row: the largest output; for a single output, whether it is positive; −1 if an output is
 * NaN.
 */
export function decide(g: Tensor): number[] {
  const answers = g.shape[1] === 1 ? g.map((value) => Number(value > 0)) : g.argmax(1);
  return Array.from(answers.data, (answer, i) => (g.row(i).data.some(Number.isNaN) ? -1 : answer));
}
