/**
 * The convolution of images: a small dense layer applied to every window with the same weights.
 */
import { withFormula } from "../compute/formula.js";
import type { Windows } from "../compute/windows.js";
import { checkWhole } from "../options/check.js";
import { optionsOf } from "../options/options-of.js";
import { type Random, Tensor, zeros } from "../tensor/index.js";
import { type BiasInitialiser, checkBias, firstBiases, zeroBias } from "./dense.js";
import { eachWindow, windowsOn } from "./images.js";
import { he, type Initialiser } from "./initialisers.js";
import type { BuiltLayer, LayerBlueprint } from "./layer.js";
import { showAs } from "./show-as.js";

/** Options of {@link conv2d}. */
export interface Conv2dOptions {
  /** The height and width of a window; 3. */
  kernel?: number;
  /** The stride between windows; 1. */
  stride?: number;
  /** The width of the zero padding, or `"same"` so that stride 1 keeps height and width; 0. */
  padding?: number | "same";
  /** The initialiser of A, as a matrix of outputs × (inputs · kernel²); `he` by default. */
  init?: Initialiser;
  /** Whether it has biases; true. Before `batchNorm`, which subtracts the mean, they have no effect. */
  bias?: boolean;
  /** The initialiser of b; 0. */
  initBias?: BiasInitialiser;
}

/**
 * z[o, r, c] = b[o] + Σ_i Σ_u Σ_v A[o, i, u, v] x[i, r·stride + u − padding, c·stride + v − padding], with zeros outside
 * x: a cross-correlation, which deep learning calls convolution.
 *
 * @param inputs channels of the image
 * @param outputs channels of the result
 * @returns a layer for samples of inputs × height × width; A is outputs × inputs × kernel × kernel, b has an entry for
 *   each output
 * @throws RangeError unless all counts are whole numbers and samples are images with that many channels.
 * Source: PyTorch's Conv2d; LeCun, Bottou, Bengio, Haffner, Gradient-based learning applied to document recognition,
 * 1998.
 * @example
 * sequential([conv2d(1, 6, { kernel: 5 }), relu(), flatten(), dense(6 * 24 * 24, 10)], { input: [1, 28, 28] }).outputs // → 10
 */
export function conv2d(inputs: number, outputs: number, settings: Conv2dOptions = {}): LayerBlueprint {
  const {
    kernel = 3,
    stride = 1,
    padding = 0,
    init = he,
    bias = true,
    initBias = zeroBias,
  } = optionsOf("conv2d", settings, ["kernel", "stride", "padding", "init", "bias", "initBias"]);
  checkWhole("conv2d", {
    "the number of input channels": inputs,
    "the number of output channels": outputs,
    kernel,
    stride,
  });
  if (padding === "same" && kernel % 2 === 0) {
    throw new RangeError(`conv2d: padding "same" needs an odd kernel, got ${kernel}`);
  }
  const around = padding === "same" ? (kernel - 1) / 2 : padding;
  checkWhole("conv2d", { padding: around }, 0);
  checkBias("conv2d", bias, initBias);
  const window = { kernel, stride, padding: around };
  const options = [
    `kernel: ${kernel}`,
    ...(stride === 1 ? [] : [`stride: ${stride}`]),
    ...(around === 0 ? [] : [`padding: ${around}`]),
    ...(bias ? [] : ["bias: false"]),
  ].join(", ");
  const text = `conv2d(${inputs}, ${outputs}, { ${options} })`;
  return showAs<LayerBlueprint>(text, {
    kind: "conv2d",
    plan: () => [
      {
        shape: [outputs, inputs, kernel, kernel],
        init: (stream) => init(outputs, inputs * kernel ** 2, stream).data,
      },
      ...(bias
        ? [
            {
              shape: [outputs],
              init: (stream: Random) => firstBiases(text, initBias, outputs, inputs * kernel ** 2, stream),
            },
          ]
        : []),
    ],
    build(input, [A, b]) {
      const windows = windowsOn(text, input, window);
      if (windows.channels !== inputs) {
        throw new RangeError(
          `${text}: the image has ${windows.channels} channels; did you mean conv2d(${windows.channels}, ${outputs}, …)?`,
        );
      }
      return convolution(text, windows, A!, b);
    },
  });
}

