/**
 * Batch normalisation: each channel by its mean and variance over the batch in training, by running ones in evaluation.
 */
import { withFormula } from "../compute/formula.js";
import { checkNumbers, checkPositive } from "../options/check.js";
import { optionsOf } from "../options/options-of.js";
import { type Shape, Tensor } from "../tensor/index.js";
import type { BuiltLayer, LayerBlueprint, Pass } from "./layer.js";
import { showAs } from "./show-as.js";

/** Options of {@link batchNorm}. */
export interface BatchNormOptions {
  /** ε, added to the variance; 1e-5, as in PyTorch. */
  epsilon?: number;
  /** The share of a batch in the running mean and variance; 0.1, as in PyTorch (Keras counts 1 − that, 0.99). */
  momentum?: number;
}

/**
 * y = γ (x − μ)/√(σ² + ε) + β for each channel, the first axis of a sample, with parameters γ and β of shape [channels],
 * initially 1 and 0: for samples × features each feature is a channel, for samples × channels × height × width each
 * channel includes all of its pixels.
 *
 * In training μ and σ² (divisor m) are computed from the m values of a channel in the batch, which also update the running ones,
 *
 *     μ̄ ← (1 − momentum) μ̄ + momentum μ,   σ̄² ← (1 − momentum) σ̄² + momentum σ² m/(m − 1);
 *
 * `predict`, `evaluate` and everything else outside training use μ̄ and σ̄², initially 0 and 1. With x̂ = (x − μ)/√(σ² + ε) and
 * δ = ∂loss/∂y the backward pass is, over the m values of a channel,
 *
 *     ∂loss/∂γ = Σ δ x̂,   ∂loss/∂β = Σ δ,   ∂loss/∂x = γ (δ − mean(δ) − x̂ mean(δ x̂)) / √(σ² + ε).
 *
 * So the samples of a batch affect one another's outputs, and a batch must hold at least two values of each channel. Batches
 * of more than 384 samples train in float64.
 *
 * @param options `epsilon` = 1e-5, `momentum` = 0.1
 * @throws RangeError unless `epsilon` is a finite number > 0 and `momentum` from 0 to 1; in training if a channel has a single value.
 * Source: Ioffe, Szegedy, Batch normalization: accelerating deep network training by reducing internal covariate shift, 2015
 * (arXiv 1502.03167); in PyTorch's form.
 * @example
 * const net = sequential([batchNorm(), dense(1, 1, { init: constant(1) })], { input: [1] });
 * Array.from(predict(net, [[3], [5]]).data, (g) => g.toFixed(4)) // → [ '3.0000', '5.0000' ]
 * Array.from(forward(net, [[3], [5]], { training: true }).g.data, (g) => g.toFixed(4)) // → [ '-1.0000', '1.0000' ]
 * net.namedBuffers["batchNorm[1].mean"].data // → Float64Array(1) [ 0.4 ]
 */
export function batchNorm(options: BatchNormOptions = {}): LayerBlueprint {
  const { epsilon = 1e-5, momentum = 0.1 } = optionsOf("batchNorm", options, ["epsilon", "momentum"]);
  checkPositive("batchNorm", { epsilon });
  checkNumbers("batchNorm", { momentum }, (share) => share >= 0 && share <= 1, "from 0 to 1");
  const given = [
    ...(epsilon === 1e-5 ? [] : [`epsilon: ${epsilon}`]),
    ...(momentum === 0.1 ? [] : [`momentum: ${momentum}`]),
  ];
  const text = given.length === 0 ? "batchNorm()" : `batchNorm({ ${given.join(", ")} })`;
  const start = (input: Shape, value: number) => ({
    shape: [input[0]!],
    init: () => new Float64Array(input[0]!).fill(value),
  });
  return showAs<LayerBlueprint>(text, {
    kind: "batchNorm",
    plan: (input) => [start(input, 1), start(input, 0)],
    planBuffers: (input) => ({ mean: start(input, 0), variance: start(input, 1) }),
    build: (input, [gamma, beta], _index, buffers) =>
      withFormula(showAs(text, built(input, gamma!, beta!, buffers as Running, { epsilon, momentum })), {
        kind: "layer",
        name: "batchNorm",
        epsilon,
        momentum,
      }),
  });
}

/** The running mean and variance of each channel. */
type Running = Readonly<Record<"mean" | "variance", Tensor>>;

