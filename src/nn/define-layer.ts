/**
 * Layers of one's own, in a few lines of a notebook.
 */
import { inspect } from "node:util";
import { formatShape, type Random, random, type Shape, Tensor } from "../tensor/index.js";
import { sizeOf } from "../tensor/shapes.js";
import type { LayerBlueprint, Pass } from "./layer.js";
import { showAs } from "./show-as.js";

/** What a layer of one's own is made of; P are the names of its parameters. */
export interface LayerDefinition<P extends string> {
  /** What it is called. */
  name: string;
  /**
   * Its parameters: the first value of each, or a function that draws it, given the shape of a sample that comes in and
   * a stream of random numbers.
   */
  parameters?: Readonly<Record<P, Tensor | ((input: Shape, stream: Random) => Tensor)>>;
  /** The shape of a sample that comes out, given that of one that goes in; the same by default. */
  output?: (input: Shape) => Shape;
  /** What comes out, for samples as rows. */
  forward: (x: Tensor, parameters: Readonly<Record<P, Tensor>>, pass: Pass) => Tensor;
  /** From δ = ∂loss/∂(what came out): ∂loss/∂x, and ∂loss/∂ of each parameter by its name. */
  backward: (
    delta: Tensor,
    x: Tensor,
    parameters: Readonly<Record<P, Tensor>>,
    pass: Pass,
  ) => { x: Tensor } & Readonly<Record<P, Tensor>>;
}

/**
 * A layer of one's own: how samples go through, and how a gradient comes back. `gradientCheck` says whether the two
 * belong together.
 *
 * @returns a function that describes one such layer, for `sequential()`
 * @throws TypeError when forward or backward is missing; when the network is used, RangeError if a result has not the
 *   shape that it must have.
 * @example
 * const scale = defineLayer({
 *   name: "scale",
 *   parameters: { s: tensor([2]) },
 *   forward: (x, { s }) => x.mul(s),
 *   backward: (delta, x, { s }) => ({ x: delta.mul(s), s: tensor([delta.mul(x).sum()]) }),
 * });
 * const net = sequential([dense(2, 2), scale(), dense(2, 1)], { seed: 1 });
 * gradientCheck(net, [[1, 2]], [3], squaredError()).ok // → true
 */
export function defineLayer<P extends string = never>(definition: LayerDefinition<P>): () => LayerBlueprint {
  const { name, output = (input: Shape) => input, forward, backward } = definition;
  for (const [what, one] of Object.entries({ forward, backward })) {
    if (typeof one !== "function") {
      throw new TypeError(`defineLayer: ${what} must be a function, got ${inspect(one, { depth: 0 })}`);
    }
  }
  const starts = Object.entries(definition.parameters ?? {}) as [
    P,
    Tensor | ((input: Shape, stream: Random) => Tensor),
  ][];
  const text = `${name}()`;
  return () =>
    showAs<LayerBlueprint>(text, {
      kind: name,
      plan: (input) =>
        starts.map(([parameter, start]) => {
          const first = typeof start === "function" ? start(input, random(0)) : start;
          checkTensor(`${name}: parameter ${parameter}`, first);
          return {
            shape: first.shape,
            init: (stream) => (typeof start === "function" ? start(input, stream) : first).data,
          };
        }),
      build(input, values) {
        const parameters = Object.fromEntries(
          starts.map(([parameter], i) => [parameter, values[i]!]),
        ) as Record<P, Tensor>;
        const outputShape = output(input);
        return showAs(text, {
          kind: name,
          inputShape: input,
          outputShape,
          parameters: values,
          multiplyAdds: 0,
          forward(x, pass) {
            const y = forward(x, parameters, pass);
            checkShape(`${name}: forward must return`, y, [x.shape[0]!, sizeOf(outputShape)]);
            return y;
          },
          backward(delta, x, pass) {
            const gradients = backward(delta, x, parameters, pass);
            checkShape(`${name}: backward must return x, `, gradients?.x, x.shape);
            return {
              x: gradients.x,
              parameters: starts.map(([parameter], i) => {
                const gradient = gradients[parameter];
                checkShape(`${name}: backward must return ${parameter}, `, gradient, values[i]!.shape);
                return gradient;
              }),
            };
          },
        });
      },
    });
}

function checkTensor(what: string, value: unknown): void {
  if (value instanceof Tensor) return;
  throw new TypeError(`${what} must be a tensor, got ${inspect(value, { depth: 0 })}`);
}

function checkShape(what: string, value: unknown, shape: Shape): void {
  checkTensor(`${what} what`, value);
  if (String((value as Tensor).shape) === String(shape)) return;
  throw new RangeError(
    `${what} a tensor of shape ${formatShape(shape)}, got ${formatShape((value as Tensor).shape)}`,
  );
}
