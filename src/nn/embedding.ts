/**
 * Embeddings: each symbol is mapped to a vector, and the vectors are learned.
 */
import { inspect } from "#platform";
import { formulaOf, withFormula } from "../compute/formula.js";
import type { Dataset } from "../data/index.js";
import { checkWhole } from "../options/check.js";
import { Tensor } from "../tensor/index.js";
import type { BuiltLayer, Layer, LayerBlueprint } from "./layer.js";
import { showAs } from "./show-as.js";

/**
 * y_i = E[x_i] for each entry x_i of a sample, a whole number from 0 to symbols − 1, with the rows of E, symbols × width, as
 * parameters, initialised with standard normals, as in PyTorch. It equals a dense layer without biases on one-hot vectors, without
 * the cost:
 *
 *     ∂loss/∂E[j] = Σ δ_i over all i with x_i = j,   ∂loss/∂x = 0.
 *
 * A sample of shape [k] becomes one of shape [k, width]: a `flatten()` before a dense layer concatenates the vectors.
 *
 * @param symbols the number of symbols, ≥ 1
 * @param width the dimension of the vectors, ≥ 1
 * @throws RangeError unless both are whole numbers ≥ 1; in a pass for an entry that is not a symbol.
 * Source: Bengio, Ducharme, Vincent, Jauvin, A neural probabilistic language model, JMLR 3 (2003).
 * @example
 * const net = sequential([embedding(27, 10), flatten(), dense(30, 27)], { input: [3] });
 * predict(net, [[0, 5, 12]]).shape // → [ 1, 27 ]
 */
export function embedding(symbols: number, width: number): LayerBlueprint {
  checkWhole("embedding", { "the number of symbols": symbols, "the width": width });
  const text = `embedding(${symbols}, ${width})`;
  return showAs<LayerBlueprint>(text, {
    kind: "embedding",
    plan: () => [
      {
        shape: [symbols, width],
        init: (stream) => Float64Array.from({ length: symbols * width }, () => stream.normal()),
      },
    ],
    build(input, [points]) {
      const layer: BuiltLayer = showAs(text, {
        kind: "embedding",
        inputShape: input,
        outputShape: [...input, width],
        parameters: [points!],
        multiplyAdds: 0,
        forward(x) {
          const y = new Float64Array(x.size * width);
          x.data.forEach((symbol, i) => {
            if (Number.isNaN(symbol)) y.fill(Number.NaN, i * width, (i + 1) * width);
            else {
              requireSymbol(symbol, i, symbols, x);
              y.set(points!.data.subarray(symbol * width, (symbol + 1) * width), i * width);
            }
          });
          return new Tensor([x.shape[0]!, x.shape[1]! * width], y);
        },
        backward(delta, x) {
          const dE = new Float64Array(symbols * width);
          x.data.forEach((symbol, i) => {
            for (let j = 0; j < width; j++) dE[symbol * width + j]! += delta.data[i * width + j]!;
          });
          return { x: x.mul(0), parameters: [new Tensor([symbols, width], dE)] };
        },
        traced(x, [points]) {
          const chosen = new Float64Array(x.value.size * symbols);
          x.value.data.forEach((symbol, i) => {
            requireSymbol(symbol, i, symbols, x.value);
            chosen[i * symbols + symbol] = 1;
          });
          const rows = points!.transpose().matmul(new Tensor([x.value.size, symbols], chosen).transpose());
          return rows.transpose().reshape(x.shape[0]!, -1);
        },
      });
      return withFormula(layer, { kind: "layer", name: "embedding", symbols, width });
    },
  });
}

/** Throws unless each entry of the samples is a symbol, if the network begins with an embedding. */
export function requireSymbols(
  first: Layer,
  { x, scale, features }: Pick<Dataset, "x" | "scale" | "features">,
): void {
  const formula = formulaOf("layer", first);
  if (formula?.name !== "embedding") return;
  for (let i = 0; i < x.length; i++)
    requireSymbol(x[i]! * scale, i, formula.symbols, { shape: [1, features] });
}

function requireSymbol(symbol: number, i: number, symbols: number, { shape }: Pick<Tensor, "shape">): void {
  if (Number.isInteger(symbol) && symbol >= 0 && symbol < symbols) return;
  const columns = shape[1]!;
  throw new RangeError(
    `embedding: each entry must be a whole number from 0 to ${symbols - 1}, a symbol; entry ${i % columns} of sample ${Math.floor(i / columns)}: got ${inspect(symbol)}`,
  );
}
