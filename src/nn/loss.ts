/**
 * What a loss is, and the checks that all losses share.
 */
import { inspect } from "node:util";
import { formatShape, Tensor } from "../tensor/index.js";

/** What the network should say: a label or a number for each sample, or a tensor of samples × outputs. */
export type Targets = ArrayLike<number> | Tensor;

/** A loss, compared with targets y, of the readout g (samples × outputs); the mean over the samples. */
export interface Loss {
  /** What it is called, such as `crossEntropy`. */
  readonly name: string;
  /** The mean over the samples. */
  value(g: Tensor, y: Targets): number;
  /** ∂value/∂g, samples × outputs. */
  gradient(g: Tensor, y: Targets): Tensor;
  /** The loss of each sample. */
  perSample(g: Tensor, y: Targets): Float64Array;
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
