/**
 * A network: a chain of layers, the last a linear readout. Its parameters lie one after the other in one array, theta, so
 * that a rule of `optim/` steps them all at once; the parameters of layers are views of it.
 */
import { inspect } from "#platform";
import { type Displayable, displaySymbol, type MimeBundle, table } from "../display/index.js";
import { optionsOf } from "../options/options-of.js";
import { formatShape, random, type Shape, Tensor, zeros } from "../tensor/index.js";
import { sizeOf } from "../tensor/shapes.js";
import { Dense, type DenseLayer, firstBiases } from "./dense.js";
import {
  type Activation,
  type BuiltLayer,
  isActivation,
  type Layer,
  type LayerDescription,
} from "./layer.js";

/** The layers of a network, and the shapes of one sample between them. */
interface Placed {
  layers: Layer[];
  /** Before the first layer, after it, …, after the last. */
  shapes: Shape[];
}

/**
 * The network `g(x) = A[n+1] x(n) + b[n+1]`, `x(t) = σ[t](A[t] x(t−1) + b[t])` for t = 1..n, x(0) = x, with n hidden
 * layers; make one with `sequential(layers)`. A[t] may also be a convolution, and σ[t] more than an activation; its table
 * shows this, and everything else is the same.
 */
export class Sequential implements Displayable {
  /** All layers in order. */
  readonly layers: readonly Layer[];
  /** The dense layers in order, the first at index 0 (A and b below count from 1). */
  readonly dense: readonly Dense[];
  /** A[t] for t = 1..n+1 as in the lecture, outputs × inputs, of all layers that have weights; index 0 is empty. */
  readonly A: readonly Tensor[];
  /** b[t] for t = 1..n+1 as in the lecture, 0 for a layer without biases; index 0 is empty. */
  readonly b: readonly Tensor[];
  /** σ[t] for t = 1..n as in the lecture: the activation that follows A[t]; index 0 is empty. */
  readonly sigma: readonly Activation[];
  /** A[1], b[1], A[2], b[2], …, A[n+1], b[n+1], and those of other layers in their positions: the same tensors. */
  readonly parameters: readonly Tensor[];
  /** The numbers of all parameters, in that order; writing to it changes the network. */
  readonly theta: Float64Array;
  /** The layers' buffers, such as the running means and variances of `batchNorm`: no rule updates them. */
  readonly buffers: Float64Array;
  /** The seed of the initial weights. */
  readonly seed: number;
  /** The shape of one sample, such as [784] or [1, 28, 28]; samples themselves are rows. */
  readonly inputShape: Shape;
  /** The shape of a sample before each layer, and finally that of the readout. */
  readonly shapes: readonly Shape[];
  /** Whether there are only dense layers with biases and an activation between each two, as in the lecture. */
  readonly isPlain: boolean;
  readonly #descriptions: readonly LayerDescription[];
  readonly #positions: ReadonlyMap<Layer, number>;

  /** For `sequential()` and `copy()`: checked descriptions, and space for all parameters. */
  constructor(
    descriptions: readonly LayerDescription[],
    {
      inputShape,
      theta,
      buffers,
      seed,
    }: { inputShape: Shape; theta: Float64Array; buffers: Float64Array; seed: number },
  ) {
    const { layers, shapes } = place(descriptions, inputShape, { theta, buffers });
    const weighted = layers.filter(hasWeights);
    this.layers = layers;
    this.dense = layers.filter((layer) => layer instanceof Dense);
    this.A = countFromOne(weighted.map(({ A }) => A));
    this.b = countFromOne(weighted.map(({ b }) => b));
    const sigma: Activation[] = [];
    layers.forEach((layer, i) => {
      const t = weighted.indexOf(layers[i - 1] as (typeof weighted)[number]) + 1;
      if (isActivation(layer) && t > 0) sigma[t] = layer;
    });
    this.sigma = sigma;
    this.parameters = layers.flatMap(parametersOf);
    this.theta = theta;
    this.buffers = buffers;
    this.seed = seed;
    this.inputShape = inputShape;
    this.isPlain =
      layers.length % 2 === 1 &&
      layers.every((layer, i) => (i % 2 === 0 ? layer instanceof Dense && layer.bias : isActivation(layer)));
    this.#descriptions = descriptions;
    this.shapes = shapes;
    this.#positions = new Map(weighted.map((layer, i) => [layer, i + 1]));
  }

