/**
 * What a network is made of. `dense()`, `relu()`, `tanh()` and `sigmoid()` describe layers; `sequential()` puts
 * them in a row and gives each dense one its own A and b.
 */
import type { Dense, DenseLayer } from "./dense.js";

/** An activation function σ, applied to each entry of z on its own, with its derivative σ'. */
export interface Activation {
  readonly kind: "relu" | "tanh" | "sigmoid";
  /** What changes the function, such as `atZero` of `relu`. */
  readonly options: Readonly<Record<string, number>>;
  /** σ(z). */
  readonly value: (z: number) => number;
  /** σ'(z). */
  readonly derivative: (z: number) => number;
}

/** What `sequential()` takes: descriptions of layers. */
export type LayerDescription = DenseLayer | Activation;

/** What a network holds: dense layers with their parameters, and activations. */
export type Layer = Dense | Activation;
