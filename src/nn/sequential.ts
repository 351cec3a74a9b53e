/**
 * A network: dense layers with an activation between each two, read out linearly. Its parameters lie one after
 * the other in one array, theta, so that a rule of `optim/` steps them all at once; A and b are windows on it.
 */
import { inspect } from "node:util";
import { type Displayable, displaySymbol, type MimeBundle, table } from "../display/index.js";
import { random, Tensor } from "../tensor/index.js";
import { Dense } from "./dense.js";
import type { Activation, Layer, LayerDescription } from "./layer.js";

/**
 * The network g(x) = A[n+1] x(n) + b[n+1], x(t) = σ[t](A[t] x(t−1) + b[t]) for t = 1..n, x(0) = x, with n hidden
 * layers; make one with `sequential(layers)`.
 */
export class Sequential implements Displayable {
  /** All layers in order: dense, activation, dense, …, dense. */
  readonly layers: readonly Layer[];
  /** The n + 1 dense layers in order, the first at index 0 (as any list; A and b below count from 1). */
  readonly dense: readonly Dense[];
  /** A[t] for t = 1..n+1 as in the lecture, outputs × inputs; index 0 is empty. */
  readonly A: readonly Tensor[];
  /** b[t] for t = 1..n+1 as in the lecture; index 0 is empty. */
  readonly b: readonly Tensor[];
  /** σ[t] for t = 1..n as in the lecture; index 0 is empty. */
  readonly sigma: readonly Activation[];
  /** A[1], b[1], A[2], b[2], …, A[n+1], b[n+1]: the same tensors again. */
  readonly parameters: readonly Tensor[];
  /** The numbers of all parameters, in that order; writing to it changes the network. */
  readonly theta: Float64Array;
  /** The seed that the first weights were drawn from. */
  readonly seed: number;

  /** For `sequential()` and `copy()`: the layers (which share `theta`), already checked. */
  constructor(layers: readonly Layer[], theta: Float64Array, seed: number) {
    this.layers = layers;
    this.dense = layers.filter((layer) => layer.kind === "dense");
    this.A = countFromOne(this.dense.map(({ A }) => A));
    this.b = countFromOne(this.dense.map(({ b }) => b));
    this.sigma = countFromOne(layers.filter((layer) => layer.kind !== "dense"));
    this.parameters = this.dense.flatMap(({ A, b }) => [A, b]);
    this.theta = theta;
    this.seed = seed;
  }

  /** n, the number of hidden layers. */
  get hidden(): number {
    return this.dense.length - 1;
  }

  /** The number of entries of x. */
  get inputs(): number {
    return this.dense[0]!.inputs;
  }

  /** The number of entries of g(x). */
  get outputs(): number {
    return this.dense[this.hidden]!.outputs;
  }

  /** M, how many numbers all parameters hold. */
  get parameterCount(): number {
    return this.theta.length;
  }

  /** The same network with parameters of its own, equal now. */
  copy(): Sequential {
    const theta = this.theta.slice();
    return new Sequential(placeIn(theta, this.layers), theta, this.seed);
  }

  /** What `console.log` prints: the table of layers as text. */
  [inspect.custom](): string {
    return inspect(this.#table());
  }

  /** A table of the layers, their shapes and parameter counts. */
  [displaySymbol](): MimeBundle | Promise<MimeBundle> {
    return this.#table()[displaySymbol]();
  }

  #table(): Displayable {
    let t = 0;
    const rows = this.layers.map((layer) => {
      if (layer.kind !== "dense") return { t, layer: String(layer), shape: "", parameters: 0 };
      t++;
      const shape = `A ${layer.outputs} × ${layer.inputs}, b ${layer.outputs}`;
      return { t, layer: String(layer), shape, parameters: layer.parameterCount };
    });
    const sum = { layer: "all", shape: "", parameters: this.parameterCount };
    return table([...rows, sum], { caption: `Sequential, seed ${this.seed}` });
  }
}

/**
 * A network from descriptions of its layers: dense ones with an activation between each two, a dense one last
 * (the linear readout; a softmax belongs to the loss). Layer t draws its weights from a stream of its own.
 *
 * @param layers such as `[dense(784, 512), relu(), dense(512, 10)]`; they stay as they are
 * @param options `seed`: a whole number ≥ 0; the same seed gives the same weights, bit for bit
 * @throws TypeError for something that is no layer, RangeError for layers that do not fit one another.
 * @example
 * sequential([dense(784, 512), relu(), dense(512, 384), relu(), dense(384, 10)]).parameterCount // → 602762
 */
