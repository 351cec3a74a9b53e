/**
 * Custom layers, in a few lines of a notebook.
 */

import { inspect } from "#platform";
import { Variable } from "../autodiff/tape.js";
import type { Traced } from "../autodiff/traced.js";
import { checkFunction } from "../options/check.js";
import { optionsOf } from "../options/options-of.js";
import { type Random, random, type Shape, Tensor } from "../tensor/index.js";
import { sizeOf } from "../tensor/shapes.js";
import { checkShape } from "./checked.js";
import type { LayerBlueprint, Pass } from "./layer.js";
import { showAs } from "./show-as.js";

/** A pass with the buffers of a custom layer, by name. */
export interface LayerPass<B extends string = never> extends Pass {
  readonly buffers: Readonly<Record<B, Tensor>>;
}

/** The definition of a custom layer; P are the names of its parameters, B those of its buffers. */
export interface LayerDefinition<P extends string, B extends string = never> {
  /** Its name. */
  name: string;
  /**
   * Its parameters: the initial value of each, or a function that draws it from the shape of an input sample and a stream
   * of random numbers.
   */
  parameters?: Readonly<Record<P, Tensor | ((input: Shape, stream: Random) => Tensor)>>;
  /**
   * Its buffers, which no rule updates, such as running means: `forward` finds them in `pass.buffers` and may change them in
   * place in training (`pass.training`). Checkpoints and files include them.
   */
  buffers?: Readonly<Record<B, Tensor | ((input: Shape) => Tensor)>>;
  /** The shape of an output sample, given that of an input sample; the same by default. */
  output?: (input: Shape) => Shape;
  /**
   * The output, for samples as rows. It runs on the main thread, while the rest of a large network trains on threads (then x holds
   * float32 numbers). A training calls it once a step; afterwards `train` calls it for a few more samples, on a copy of the
   * network, to detect whether it mixes samples and for the checkpoint; `resume` calls it beforehand to detect another function.
   * Therefore keep state in `buffers`.
   */
  forward: (x: Tensor, parameters: Readonly<Record<P, Tensor>>, pass: LayerPass<B>) => Tensor;
  /**
   * From δ = ∂loss/∂output: ∂loss/∂x, and the gradient of each parameter by its name. Without it `forward` is
   * differentiated by reverse mode, and must be written with the operations of `Traced`.
   */
  backward: (
    delta: Tensor,
    x: Tensor,
    parameters: Readonly<Record<P, Tensor>>,
    pass: LayerPass<B>,
  ) => { x: Tensor } & Readonly<Record<P, Tensor>>;
}

/** The same without `backward`: `forward` is differentiated automatically. */
export interface TracedLayerDefinition<P extends string>
  extends Pick<LayerDefinition<P>, "name" | "parameters" | "output"> {
  /** The output, for samples as rows, written with the operations of `Traced`. */
  forward: (x: Traced, parameters: Readonly<Record<P, Traced>>) => Traced;
}

/**
 * A custom layer: its forward pass and its backward pass. `gradientCheck` tests whether they
 * match.
 *
 * @returns a function that describes one such layer, for `sequential()`
 * @throws TypeError if forward or backward is missing; when the network is used, RangeError if a result has the wrong
 *   shape.
 * @example
 * const scale = defineLayer({
 *   name: "scale",
 *   parameters: { s: tensor([2]) },
 *   forward: (x, { s }) => x.mul(s),
 *   backward: (delta, x, { s }) => ({ x: delta.mul(s), s: tensor([delta.mul(x).sum()]) }),
 * });
 * const net = sequential([dense(2, 2), scale(), dense(2, 1)], { seed: 1 });
 * gradientCheck(net, [[1, 2]], [3], squaredError()).ok // → true
 * const swish = defineLayer({ name: "swish", forward: (x) => x.mul(x.sigmoid()) });
 * gradientCheck(sequential([dense(2, 2), swish(), dense(2, 1)]), [[1, 2]], [3], squaredError()).ok // → true
 * const counting = defineLayer({
 *   name: "counting",
 *   buffers: { seen: tensor([0]) },
 *   forward: (x, _, { buffers, training }) => { if (training) buffers.seen.data[0] += x.shape[0]; return x; },
 *   backward: (delta) => ({ x: delta }),
 * });
 * const counted = sequential([counting(), dense(2, 1)], { input: [2] });
 * forward(counted, [[1, 2], [3, 4]], { training: true });
 * counted.namedBuffers["counting[1].seen"].data // → Float64Array(1) [ 2 ]
 */
