/**
 * The affine layer z = A x + b.
 */
import { inspect } from "#platform";
import { checkWhole } from "../options/check.js";
import type { Tensor } from "../tensor/index.js";
import { he, type Initialiser } from "./initialisers.js";
import { showAs } from "./show-as.js";

/** The description of a dense layer, before `sequential()` gives it its parameters. */
export interface DenseLayer {
  readonly kind: "dense";
  readonly inputs: number;
  readonly outputs: number;
  readonly init: Initialiser;
}

/** A dense layer of a network: its weights A (outputs × inputs) and biases b (outputs). */
export class Dense {
  /** Tells dense layers from activations. */
  readonly kind = "dense";
  /** The number of entries of x. */
  readonly inputs: number;
  /** The number of entries of z. */
  readonly outputs: number;
  /** A, outputs × inputs, float64; training changes its numbers in place. */
  readonly A: Tensor;
  /** b, one number for each output, float64; training changes its numbers in place. */
  readonly b: Tensor;

  /** For `sequential()`: the layer with these parameters (not copied). */
  constructor(A: Tensor, b: Tensor) {
    this.outputs = A.shape[0]!;
    this.inputs = A.shape[1]!;
    this.A = A;
    this.b = b;
  }

  /** How many numbers A and b hold: outputs · (inputs + 1). */
  get parameterCount(): number {
    return this.A.size + this.b.size;
  }

  /** The call that describes the layer. */
  toString(): string {
    return `dense(${this.inputs}, ${this.outputs})`;
  }

  /** What `console.log` prints: the call that describes the layer. */
  [inspect.custom](): string {
    return this.toString();
  }
}

/**
 * Describes a dense layer (A1): z = A x + b with A of outputs × inputs; b starts at 0.
 *
 * @param inputs the number of entries of x, ≥ 1
 * @param outputs the number of entries of z, ≥ 1
 * @param options `init`: how A starts, by default `he`
 * @throws RangeError unless both counts are whole numbers ≥ 1, TypeError unless `init` is a function.
 * @example
 * sequential([dense(3, 2)]).A[1].shape // → [ 2, 3 ]
 */
export function dense(
  inputs: number,
  outputs: number,
  { init = he }: { init?: Initialiser } = {},
): DenseLayer {
  checkWhole("dense", { "the number of inputs": inputs, "the number of outputs": outputs });
  if (typeof init !== "function") {
    throw new TypeError(
      `dense: init must be a function (outputs, inputs, stream) => Tensor such as he, got ${inspect(init)}`,
    );
  }
  return showAs(`dense(${inputs}, ${outputs})`, { kind: "dense", inputs, outputs, init });
}
