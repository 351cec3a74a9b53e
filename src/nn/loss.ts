/**
 * The interface of losses, and the checks that they share.
 */
import { inspect } from "#platform";
import type { Variable } from "../autodiff/tape.js";
import { formatShape, Tensor } from "../tensor/index.js";

/** The targets: a label or a number for each sample, or a tensor of samples × outputs. */
export type Targets = ArrayLike<number> | Tensor;

/** A loss of the readout g (samples × outputs) against targets y; the mean over the samples. */
export interface Loss {
  /** Its name, such as `crossEntropy`. */
  readonly name: string;
  /** The mean over the samples. */
  value(g: Tensor, y: Targets): number;
  /** ∂value/∂g, samples × outputs. */
  gradient(g: Tensor, y: Targets): Tensor;
  /** The loss of each sample. */
  perSample(g: Tensor, y: Targets): Float64Array;
  /**
   * The kind of targets it accepts, which `train` and `evaluate` check beforehand; without it the loss itself rejects invalid
   * targets. Probabilities are targets that sum to 1 for each sample, for two outputs or more.
   */
  readonly accepts?: "labels" | "targets" | "labels or probabilities";
  /** Whether one output is enough for labels of two classes. */
  readonly oneOutput?: boolean;
  /** The activation that it includes, which the network must not end in. */
  readonly brings?: "softmax" | "sigmoid";
  /** The weight of each sample, in order, if `weighted()` made the loss: not for samples in another order. */
  readonly sampleWeights?: Float64Array;
  /** The loss to which `sampleWeights` were given. */
  readonly unweighted?: Loss;
  /** The penalty on the weights; see `withPenalty()`. The values and gradients above exclude it. */
  readonly penalty?: Penalty;
  /** `value` on the tape of `autodiff/`, needed for exact products with the Hessian. */
  traced?(g: Variable, y: Targets): Variable;
}

/** A penalty on the size of weights. */
export interface Penalty {
  /** The penalty of all weights A[1], …, A[n+1] (index 0 is empty). */
  value(A: readonly Tensor[]): number;
  /** ∂value/∂A[t] for the weights A[t]. */
  gradient(weights: Tensor): Tensor;
  /** `value` on the tape of `autodiff/`, of the weights A[1], …, A[n+1] in a list that begins with A[1]. */
  traced?(weights: readonly Variable[]): Variable;
}

/** The loss with its penalty: the minimised function. */
export function penalisedLoss({ A }: { A: readonly Tensor[] }, g: Tensor, y: Targets, loss: Loss): number {
  return loss.value(g, y) + (loss.penalty?.value(A) ?? 0);
}

/**
 * Targets in the layout of g, samples × outputs: a tensor of its shape, or for one output a list with a number for
 * each sample.
 */
export function numericTargets(name: string, g: Tensor, y: Targets): ArrayLike<number> {
  const [samples, outputs] = readoutShape(name, g);
  if (y instanceof Tensor && y.rank === 2) {
    if (y.shape[0] !== samples || y.shape[1] !== outputs) {
      throw new RangeError(
        `${name}: y must have the shape of g, ${formatShape(g.shape)}; its shape is ${formatShape(y.shape)}`,
      );
    }
    checkTargets(name, y.data, outputs, Number.isFinite, "a finite number");
    return y.data;
  }
  const list = y instanceof Tensor ? y.data : y;
  if (typeof list !== "object" || list === null || typeof list.length !== "number") {
    throw new TypeError(`${name}: y must be a list of numbers or a tensor, got ${inspect(list)}`);
  }
  if (outputs !== 1) {
    throw new RangeError(
      `${name}: for ${outputs} outputs y must be a tensor of shape ${formatShape(g.shape)}, got a list of ${list.length} numbers`,
    );
  }
  checkCount(name, "target", list.length, samples);
  checkTargets(name, list, 1, Number.isFinite, "a finite number");
  return list;
}

/** Throws unless `holds` is true for every target, in the layout of g; `expected` describes valid ones. */
function checkTargets(
  name: string,
  targets: ArrayLike<number>,
  outputs: number,
  holds: (target: number) => boolean,
  expected: string,
): void {
  for (let i = 0; i < targets.length; i++) {
    if (holds(targets[i]!)) continue;
    const where = outputs === 1 ? `sample ${i}` : `sample ${Math.floor(i / outputs)}, output ${i % outputs}`;
    const message = `${name}: each target must be ${expected}; ${where}: got ${inspect(targets[i])}`;
    throw typeof targets[i] === "number" ? new RangeError(message) : new TypeError(message);
  }
}

