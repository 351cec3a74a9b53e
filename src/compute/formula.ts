/**
 * The registry of objects that the fast kernels can replace. Kernels cannot run the functions of a rule or a loss, only the
 * formulas that they implement; so the factory of a rule, a loss, a layer or an activation registers the formula of its
 * object here. The object is registered, not its name: a copy with another `step`, or a custom object that is also called
 * "sgd", has no formula and trains with its own functions.
 */
import type { RuleName, StepSize } from "./rule-kernels.js";
import type { Pooling, Windows } from "./windows.js";

/** Formulas with fast kernels, and their parameters. */
export type Formula =
  | {
      readonly kind: "layer";
      readonly name: "conv2d";
      readonly windows: Windows;
      readonly outputs: number;
      readonly bias: boolean;
    }
  | { readonly kind: "layer"; readonly name: Pooling; readonly windows: Windows }
  | { readonly kind: "layer"; readonly name: "flatten" | "prelu" | "softmax" }
  | { readonly kind: "layer"; readonly name: "layerNorm"; readonly epsilon: number }
  | {
      readonly kind: "layer";
      readonly name: "batchNorm";
      readonly epsilon: number;
      readonly momentum: number;
    }
  | {
      readonly kind: "layer";
      readonly name: "embedding";
      readonly symbols: number;
      readonly width: number;
    }
  | DropoutFormula
  | { readonly kind: "activation"; readonly name: "relu" }
  | ActivationFormula
  | { readonly kind: "loss"; readonly name: "crossEntropy" | "squaredError" }
  | RuleFormula;

/** Drops entries with probability p; `index` is the layer's position in its network. */
export interface DropoutFormula {
  readonly kind: "layer";
  readonly name: "dropout";
  readonly p: number;
  readonly index: number;
}

/** Activations of nablab that are not fused into a kernel; `slope` belongs to `leakyRelu`. */
export interface ActivationFormula {
  readonly kind: "activation";
  readonly name: "tanh" | "sigmoid" | "leakyRelu" | "gelu" | "softplus";
  readonly slope?: number;
}

/** An update rule that has a kernel, with its options. */
export interface RuleFormula {
  readonly kind: "rule";
  readonly name: RuleName;
  readonly options: { readonly eta: StepSize; readonly [option: string]: StepSize };
}

const formulas = new WeakMap<object, Formula>();

/** Registers that the object computes exactly this formula; returns the object, which must be frozen. */
export function withFormula<T extends object>(object: T, formula: Formula): T {
  formulas.set(object, formula);
  return object;
}

/** The formula of the object, if its factory registered one of this kind. */
export function formulaOf<K extends Formula["kind"]>(
  kind: K,
  object: object,
): Extract<Formula, { kind: K }> | undefined {
  const formula = formulas.get(object);
  return formula?.kind === kind ? (formula as Extract<Formula, { kind: K }>) : undefined;
}
