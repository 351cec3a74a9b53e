/**
 * Flattens samples to rows of numbers.
 */
import { withFormula } from "../compute/formula.js";
import { sizeOf } from "../tensor/shapes.js";
import type { BuiltLayer, LayerBlueprint } from "./layer.js";
import { showAs } from "./show-as.js";

/**
 * Flattens a sample of any shape to one row, in row-major order (n = channels · height · width for an image);
 * needed between images and a dense layer.
 *
 * Source: PyTorch's Flatten.
 * @example
 * predict(sequential([flatten(), dense(4, 1, { init: constant(1) })], { input: [1, 2, 2] }), [[1, 2, 3, 4]]).toArray() // → [ [ 10 ] ]
 */
export function flatten(): LayerBlueprint {
  return showAs<LayerBlueprint>("flatten()", {
    kind: "flatten",
    plan: () => [],
    build(input) {
      const layer: BuiltLayer = showAs<BuiltLayer>("flatten()", {
        kind: "flatten",
        inputShape: input,
        outputShape: [sizeOf(input)],
        parameters: [],
        multiplyAdds: 0,
        forward: (x) => x,
        backward: (delta) => ({ x: delta, parameters: [] }),
        traced: (x) => x,
      });
      return withFormula(layer, { kind: "layer", name: "flatten" });
    },
  });
}