/** The labels of the samples; throws unless there is one for each, a whole number below `classes`. */
export function labelsOf(name: string, y: Targets, samples: number, classes: number): ArrayLike<number> {
  const labels = y instanceof Tensor ? y.data : y;
  if (typeof labels !== "object" || labels === null) {
    throw new TypeError(`${name}: y must be a list of labels, got ${inspect(labels)}`);
  }
  if (y instanceof Tensor && y.rank === 2 && y.shape[1] !== 1) {
    throw new RangeError(
      `${name}: y must hold one label for each sample; of rows of 0 and 1 take y.argmax(1); its shape is ${formatShape(y.shape)}`,
    );
  }
  checkCount(name, "label", labels.length, samples);
  for (let i = 0; i < samples; i++) {
    const label = labels[i]!;
    if (!Number.isInteger(label) || label < 0 || label >= classes) {
      const [range, hint] =
        classes === 1
          ? ["0, as the readout has one output", "; for two classes use dense(…, 2), or binaryCrossEntropy()"]
          : [`a whole number from 0 to ${classes - 1}, as the readout has ${classes} outputs`, ""];
      throw new RangeError(
        `${name}: a label must be ${range}${hint}; sample ${i} has label ${inspect(label)}`,
      );
    }
  }
  return labels;
}

/**
 * A loss that is a sum over the outputs of a function of output and target, the mean over the samples; `allowed` restricts
 * the targets, if not all numbers are valid.
 */
export function outputwise(
  name: string,
  f: (g: number, y: number) => number,
  derivative: (g: number, y: number) => number,
  secondDerivative: (g: number, y: number) => number,
  allowed?: { holds: (target: number) => boolean; expected: string },
): Omit<Loss, "name"> {
  const targetsOf = (g: Tensor, y: Targets): ArrayLike<number> => {
    const targets = numericTargets(name, g, y);
    if (allowed) checkTargets(name, targets, g.shape[1]!, allowed.holds, allowed.expected);
    return targets;
  };
  const perSample = (g: Tensor, y: Targets): Float64Array => {
    const target = targetsOf(g, y);
    const outputs = g.shape[1]!;
    const losses = new Float64Array(g.shape[0]!);
    for (let i = 0; i < g.size; i++) losses[Math.floor(i / outputs)]! += f(g.data[i]!, target[i]!);
    return losses;
  };
  return {
    perSample,
    value: (g, y) => meanLoss(perSample(g, y)),
    gradient: (g, y) => {
      const target = targetsOf(g, y);
      return g.map((entry, i) => derivative(entry, target[i]!) / g.shape[0]!);
    },
    traced(g, y) {
      const target = targetsOf(g.value, y);
      const [of, first, second] = [f, derivative, secondDerivative].map(
        (one) => (entry: number, i: number) => one(entry, target[i]!),
      );
      return g.map(of!, first!, second!).sum().div(g.shape[0]!);
    },
  };
}

/** The mean of some losses; throws if there are none. */
export function meanLoss(losses: Float64Array): number {
  let sum = 0;
  for (const loss of losses) sum += loss;
  return sum / losses.length;
}

/** The numbers of samples and outputs of the readout g; throws unless it is a matrix with at least one of each. */
export function readoutShape(name: string, g: Tensor): [samples: number, outputs: number] {
  if (!(g instanceof Tensor)) {
    throw new TypeError(`${name}: g must be a tensor, got ${inspect(g, { depth: 0 })}`);
  }
  if (g.rank !== 2 || g.size === 0) {
    throw new RangeError(`${name}: g must be samples × outputs; its shape is ${formatShape(g.shape)}`);
  }
  return [g.shape[0]!, g.shape[1]!];
}

/** Throws unless there is one of y for each sample. */
export function checkCount(name: string, what: string, count: number, samples: number): void {
  if (count !== samples) {
    throw new RangeError(
      `${name}: there must be one ${what} for each sample, that is ${samples}, got ${count}`,
    );
  }
}