export function sequential(
  layers: readonly LayerDescription[],
  { seed = 0 }: { seed?: number } = {},
): Sequential {
  checkLayers(layers);
  const stream = random(seed);
  const theta = new Float64Array(
    layers.reduce((sum, l) => sum + (l.kind === "dense" ? l.outputs * (l.inputs + 1) : 0), 0),
  );
  const placed = placeIn(theta, layers);
  layers.forEach((layer, i) => {
    const at = placed[i]!;
    if (layer.kind !== "dense" || at.kind !== "dense") return;
    const first = layer.init(layer.outputs, layer.inputs, stream.split(i));
    if (!(first instanceof Tensor) || first.size !== at.A.size || first.shape[0] !== layer.outputs) {
      throw new RangeError(
        `sequential: init of ${layer} must give a tensor of shape [${layer.outputs}, ${layer.inputs}], got ${first instanceof Tensor ? `shape [${first.shape.join(", ")}]` : inspect(first)}`,
      );
    }
    at.A.data.set(first.data);
  });
  return new Sequential(placed, theta, seed);
}

/** The layers with A and b as windows on `theta`, one after the other. */
function placeIn(theta: Float64Array, layers: readonly (Layer | LayerDescription)[]): Layer[] {
  let at = 0;
  const window = (shape: number[], size: number) => new Tensor(shape, theta.subarray(at, (at += size)));
  return layers.map((layer) => {
    if (layer.kind !== "dense") return layer;
    const { inputs, outputs } = layer;
    return new Dense(window([outputs, inputs], outputs * inputs), window([outputs], outputs));
  });
}

function checkLayers(layers: readonly LayerDescription[]): void {
  if (!Array.isArray(layers) || layers.length === 0) {
    throw new TypeError(
      `sequential: expected a list of layers such as [dense(2, 3), relu(), dense(3, 1)], got ${inspect(layers, { depth: 0 })}`,
    );
  }
  let before: LayerDescription | undefined;
  let width: number | undefined;
  layers.forEach((layer: LayerDescription, i) => {
    if (!["dense", "relu", "tanh", "sigmoid"].includes(layer?.kind)) {
      const hint = typeof layer === "function" ? "; did you forget the brackets ()?" : "";
      throw new TypeError(
        `sequential: layer ${i} is no layer (dense, relu, tanh, sigmoid)${hint || ","} got ${inspect(layer, { depth: 0 })}`,
      );
    }
    if (layer.kind === "dense") {
      if (typeof layer.init !== "function") {
        throw new TypeError(
          `sequential: layer ${i} belongs to another network already; describe a new one with dense(inputs, outputs), or copy the network with copy(); got ${layer}`,
        );
      }
      if (before?.kind === "dense") {
        throw new RangeError(
          `sequential: two dense layers in a row are one affine map, put an activation such as relu() between layers ${i - 1} and ${i}: ${before}, ${layer}`,
        );
      }
      if (width !== undefined && width !== layer.inputs) {
        throw new RangeError(
          `sequential: layer ${i} takes ${layer.inputs} inputs but the dense layer before it has ${width} outputs; did you mean dense(${width}, ${layer.outputs}) instead of ${layer}`,
        );
      }
      width = layer.outputs;
    } else if (before?.kind !== "dense") {
      throw new RangeError(
        `sequential: an activation must follow a dense layer, but layer ${i} ${before === undefined ? "is the first" : `follows ${before}`}; got ${layer}`,
      );
    }
    before = layer;
  });
  if (before?.kind !== "dense") {
    throw new RangeError(
      `sequential: the last layer must be dense, the readout is linear (crossEntropy() brings its own softmax); the last is ${before}`,
    );
  }
}

/** The list with its first entry at index 1, index 0 left empty: the lecture's counting. */
function countFromOne<T>(list: readonly T[]): T[] {
  const counted: T[] = [];
  list.forEach((entry, i) => {
    counted[i + 1] = entry;
  });
  return counted;
}
