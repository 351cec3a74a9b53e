/**
 * Forward and backward through networks of any layers, one layer at a time. For networks of dense layers and activations
 * alone, `backpropagation.ts` writes out the same as in the lecture.
 */
import type { Variable } from "../autodiff/tape.js";
import { inFloat64 } from "../tensor/float64.js";
import type { Tensor } from "../tensor/index.js";
import { Dense } from "./dense.js";
import { isActivation, type Layer, type Pass } from "./layer.js";

/** The output of a layer. */
export function through(layer: Layer, x: Tensor, pass: Pass): Tensor {
  if (isActivation(layer)) return x.map((entry) => layer.value(entry));
  if (layer instanceof Dense) {
    const z = x.matmul(layer.A.transpose());
    return layer.bias ? z.add(layer.b) : z;
  }
  return inFloat64(`${layer.kind}: forward`, layer.forward(x, pass));
}

/** The backward pass of a layer: ∂loss/∂input and the gradients of its parameters, from ∂loss/∂output. */
export function back(
  layer: Layer,
  delta: Tensor,
  x: Tensor,
  pass: Pass,
): { x: Tensor; parameters: Tensor[] } {
  if (isActivation(layer)) {
    return { x: x.map((entry) => layer.derivative(entry)).mul(delta), parameters: [] };
  }
  if (layer instanceof Dense) {
    const dA = delta.transpose().matmul(x);
    return { x: delta.matmul(layer.A), parameters: layer.bias ? [dA, delta.sum(0)] : [dA] };
  }
  const gradients = layer.backward(delta, x, pass);
  const own = (gradient: Tensor) => inFloat64(`${layer.kind}: backward`, gradient);
  return { x: own(gradients.x), parameters: gradients.parameters.map(own) };
}

/** The output of a layer, on the tape; undefined if it cannot be recorded there. */
export function traced(layer: Layer, x: Variable, parameters: readonly Variable[]): Variable | undefined {
  if (isActivation(layer)) {
    return layer.secondDerivative && x.map(layer.value, layer.derivative, layer.secondDerivative);
  }
  const [A, b] = parameters;
  if (layer instanceof Dense) {
    const z = x.matmul(A!.transpose());
    return b ? z.add(b) : z;
  }
  return layer.traced?.(x, parameters);
}

/** x before each layer, and after the last. */
export function throughAll(layers: readonly Layer[], x: Tensor, pass: Pass): Tensor[] {
  const values = [x];
  for (const layer of layers) values.push(through(layer, values.at(-1)!, pass));
  return values;
}
