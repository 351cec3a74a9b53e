/**
 * From readouts to probabilities.
 */
import { withFormula } from "../compute/formula.js";
import { formatShape, Tensor, type TensorLike, tensor } from "../tensor/index.js";
import type { BuiltLayer, LayerBlueprint } from "./layer.js";
import { readoutShape } from "./loss.js";
import { showAs } from "./show-as.js";

/**
 * p_k = e^(g_k) / Σ_j e^(g_j) in each row: probabilities that sum to 1 (A2). The largest g is subtracted first, which
 * only prevents overflow. Two forms:
 *
 * - `softmax(g)`: the probabilities of a readout, samples × outputs;
 * - `softmax()`: a layer for use inside a network; none follows the readout, because `crossEntropy()` includes it.
 *
 *     ∂loss/∂g_k = p_k (δ_k − Σ_j p_j δ_j),   δ = ∂loss/∂p
 *
 * @param readout samples × outputs
 * @throws RangeError unless g is a matrix; for the layer, if samples are not rows of numbers.
 * @example
 * softmax([[0, 0], [1000, 0]]).toArray() // → [ [ 0.5, 0.5 ], [ 1, 0 ] ]
 * sequential([dense(4, 8), softmax(), dense(8, 3)]).parameterCount // → 67
 */
export function softmax(readout: TensorLike): Tensor;
/** The layer: p = softmax(z) of each sample. */
export function softmax(): LayerBlueprint;
export function softmax(...readout: [TensorLike?]): LayerBlueprint | Tensor {
  return readout.length === 0 ? layer() : probabilities(readout[0]!);
}

function probabilities(readout: TensorLike): Tensor {
  const g = tensor(readout);
  const [samples, outputs] = readoutShape("softmax", g);
  const largest = g.max(1).reshape(samples, 1);
  const e = g.sub(largest).map((entry) => Math.exp(entry));
  return e.div(e.sum(1).reshape(samples, 1)).reshape(samples, outputs);
}

function layer(): LayerBlueprint {
  return showAs<LayerBlueprint>("softmax()", {
    kind: "softmax",
    plan: (input) => {
      if (input.length === 1) return [];
      throw new RangeError(
        `softmax: a sample must be a row of numbers; put flatten() before it; its shape is ${formatShape(input)}`,
      );
    },
    build(input) {
      const layer: BuiltLayer = showAs("softmax()", {
        kind: "softmax",
        inputShape: input,
        outputShape: input,
        parameters: [],
        multiplyAdds: 0,
        forward: probabilities,
        backward(delta, g) {
          const p = probabilities(g);
          // δ relative to that of the likeliest class: the same in exact arithmetic, and a common offset cannot swamp the differences.
          const samples = g.shape[0]!;
          const likeliest = Array.from(p.argmax(1).data, (k, i) => delta.at(i, k));
          const d = delta.sub(new Tensor([samples, 1], Float64Array.from(likeliest)));
          const mean = p.mul(d).sum(1).reshape(samples, 1);
          return { x: p.mul(d.sub(mean)), parameters: [] };
        },
        traced(g) {
          const e = g.sub(g.value.max(1).reshape(-1, 1)).exp();
          return e.div(e.sum(1).reshape(-1, 1));
        },
      });
      return withFormula(layer, { kind: "layer", name: "softmax" });
    },
  });
}