function built(
  input: Shape,
  gamma: Tensor,
  beta: Tensor,
  running: Running,
  { epsilon, momentum }: Required<BatchNormOptions>,
): BuiltLayer {
  const channels = input[0]!;
  const pixels = input.slice(1).reduce((product, extent) => product * extent, 1);
  /** Calls `visit` with the index of each value of a channel. */
  const eachOf = (channel: number, samples: number, visit: (at: number) => void): void => {
    for (let s = 0; s < samples; s++) {
      const from = (s * channels + channel) * pixels;
      for (let i = from; i < from + pixels; i++) visit(i);
    }
  };
  /** μ, and √(σ² + ε) or with `of` = "variance" σ², of a channel of the batch. */
  const momentsOf = ({ data, shape }: Tensor, channel: number) => {
    const samples = shape[0]!;
    const count = samples * pixels;
    if (count < 2) {
      refuseSingle(samples);
    }
    let [mean, variance] = [0, 0];
    eachOf(channel, samples, (at) => (mean += data[at]! / count));
    eachOf(channel, samples, (at) => (variance += (data[at]! - mean) ** 2 / count));
    return { mean, variance, count };
  };
  const usedBy = (x: Tensor, channel: number, { training }: Pass) =>
    training
      ? momentsOf(x, channel)
      : { mean: running.mean.data[channel]!, variance: running.variance.data[channel]!, count: 0 };
  const move = (kept: Tensor, channel: number, value: number): void => {
    kept.data[channel] = (1 - momentum) * kept.data[channel]! + momentum * value;
  };
  return {
    kind: "batchNorm",
    inputShape: input,
    outputShape: input,
    parameters: [gamma, beta],
    buffers: running,
    multiplyAdds: 0,
    forward(x, pass) {
      const y = new Float64Array(x.size);
      for (let c = 0; c < channels; c++) {
        const { mean, variance, count } = usedBy(x, c, pass);
        const scale = gamma.data[c]! / Math.sqrt(variance + epsilon);
        eachOf(c, x.shape[0]!, (at) => (y[at] = scale * (x.data[at]! - mean) + beta.data[c]!));
        if (!pass.training) continue;
        move(running.mean, c, mean);
        move(running.variance, c, (variance * count) / (count - 1));
      }
      return new Tensor(x.shape, y);
    },
    backward(delta, x, pass) {
      const samples = x.shape[0]!;
      const dx = new Float64Array(x.size);
      const [dGamma, dBeta] = [new Float64Array(channels), new Float64Array(channels)];
      for (let c = 0; c < channels; c++) {
        const { mean, variance, count } = usedBy(x, c, pass);
        const deviation = Math.sqrt(variance + epsilon);
        const normal = (at: number) => (x.data[at]! - mean) / deviation;
        eachOf(c, samples, (at) => {
          dGamma[c]! += delta.data[at]! * normal(at);
          dBeta[c]! += delta.data[at]!;
        });
        // The batch mean and variance depend on x; the running ones are constants.
        const [level, along] = pass.training ? [dBeta[c]! / count, dGamma[c]! / count] : [0, 0];
        const scale = gamma.data[c]! / deviation;
        eachOf(c, samples, (at) => (dx[at] = scale * (delta.data[at]! - level - normal(at) * along)));
      }
      return {
        x: new Tensor(x.shape, dx),
        parameters: [new Tensor([channels], dGamma), new Tensor([channels], dBeta)],
      };
    },
    traced(x, [gamma, beta]) {
      const { mean, variance } = running;
      const deviation = variance.add(epsilon).sqrt();
      const each = (one: Tensor) => one.reshape(1, channels, 1);
      const images = x.reshape(-1, channels, pixels);
      return images
        .sub(each(mean))
        .div(each(deviation))
        .mul(gamma!.reshape(1, channels, 1))
        .add(beta!.reshape(1, channels, 1))
        .reshape(-1, channels * pixels);
    },
  };
}

/** Throws: a single value of each channel minus its mean is always 0. */
export function refuseSingle(samples: number): never {
  throw new RangeError(
    `batchNorm: in training a batch must hold at least 2 values of each channel, since a single value less its mean is 0; use a batch size that leaves no batch of 1, got ${samples} ${samples === 1 ? "sample" : "samples"}`,
  );
}
