/**
 * Batch normalisation. The batch is a single chunk (train/options.ts ensures that), and each thread computes some of the channels.
 */
import type { Region } from "../../compute/arena.js";
import { formulaOf } from "../../compute/formula.js";
import type { Matrix } from "../../compute/matrix.js";
import { rangeOf } from "../../compute/share.js";
import { isActivation } from "../../nn/layer.js";
import type { MatrixPlan, ParametersPlan } from "../memory.js";
import { count, gatherInput, type LayerKind, type LoweredLayer } from "./layer.js";
import { rowOfParameters } from "./rows.js";

interface LoweredBatchNorm extends LoweredLayer {
  readonly epsilon: number;
  readonly momentum: number;
  readonly channels: number;
}

interface BatchNormPlan {
  readonly epsilon: number;
  readonly momentum: number;
  readonly channels: number;
  readonly gamma: ParametersPlan;
  readonly beta: ParametersPlan;
  /** The gradients of γ and β for a batch. */
  readonly along: MatrixPlan;
  readonly level: MatrixPlan;
  /** The running means and variances. */
  readonly running: Region<"Float64Array">;
  /** The mean and 1/√(variance + ε) of each channel that the last pass used. */
  readonly used: Region<"Float64Array">;
}

/** y = γ x̂ + β with x̂ = (x − μ)/√(σ² + ε) for each channel, with the batch's μ and σ² in training, else with the running ones. */
export const batchNormKind: LayerKind<LoweredBatchNorm, BatchNormPlan> = {
  keepsRectified: false,

  lower(layer) {
    const formula = formulaOf("layer", layer);
    if (formula?.name !== "batchNorm" || isActivation(layer) || !("inputShape" in layer)) return undefined;
    const { epsilon, momentum } = formula;
    const size = count(layer.inputShape);
    const channels = layer.inputShape[0]!;
    return { kind: "batchNorm", epsilon, momentum, channels, inputs: size, outputs: size, relu: false };
  },

  scratchLength: () => 0,

  reserve: ({ epsilon, momentum, channels }, room) => ({
    epsilon,
    momentum,
    channels,
    gamma: rowOfParameters(room, channels),
    beta: rowOfParameters(room, channels),
    along: room.matrix(channels, 1),
    level: room.matrix(channels, 1),
    running: room.array("Float64Array", 2 * channels),
    used: room.array("Float64Array", 2 * channels),
  }),

  prepare({ along, level }, views) {
    for (const plan of [along, level]) views.matrix(plan).data.fill(0);
  },

  buffers: ({ running }) => [running],

  eachRun({ gamma, beta, channels }, run) {
    run(gamma.at, channels);
    run(beta.at, channels);
  },

  bind(plan, parts, views) {
    const { epsilon, momentum, channels } = plan;
    const { kernels, share, meet, input, x, relu, delta } = parts;
    const [gamma, beta] = [views.parameters(plan.gamma), views.parameters(plan.beta)];
    const [along, level] = [views.matrix(plan.along), views.matrix(plan.level)];
    const [running, used] = [views.array(plan.running), views.array(plan.used)];
    const pixels = input.columns / channels;
    let isTraining = false;
    /** The batch's mean and variance of a channel, in two passes; updates the running ones. */
    const momentsOf = (c: number, rows: number): { mean: number; variance: number } => {
      const n = rows * pixels;
      let [mean, squares] = [0, 0];
      eachOf(input, c, rows, pixels, (value) => {
        mean += value;
      });
      mean /= n;
      eachOf(input, c, rows, pixels, (value) => {
        squares += (value - mean) ** 2;
      });
      running[c] = (1 - momentum) * running[c]! + momentum * mean;
      running[channels + c] = (1 - momentum) * running[channels + c]! + (momentum * squares) / (n - 1);
      return { mean, variance: squares / n };
    };
    return {
      prepare: (rows, source) => gatherInput(parts, rows, source),
      forward(rows, place) {
        isTraining = place !== undefined;
        const [from, to] = rangeOf(channels, share);
        for (let c = from; c < to; c++) {
          const { mean, variance } = isTraining
            ? momentsOf(c, rows)
            : { mean: running[c]!, variance: running[channels + c]! };
          const scale = 1 / Math.sqrt(variance + epsilon);
          used[c] = mean;
          used[channels + c] = scale;
          const [g, b] = [gamma.theta[c]! * scale, beta.theta[c]!];
          for (let i = 0; i < rows; i++) {
            const [at, to] = [i * input.pitch + c * pixels, i * x.pitch + c * pixels];
            for (let p = 0; p < pixels; p++) {
              const y = g * (input.data[at + p]! - mean) + b;
              x.data[to + p] = relu && y < 0 ? 0 : y;
            }
          }
        }
      },
      backward(rows, finish, below) {
        const n = rows * pixels;
        const [from, to] = rangeOf(channels, share);
        for (let c = from; c < to; c++) {
          const [mean, scale] = [used[c]!, used[channels + c]!];
          let [sum, product] = [0, 0];
          for (let i = 0; i < rows; i++) {
            const [at, of] = [i * input.pitch + c * pixels, i * delta.pitch + c * pixels];
            for (let p = 0; p < pixels; p++) {
              sum += delta.data[of + p]!;
              product += delta.data[of + p]! * (input.data[at + p]! - mean) * scale;
            }
          }
          along.data[c] = product;
          level.data[c] = sum;
          if (!below) continue;
          const g = gamma.theta[c]! * scale;
          for (let i = 0; i < rows; i++) {
            const [at, of] = [i * input.pitch + c * pixels, i * delta.pitch + c * pixels];
            const back = i * below.delta.pitch + c * pixels;
            for (let p = 0; p < pixels; p++) {
              const z = input.data[at + p]!;
              const normal = (z - mean) * scale;
              const d = g * (delta.data[of + p]! - sum / n - (normal * product) / n);
              below.delta.data[back + p] = below.relu && !(z > 0) ? 0 : d;
            }
          }
        }
        meet();
        kernels.biasGradient(gamma, along, 1, finish, share);
        kernels.biasGradient(beta, level, 1, finish, share);
      },
    };
  },
};

/** Each value of a channel. */
function eachOf(
  { data, pitch }: Matrix,
  channel: number,
  rows: number,
  pixels: number,
  visit: (value: number) => void,
): void {
  for (let i = 0; i < rows; i++) {
    const from = i * pitch + channel * pixels;
    for (let p = from; p < from + pixels; p++) visit(data[p]!);
  }
}
