/**
 * Layer normalisation: each sample by its mean and variance.
 */
import { withFormula } from "../compute/formula.js";
import { checkPositive } from "../options/check.js";
import { optionsOf } from "../options/options-of.js";
import { Tensor } from "../tensor/index.js";
import { sizeOf } from "../tensor/shapes.js";
import type { BuiltLayer, LayerBlueprint } from "./layer.js";
import { showAs } from "./show-as.js";

/**
 * y = γ ⊙ (x − μ)/√(σ² + ε) + β for each sample, with the mean μ and the variance σ² (divisor n) over all n entries of the
 * sample, and parameters γ and β of a sample's shape, initially 1 and 0. Training and evaluation do the same.
 *
 *     x̂ = (x − μ)/√(σ² + ε),   ∂loss/∂γ = Σ δ ⊙ x̂,   ∂loss/∂β = Σ δ,
 *     ∂loss/∂x = (γδ − mean(γδ) − x̂ mean(γδ ⊙ x̂)) / √(σ² + ε)
 *
 * @param options `epsilon`: ε, 1e-5, as in PyTorch
 * @throws RangeError unless `epsilon` is a finite number > 0.
 * Source: Ba, Kiros, Hinton, Layer normalization, 2016 (arXiv 1607.06450); in PyTorch's form.
 * @example
 * sequential([dense(4, 8), layerNorm(), relu(), dense(8, 3)]).parameterCount // → 83
 * const net = sequential([layerNorm(), dense(2, 1, { init: constant(1) })], { input: [2] });
 * predict(net, [[1, 5]]).norm().toFixed(6) // → '0.000000'
 */
export function layerNorm(options: { epsilon?: number } = {}): LayerBlueprint {
  const { epsilon = 1e-5 } = optionsOf("layerNorm", options, ["epsilon"]);
  checkPositive("layerNorm", { epsilon });
  const text = epsilon === 1e-5 ? "layerNorm()" : `layerNorm({ epsilon: ${epsilon} })`;
  return showAs<LayerBlueprint>(text, {
    kind: "layerNorm",
    plan: (shape) => [
      { shape, init: () => new Float64Array(sizeOf(shape)).fill(1) },
      { shape, init: () => new Float64Array(sizeOf(shape)) },
    ],
    build(input, [gamma, beta]) {
      const layer: BuiltLayer = showAs(text, {
        kind: "layerNorm",
        inputShape: input,
        outputShape: input,
        parameters: [gamma!, beta!],
        multiplyAdds: 0,
        forward(x) {
          const n = x.shape[1]!;
          const { normal } = normalised(x, epsilon);
          return new Tensor(
            x.shape,
            normal.map((value, i) => gamma!.data[i % n]! * value + beta!.data[i % n]!),
          );
        },
        backward(delta, x) {
          const [samples, n] = x.shape as [number, number];
          const { normal, scale } = normalised(x, epsilon);
          const [dGamma, dBeta] = [new Float64Array(n), new Float64Array(n)];
          const dx = new Float64Array(x.size);
          for (let s = 0; s < samples; s++) {
            let [mean, along] = [0, 0];
            for (let i = 0; i < n; i++) {
              const at = s * n + i;
              const d = delta.data[at]!;
              dGamma[i]! += d * normal[at]!;
              dBeta[i]! += d;
              mean += (gamma!.data[i]! * d) / n;
              along += (gamma!.data[i]! * d * normal[at]!) / n;
            }
            for (let i = 0; i < n; i++) {
              const at = s * n + i;
              dx[at] = (gamma!.data[i]! * delta.data[at]! - mean - normal[at]! * along) / scale[s]!;
            }
          }
          return {
            x: new Tensor(x.shape, dx),
            parameters: [new Tensor(input, dGamma), new Tensor(input, dBeta)],
          };
        },
        traced(x, [gamma, beta]) {
          const centred = x.sub(x.mean(1).reshape(-1, 1));
          const deviation = centred.mul(centred).mean(1).add(epsilon).sqrt().reshape(-1, 1);
          const n = sizeOf(input);
          return centred.div(deviation).mul(gamma!.reshape(n)).add(beta!.reshape(n));
        },
      });
      return withFormula(layer, { kind: "layer", name: "layerNorm", epsilon });
    },
  });
}

/** x̂ of each sample, row by row, and the divisor of each. */
function normalised({ data, shape }: Tensor, epsilon: number) {
  const [samples, n] = shape as [number, number];
  const normal = new Float64Array(data.length);
  const scale = new Float64Array(samples);
  for (let s = 0; s < samples; s++) {
    let mean = 0;
    for (let i = 0; i < n; i++) mean += data[s * n + i]! / n;
    let variance = 0;
    for (let i = 0; i < n; i++) variance += (data[s * n + i]! - mean) ** 2 / n;
    scale[s] = Math.sqrt(variance + epsilon);
    for (let i = 0; i < n; i++) normal[s * n + i] = (data[s * n + i]! - mean) / scale[s]!;
  }
  return { normal, scale };
}
