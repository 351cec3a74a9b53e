/**
 * The cost of training: multiply-adds and numbers stored (A12, B1).
 */
import { inspect } from "#platform";
import { type Displayable, displaySymbol, type MimeBundle } from "../display/bundle.js";
import { formatNumber } from "../display/format-number.js";
import { table } from "../display/table.js";
import { checkWhole } from "../options/check.js";
import { optionsOf } from "../options/options-of.js";
import { sizeOf } from "../tensor/shapes.js";
import { multiplyAdds, parametersOf, Sequential } from "./sequential.js";

/** The numbers of samples in total and in a step. */
export interface OperationCountOptions {
  /** N, the samples of an epoch; 60,000, as in MNIST. */
  samples?: number;
  /** B, the samples of a step of SGD; 128. */
  batchSize?: number;
}

/** Multiply-adds and numbers held. Shows itself as a table. */
export interface OperationCounts extends Displayable {
  /** For one sample, forward. */
  readonly forward: number;
  /** For one sample's gradient: forward, the gradients of the weights, and the deltas of all layers above the first weights. */
  readonly backpropagation: number;
  /** For one sample's gradient by central differences: 2M times forward. */
  readonly differences: number;
  /** For a step of SGD: B gradients, and M for the step itself. */
  readonly sgdStep: number;
  /** For a step of gradient descent: N gradients, and M for the step itself. */
  readonly gradientDescentStep: number;
  /** Numbers held while a step of SGD is computed. */
  readonly memory: {
    /** θ. */
    readonly parameters: number;
    /** Its gradient. */
    readonly gradient: number;
    /** The outputs of each layer for each sample of the batch, and the samples. */
    readonly activations: number;
  };
}

/**
 * Counts the multiply-adds and the memory of training a network.
 *
 * Each weight is used in one multiplication forward, one for its own gradient, and one for the delta below it, which
 * the first layer with weights does not need: a gradient costs between twice and three times a forward pass,
 * however many parameters there are, and central differences cost 2M of them (A12). Activations, pooling, losses and
 * the additions of biases are not counted.
 *
 * @param model the network
 * @param options `samples` = 60,000, `batchSize` = 128
 * @throws TypeError for anything but a network, RangeError for counts that are not whole numbers ≥ 1.
 * @example
 * const counts = operationCounts(sequential([dense(3, 4), relu(), dense(4, 2)]), { samples: 100, batchSize: 10 });
 * counts.forward // → 20
 * counts.backpropagation // → 48
 * counts.memory.activations // → 130
 */
export function operationCounts(model: Sequential, options: OperationCountOptions = {}): OperationCounts {
  const { samples = 60_000, batchSize = 128 } = optionsOf("operationCounts", options, [
    "samples",
    "batchSize",
  ]);
  if (!(model instanceof Sequential)) {
    throw new TypeError(
      `operationCounts: expected a network of sequential(), got ${inspect(model, { depth: 0 })}`,
    );
  }
  checkWhole("operationCounts", { samples, batchSize });
  const M = model.parameterCount;
  const forward = model.layers.reduce((sum, layer) => sum + multiplyAdds(layer), 0);
  const first = model.layers.findIndex((layer) => parametersOf(layer).length > 0);
  const deltas = model.layers.slice(first + 1).reduce((sum, layer) => sum + multiplyAdds(layer), 0);
  const backpropagation = 2 * forward + deltas;
  const sizes = model.shapes.map(sizeOf);
  const counts = {
    forward,
    backpropagation,
    differences: 2 * M * forward,
    sgdStep: batchSize * backpropagation + M,
    gradientDescentStep: samples * backpropagation + M,
    memory: {
      parameters: M,
      gradient: M,
      activations: batchSize * sizes.reduce((sum, size) => sum + size, 0),
    },
  };
  const { memory } = counts;
  const shown = table(
    [
      { what: "a sample, forward", "multiply-adds": forward },
      { what: "its gradient, backpropagation", "multiply-adds": backpropagation },
      { what: "its gradient, central differences", "multiply-adds": counts.differences },
      {
        what: `a step of SGD, B = ${batchSize}`,
        "multiply-adds": counts.sgdStep,
        "numbers held": memory.parameters + memory.gradient + memory.activations,
      },
      {
        what: `a step of gradient descent, N = ${formatNumber(samples)}`,
        "multiply-adds": counts.gradientDescentStep,
      },
    ],
    { caption: `M = ${M.toLocaleString("en")} parameters` },
  );
  return Object.freeze({
    ...counts,
    [inspect.custom]: () => inspect(shown),
    [displaySymbol]: (): MimeBundle | Promise<MimeBundle> => shown[displaySymbol](),
  });
}