  /** n, the number of hidden layers. */
  get hidden(): number {
    return this.A.length - 2;
  }

  /** The number of entries of x. */
  get inputs(): number {
    return sizeOf(this.inputShape);
  }

  /** The number of entries of g(x). */
  get outputs(): number {
    return sizeOf(this.shapes.at(-1)!);
  }

  /** M, the total number of parameters. */
  get parameterCount(): number {
    return this.theta.length;
  }

  /** The names of its parameters: A[1], b[1], A[2], …; those of other layers by kind and position, such as prelu[2]. */
  get parameterNames(): string[] {
    return this.layers.flatMap((layer, i) => {
      const t = this.#positions.get(layer);
      const parameters = parametersOf(layer);
      if (t !== undefined) return [`A[${t}]`, `b[${t}]`].slice(0, parameters.length);
      return parameters.map((_, k) => `${layer.kind}[${i + 1}]${parameters.length > 1 ? `.${k + 1}` : ""}`);
    });
  }

  /** t of a layer with weights, 1..n+1; undefined for others. */
  positionOf(layer: Layer): number | undefined {
    return this.#positions.get(layer);
  }

  /** The buffers of all layers by name, such as `batchNorm[2].mean`; the same numbers. */
  get namedBuffers(): Readonly<Record<string, Tensor>> {
    return Object.fromEntries(
      this.layers.flatMap((layer, i) =>
        Object.entries(buffersOf(layer)).map(([name, buffer]) => [`${layer.kind}[${i + 1}].${name}`, buffer]),
      ),
    );
  }

