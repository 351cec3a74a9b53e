/**
 * Activations; a ReLU is usually fused into the layer before it.
 */
import { type ActivationFormula, formulaOf } from "../../compute/formula.js";
import {
  type Activation,
  gelu,
  leakyRelu,
  relu as rectifier,
  sigmoid,
  softplus,
  tanh,
} from "../../nn/index.js";
import type { MatrixPlan } from "../memory.js";
import { entrywiseSteps } from "./entrywise.js";
import type { LayerKind, LoweredLayer, Place } from "./layer.js";

type Known =
  | ActivationFormula
  | { readonly kind: "activation"; readonly name: "relu"; readonly slope?: never };

interface LoweredActivation extends LoweredLayer {
  readonly activation: Known;
}

interface ActivationPlan {
  readonly activation: Known;
  /** σ'(z) of each entry, the factor of its gradient. */
  readonly factors: MatrixPlan;
}

const activations: Record<Known["name"], (options: { slope?: number }) => Activation> = {
  relu: () => rectifier(),
  tanh,
  sigmoid,
  leakyRelu,
  gelu,
  softplus,
};

/** x(t) = σ(x(t−1)). */
export const activationKind: LayerKind<LoweredActivation, ActivationPlan> = {
  keepsRectified: false,

  lower(layer, inputs) {
    const activation = formulaOf("activation", layer);
    if (!activation) return undefined;
    return { kind: "activation", activation, inputs, outputs: inputs, relu: false };
  },

  scratchLength: () => 0,

  reserve: ({ activation, outputs }, room) => ({ activation, factors: room.matrix(outputs) }),

  eachRun() {},

  bind({ activation: { name, ...options }, factors }, parts, views) {
    if (name === "tanh") {
      const start = (_: number, place?: Place) => (z: Float32Array, y: Float32Array, f: Float32Array) =>
        parts.kernels.tanh(y, place && f, z);
      return entrywiseSteps(parts, views.matrix(factors), start);
    }
    const { value, derivative } = activations[name](options);
    return entrywiseSteps(parts, views.matrix(factors), (_, place) => (z, y, f) => {
      for (let j = 0; j < z.length; j++) {
        const v = value(z[j]!);
        y[j] = v;
        // v is float64, so 1 − v is exact to float32 up to z ≈ 20; beyond, the derivative is below 3e-9.
        if (place) f[j] = name === "sigmoid" ? v * (1 - v) : derivative(z[j]!);
      }
    });
  },
};