function convolution(text: string, windows: Windows, A: Tensor, biases: Tensor | undefined): BuiltLayer {
  const { channels, height, width, rows, columns } = windows;
  const outputs = A.shape[0]!;
  const b = biases ?? zeros([outputs]);
  const positions = rows * columns;
  const inWindow = A.size / outputs;
  const matrix = new Tensor([outputs, inWindow], A.data);
  const layer: BuiltLayer = showAs(text, {
    kind: "conv2d",
    inputShape: [channels, height, width],
    outputShape: [outputs, rows, columns],
    parameters: biases ? [A, b] : [A],
    A,
    b,
    multiplyAdds: A.size * positions,
    forward(x: Tensor) {
      // (samples · positions) × outputs, then outputs × positions for each sample.
      const z = toPatches(x, windows).matmul(matrix.transpose());
      return swap(biases ? z.add(biases) : z, x.shape[0]!, positions, outputs);
    },
    backward(delta: Tensor, x: Tensor) {
      const samples = x.shape[0]!;
      const d = swap(delta, samples, outputs, positions).reshape(samples * positions, outputs);
      const dA = d.transpose().matmul(toPatches(x, windows)).reshape(A.shape);
      return {
        x: fromPatches(d.matmul(matrix), samples, windows),
        parameters: biases ? [dA, d.sum(0)] : [dA],
      };
    },
    traced(x, [A, b]) {
      const samples = x.shape[0]!;
      return x
        .linear(
          (images) => toPatches(images, windows),
          (patches) => fromPatches(patches, samples, windows),
        )
        .matmul(A!.reshape(outputs, inWindow).transpose())
        .add(b ?? 0)
        .linear(
          (z) => swap(z, samples, positions, outputs),
          (delta) => swap(delta, samples, outputs, positions).reshape(samples * positions, outputs),
        );
    },
  });
  return withFormula(layer, { kind: "layer", name: "conv2d", windows, outputs, bias: biases !== undefined });
}

/** im2col: a row for each sample and window, with the pixels of the window, channel by channel. */
function toPatches(x: Tensor, windows: Windows): Tensor {
  const samples = x.shape[0]!;
  const patches = new Float64Array(
    samples * windows.rows * windows.columns * windows.channels * windows.kernel ** 2,
  );
  eachPixel(samples, windows, (pixel, place) => {
    patches[place] = x.data[pixel]!;
  });
  return new Tensor(
    [samples * windows.rows * windows.columns, windows.channels * windows.kernel ** 2],
    patches,
  );
}

/** The transpose of `toPatches`: for each pixel the sum over the windows that contain it. */
function fromPatches(patches: Tensor, samples: number, windows: Windows): Tensor {
  const { channels, height, width } = windows;
  const x = new Float64Array(samples * channels * height * width);
  eachPixel(samples, windows, (pixel, place) => {
    x[pixel]! += patches.data[place]!;
  });
  return new Tensor([samples, channels * height * width], x);
}

/** Calls back with the index of each pixel in the images, and its index in the patches. */
function eachPixel(samples: number, windows: Windows, visit: (pixel: number, place: number) => void): void {
  const { channels, height, width, kernel, rows, columns } = windows;
  const inWindow = channels * kernel ** 2;
  for (let sample = 0; sample < samples; sample++) {
    eachWindow(windows, (top, left, window) => {
      const row = (sample * rows * columns + window) * inWindow;
      for (let channel = 0; channel < channels; channel++) {
        for (let u = Math.max(0, -top); u < Math.min(kernel, height - top); u++) {
          const line = ((sample * channels + channel) * height + top + u) * width;
          const place = row + (channel * kernel + u) * kernel;
          for (let v = Math.max(0, -left); v < Math.min(kernel, width - left); v++) {
            visit(line + left + v, place + v);
          }
        }
      }
    });
  }
}

/** Swaps the last two axes of samples × first × second. */
function swap({ data }: Tensor, samples: number, first: number, second: number): Tensor {
  const swapped = new Float64Array(data.length);
  for (let s = 0; s < samples; s++) {
    const at = s * first * second;
    for (let i = 0; i < first; i++) {
      for (let j = 0; j < second; j++) swapped[at + j * first + i] = data[at + i * second + j]!;
    }
  }
  return new Tensor([samples, first * second], swapped);
}
