/**
 * Custom layers, which threads cannot run because their functions cannot be sent there: the main thread computes them, in float64,
 * between the threads' passes. Here they only reserve memory.
 */
import { isActivation, type Layer } from "../../nn/layer.js";
import { parametersOf } from "../../nn/sequential.js";
import type { ParametersPlan } from "../memory.js";
import { count, type LayerKind, type LoweredLayer } from "./layer.js";
import { rowOfParameters } from "./rows.js";

interface LoweredCustom extends LoweredLayer {
  readonly parameterCount: number;
  readonly bufferLength: number;
}

interface CustomPlan {
  readonly parameterCount: number;
  readonly bufferLength: number;
  readonly parameters: ParametersPlan;
}

const lengthOf = (tensors: readonly { size: number }[]): number =>
  tensors.reduce((sum, { size }) => sum + size, 0);

/** Accepts any layer, so it comes last. */
export const customKind: LayerKind<LoweredCustom, CustomPlan> = {
  keepsRectified: false,

  lower(layer: Layer, inputs) {
    const built = isActivation(layer) || !("inputShape" in layer) ? undefined : layer;
    return {
      kind: "custom",
      parameterCount: lengthOf(parametersOf(layer)),
      bufferLength: lengthOf(Object.values(built?.buffers ?? {})),
      inputs,
      outputs: built ? count(built.outputShape) : inputs,
      relu: false,
    };
  },

  scratchLength: () => 0,

  reserve: ({ parameterCount, bufferLength }, room) => ({
    parameterCount,
    bufferLength,
    parameters: rowOfParameters(room, parameterCount),
  }),

  buffers: ({ bufferLength }) => [{ length: bufferLength }],

  eachRun: ({ parameters, parameterCount }, run) => run(parameters.at, parameterCount),

  bind: () => ({ prepare: () => false, forward() {}, backward() {} }),
};
