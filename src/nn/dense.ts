/**
 * The affine layer z = A x + b.
 */
import { inspect } from "#platform";
import { checkWhole } from "../options/check.js";
import { optionsOf } from "../options/options-of.js";
import { type Random, Tensor, zeros } from "../tensor/index.js";
import { he, type Initialiser } from "./initialisers.js";
import { showAs } from "./show-as.js";

/** The description of a dense layer, before `sequential()` gives it its parameters. */
export interface DenseLayer {
  readonly kind: "dense";
  readonly inputs: number;
  readonly outputs: number;
  readonly init: Initialiser;
  /** Whether it has biases. */
  readonly bias: boolean;
  readonly initBias: BiasInitialiser;
}

/** Initialises biases: one number for each output, given the numbers of outputs and inputs, and a stream of random numbers. */
export type BiasInitialiser = (outputs: number, inputs: number, stream: Random) => ArrayLike<number> | Tensor;

/** Options of {@link dense}. */
export interface DenseOptions {
  /** The initialiser of A; `he`. */
  init?: Initialiser;
  /** Whether it has biases; true. Without them b stays 0. */
  bias?: boolean;
  /** The initialiser of b, such as `(outputs, inputs, stream) => randomNormal([outputs], { seed: stream })`; 0. */
  initBias?: BiasInitialiser;
}

/** A dense layer of a network: its weights A (outputs × inputs) and biases b (outputs). */
export class Dense {
  /** Distinguishes dense layers from activations. */
  readonly kind = "dense";
  /** The number of entries of x. */
  readonly inputs: number;
  /** The number of entries of z. */
  readonly outputs: number;
  /** A, outputs × inputs, float64; training changes its numbers in place. */
  readonly A: Tensor;
  /** b, one number for each output, float64; training changes its numbers in place, or without biases leaves them at 0. */
  readonly b: Tensor;
  /** Whether b is a parameter. */
  readonly bias: boolean;

  /** For `sequential()`: the layer with these parameters (not copied), with or without biases. */
  constructor(A: Tensor, b?: Tensor) {
    this.outputs = A.shape[0]!;
    this.inputs = A.shape[1]!;
    this.A = A;
    this.b = b ?? zeros([A.shape[0]!]);
    this.bias = b !== undefined;
  }

  /** A, and b if there are biases. */
  get parameters(): readonly Tensor[] {
    return this.bias ? [this.A, this.b] : [this.A];
  }

  /** How many numbers A and b hold: outputs · (inputs + 1), or without biases outputs · inputs. */
  get parameterCount(): number {
    return this.A.size + (this.bias ? this.b.size : 0);
  }

  /** The call that describes the layer. */
  toString(): string {
    return denseText(this);
  }

  /** What `console.log` prints: the call that describes the layer. */
  [inspect.custom](): string {
    return this.toString();
  }
}

const denseText = ({ inputs, outputs, bias }: Pick<Dense, "inputs" | "outputs" | "bias">) =>
  `dense(${inputs}, ${outputs}${bias ? "" : ", { bias: false }"})`;

/**
 * Describes a dense layer (A1): z = A x + b with A of outputs × inputs; b starts at 0. With `bias: false` it is z = A x.
 *
 * @param inputs the number of entries of x, ≥ 1
 * @param outputs the number of entries of z, ≥ 1
 * @param options `init`: the initialiser of A, by default `he`; `bias`: true; `initBias`: the initialiser of b
 * @throws RangeError unless both counts are whole numbers ≥ 1, TypeError unless `init` and `initBias` are functions and `bias` is
 *   true or false.
 * @example
 * sequential([dense(3, 2)]).A[1].shape // → [ 2, 3 ]
 * sequential([dense(3, 2, { bias: false })]).parameterCount // → 6
 */
export function dense(inputs: number, outputs: number, options: DenseOptions = {}): DenseLayer {
  const {
    init = he,
    bias = true,
    initBias = zeroBias,
  } = optionsOf("dense", options, ["init", "bias", "initBias"]);
  checkWhole("dense", { "the number of inputs": inputs, "the number of outputs": outputs });
  if (typeof init !== "function") {
    throw new TypeError(
      `dense: init must be a function (outputs, inputs, stream) => Tensor such as he, got ${inspect(init)}`,
    );
  }
  checkBias("dense", bias, initBias);
  return showAs(denseText({ inputs, outputs, bias }), {
    kind: "dense",
    inputs,
    outputs,
    init,
    bias,
    initBias,
  });
}

/** b = 0. */
export const zeroBias: BiasInitialiser = (outputs) => new Float64Array(outputs);

/** Throws unless `bias` is a boolean and `initBias` a function. */
export function checkBias(who: string, bias: boolean, initBias: BiasInitialiser): void {
  if (typeof bias !== "boolean")
    throw new TypeError(`${who}: bias must be true or false, got ${inspect(bias)}`);
  if (typeof initBias === "function") return;
  throw new TypeError(
    `${who}: initBias must be a function (outputs, inputs, stream) => numbers such as (n) => new Array(n).fill(0.1), got ${inspect(initBias)}`,
  );
}

/** The initial biases of a layer; throws unless there is one for each output. */
export function firstBiases(
  who: unknown,
  initBias: BiasInitialiser,
  outputs: number,
  inputs: number,
  stream: Random,
): Float64Array {
  const given = initBias(outputs, inputs, stream);
  const b = Float64Array.from(given instanceof Tensor ? given.data : (given ?? []));
  if (b.length === outputs && b.every(Number.isFinite)) return b;
  throw new RangeError(
    `${who}: initBias must give ${outputs} finite numbers, one for each output, got ${inspect(given, { depth: 0 })}`,
  );
}