  /** A copy of the network with its own parameters and buffers. */
  copy(): Sequential {
    const own = { theta: this.theta.slice(), buffers: this.buffers.slice() };
    return new Sequential(this.#descriptions, { ...this, ...own });
  }

  /** What `console.log` prints: the table of layers as text. */
  [inspect.custom](): string {
    return inspect(this.#table());
  }

  /** A table of the layers: the output shape of each, its parameters, and the multiply-adds for one sample. */
  [displaySymbol](): MimeBundle | Promise<MimeBundle> {
    return this.#table()[displaySymbol]();
  }

  #table(): Displayable {
    let t = 0;
    const rows = this.layers.map((layer, i) => ({
      t: (t = this.#positions.get(layer) ?? t),
      layer: String(layer),
      output: this.shapes[i + 1]!.join(" × "),
      parameters: parametersOf(layer).reduce((sum, { size }) => sum + size, 0),
      "multiply-adds": multiplyAdds(layer),
    }));
    const sum = {
      layer: "all",
      output: "",
      parameters: this.parameterCount,
      "multiply-adds": rows.reduce((all, row) => all + row["multiply-adds"], 0),
    };
    return table([...rows, sum], { caption: `Sequential, seed ${this.seed}` });
  }
}

/**
 * A network g(x) = A[n+1] x(n) + b[n+1] (A1) from descriptions of its layers: dense ones or convolutions with an
 * activation between each two, a linear one last (the readout; a softmax belongs to the loss). Each layer draws its
 * first weights from its own stream.
 *
 * @param layers such as `[dense(784, 512), relu(), dense(512, 10)]`; they are not changed
 * @param options `seed`: a whole number ≥ 0; the same seed gives the same weights, bit for bit. `input`: the shape of one
 *   sample, such as [1, 28, 28] for images; not needed if the first layer is dense
 * @throws TypeError for an invalid layer, RangeError for layers that do not fit together.
 * @example
 * sequential([dense(784, 512), relu(), dense(512, 384), relu(), dense(384, 10)]).parameterCount // → 602762
 */
export function sequential(
  layers: readonly LayerDescription[],
  options: { seed?: number; input?: Shape } = {},
): Sequential {
  const { seed = 0, input } = optionsOf("sequential", options, ["seed", "input"]);
  checkLayers(layers);
  const inputShape = input ?? inputOf(layers[0]!);
  const stream = random(seed);
  // Once to count the parameters.
  const { layers: blank } = place(layers, inputShape);
  const roomFor = (tensors: readonly Tensor[]) =>
    new Float64Array(tensors.reduce((sum, { size }) => sum + size, 0));
  const theta = roomFor(blank.flatMap(parametersOf));
  const buffers = roomFor(blank.flatMap((layer) => Object.values(buffersOf(layer))));
  const model = new Sequential(layers, { inputShape, theta, buffers, seed });
  layers.forEach((layer, i) => {
    const own = stream.split(i);
    const parameters = parametersOf(model.layers[i]!);
    if (isDescription(layer)) {
      parameters[0]!.data.set(firstWeights(layer, own));
      const { outputs, inputs, initBias } = layer;
      parameters[1]?.data.set(firstBiases(layer, initBias, outputs, inputs, own));
    } else if ("plan" in layer) {
      const shape = i === 0 ? inputShape : shapeBefore(model.layers[i]!);
      layer.plan(shape).forEach(({ init }, which) => {
        parameters[which]!.data.set(init(own));
      });
      for (const [name, { init }] of Object.entries(layer.planBuffers?.(shape) ?? {})) {
        buffersOf(model.layers[i]!)[name]!.data.set(init(own));
      }
    }
  });
  return model;
}

const isDescription = (layer: LayerDescription): layer is DenseLayer => layer.kind === "dense";
const shapeBefore = (layer: Layer): Shape => (layer as BuiltLayer).inputShape;
const hasWeights = (layer: Layer): layer is (Dense | BuiltLayer) & { A: Tensor; b: Tensor } =>
  "A" in layer && layer.A !== undefined;

/** The parameters of a layer, in their order. */
export function parametersOf(layer: Layer): readonly Tensor[] {
  if (isActivation(layer)) return [];
  return layer.parameters;
}

/** The buffers of a layer, by name. */
export function buffersOf(layer: Layer): Readonly<Record<string, Tensor>> {
  return isActivation(layer) || layer instanceof Dense ? {} : (layer.buffers ?? {});
}

/** The number of multiply-adds of a layer for one sample. */
export function multiplyAdds(layer: Layer): number {
  if (isActivation(layer)) return 0;
  return layer instanceof Dense ? layer.A.size : layer.multiplyAdds;
}

function firstWeights(layer: DenseLayer, stream: ReturnType<typeof random>): ArrayLike<number> {
  const first = layer.init(layer.outputs, layer.inputs, stream);
  if (
    !(first instanceof Tensor) ||
    first.size !== layer.outputs * layer.inputs ||
    first.shape[0] !== layer.outputs
  ) {
    throw new RangeError(
      `sequential: init of ${layer} must give a tensor of shape [${layer.outputs}, ${layer.inputs}], got ${first instanceof Tensor ? `shape [${first.shape.join(", ")}]` : inspect(first)}`,
    );
  }
  return first.data;
}

function inputOf(first: LayerDescription): Shape {
  if (first.kind === "dense") return [(first as DenseLayer).inputs];
  throw new RangeError(
    `sequential: the first layer does not declare its input; declare it with sequential([…], { input: [1, 28, 28] }), for images of 28 × 28, or { input: [4] }, for four numbers; it is ${first}`,
  );
}

/** The layers with their parameters and buffers: consecutive views of the given arrays, or new arrays without them. */
function place(
  descriptions: readonly LayerDescription[],
  input: Shape,
  { theta, buffers }: { theta?: Float64Array; buffers?: Float64Array } = {},
): Placed {
  const windowsOn = (numbers: Float64Array | undefined) => {
    let at = 0;
    return (shape: Shape): Tensor =>
      numbers ? new Tensor(shape, numbers.subarray(at, (at += sizeOf(shape)))) : zeros(shape);
  };
  const [window, bufferWindow] = [windowsOn(theta), windowsOn(buffers)];
  const shapes: Shape[] = [input];
  const layers = descriptions.map((layer, i): Layer => {
    const before = shapes[i]!;
    if (isActivation(layer)) {
      shapes.push(before);
      return layer;
    }
    if (!isDescription(layer)) {
      const parameters = layer.plan(before).map(({ shape }) => window(shape));
      const kept = Object.entries(layer.planBuffers?.(before) ?? {});
      const own = Object.fromEntries(kept.map(([name, { shape }]) => [name, bufferWindow(shape)]));
      const built = layer.build(before, parameters, i, own);
      shapes.push(built.outputShape);
      return built;
    }
    const { inputs, outputs } = layer;
    if (before.length > 1) {
      throw new RangeError(
        `sequential: layer ${i} takes rows of numbers but gets samples of shape ${formatShape(before)}; put flatten() before it: ${layer}`,
      );
    }
    if (before[0] !== inputs) {
      const what = i === 0 ? "the input has" : "the layers before it give";
      throw new RangeError(
        `sequential: layer ${i} takes ${inputs} inputs but ${what} ${before[0]}; did you mean dense(${before[0]}, ${outputs}) instead of ${layer}`,
      );
    }
    shapes.push([outputs]);
    const A = window([outputs, inputs]);
    return layer.bias ? new Dense(A, window([outputs])) : new Dense(A);
  });
  return { layers, shapes };
}

const known = "dense, conv2d, relu, tanh, …";

function checkLayers(layers: readonly LayerDescription[]): void {
  if (!Array.isArray(layers) || layers.length === 0) {
    throw new TypeError(
      `sequential: expected a list of layers such as [dense(2, 3), relu(), dense(3, 1)], got ${inspect(layers, { depth: 0 })}`,
    );
  }
  let before: LayerDescription | undefined;
  layers.forEach((layer: LayerDescription, i) => {
    const isLayer =
      typeof layer === "object" &&
      layer &&
      ("plan" in layer || "derivative" in layer || layer.kind === "dense");
    if (!isLayer) {
      const hint = typeof layer === "function" ? "; did you forget the brackets ()?" : "";
      throw new TypeError(
        `sequential: layer ${i} is not a layer (${known})${hint || ","} got ${inspect(layer, { depth: 0 })}`,
      );
    }
    if (isDescription(layer)) {
      if (typeof layer.init !== "function") {
        throw new TypeError(
          `sequential: layer ${i} already belongs to another network; describe a new one with dense(inputs, outputs), or copy the network with copy(); got ${layer}`,
        );
      }
    } else if (isActivation(layer) && (before === undefined || isActivation(before))) {
      throw new RangeError(
        `sequential: an activation must follow a layer such as dense, but layer ${i} ${before === undefined ? "is the first" : `follows ${before}`}; got ${layer}`,
      );
    }
    before = layer;
  });
  const last = before as LayerDescription;
  if (["maxPool2d", "avgPool2d", "dropout"].includes(last.kind)) {
    throw new RangeError(
      `sequential: the last layer must be dense, or an activation behind one; the last is ${last}`,
    );
  }
}

/** The list with its first entry at index 1 and index 0 empty, as in the lecture. */
function countFromOne<T>(list: readonly T[]): T[] {
  const counted: T[] = [];
  list.forEach((entry, i) => {
    counted[i + 1] = entry;
  });
  return counted;
}