export function defineLayer<P extends string = never, B extends string = never>(
  definition: LayerDefinition<P, B>,
): () => LayerBlueprint;
export function defineLayer<P extends string = never>(
  definition: TracedLayerDefinition<P>,
): () => LayerBlueprint;
export function defineLayer<P extends string, B extends string>(
  definition: LayerDefinition<P, B> | TracedLayerDefinition<P>,
): () => LayerBlueprint {
  optionsOf("defineLayer", definition, ["name", "parameters", "buffers", "output", "forward", "backward"]);
  const { name, output = (input: Shape) => input } = definition;
  const isTraced = !("backward" in definition);
  const { forward, backward } = isTraced ? differentiated(definition) : definition;
  checkFunction("defineLayer", { forward, backward });
  const starts = Object.entries(definition.parameters ?? {}) as [
    P,
    Tensor | ((input: Shape, stream: Random) => Tensor),
  ][];
  const kept = Object.entries(("buffers" in definition && definition.buffers) || {}) as [
    B,
    Tensor | ((input: Shape) => Tensor),
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
      planBuffers: (input) =>
        Object.fromEntries(
          kept.map(([buffer, start]) => {
            const first = typeof start === "function" ? start(input) : start;
            checkTensor(`${name}: buffer ${buffer}`, first);
            return [buffer, { shape: first.shape, init: () => first.data }];
          }),
        ),
      build(input, values, _index, buffers = {}) {
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
          buffers,
          ...(isTraced && {
            traced: (x: Variable, variables: readonly Variable[]) => {
              const named = Object.fromEntries(starts.map(([parameter], i) => [parameter, variables[i]!]));
              return definition.forward(x, named as Record<P, Variable>) as Variable;
            },
          }),
          forward(x, pass) {
            const y = forward(x, parameters, { ...pass, buffers: buffers as Readonly<Record<B, Tensor>> });
            checkShape(`${name}: forward must return`, y, [x.shape[0]!, sizeOf(outputShape)]);
            return y;
          },
          backward(delta, x, pass) {
            const own = { ...pass, buffers: buffers as Readonly<Record<B, Tensor>> };
            const gradients = backward(delta, x, parameters, own);
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

/** Forward on the tape, and back along it. */
function differentiated<P extends string>({
  forward,
}: TracedLayerDefinition<P>): Pick<LayerDefinition<P>, "forward" | "backward"> {
  if (typeof forward !== "function") return { forward } as never; // the check below reports it
  const run = (x: Tensor, parameters: Readonly<Record<P, Tensor>>) => {
    const input = new Variable(x);
    const variables = Object.fromEntries(
      Object.entries<Tensor>(parameters).map(([name, value]) => [name, new Variable(value)]),
    ) as Record<P, Variable>;
    return { input, variables, result: forward(input, variables) as Variable };
  };
  return {
    forward: (x, parameters) => run(x, parameters).result?.value,
    backward(delta, x, parameters) {
      const { input, variables, result } = run(x, parameters);
      const names = Object.keys(variables) as P[];
      const [first, ...rest] = result
        .mul(delta)
        .sum()
        .gradientsOf([input, ...names.map((one) => variables[one])]);
      const gradients = Object.fromEntries(names.map((one, i) => [one, rest[i]!.value]));
      return { x: first!.value, ...gradients } as { x: Tensor } & Record<P, Tensor>;
    },
  };
}

function checkTensor(what: string, value: unknown): void {
  if (value instanceof Tensor) return;
  throw new TypeError(`${what} must be a tensor, got ${inspect(value, { depth: 0 })}`);
}
