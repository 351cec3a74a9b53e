/**
 * Dropout: randomly zeroed units, against overfitting.
 */

import { withFormula } from "../compute/formula.js";
import { checkShare } from "../options/check.js";
import type { Tensor } from "../tensor/index.js";
import type { BuiltLayer, LayerBlueprint, Pass } from "./layer.js";
import { showAs } from "./show-as.js";

/**
 * In training, zeroes each entry with probability p and divides the others by 1 − p, which keeps the mean; in evaluation it is
 * the identity. `train()` draws for each step from its seed, so that runs are reproducible.
 *
 * @param p the probability of dropping an entry, 0 ≤ p < 1
 * @throws RangeError for another p.
 * Source: Srivastava and others, Dropout, JMLR 15, 2014.
 * @example
 * const net = sequential([dropout(0.5), dense(4, 1, { init: constant(1) })], { input: [4] });
 * predict(net, [[1, 1, 1, 1]]).toArray() // → [ [ 4 ] ]
 * forward(net, [[1, 1, 1, 1]], { dropout: random(1) }).x[0].toArray() // → [ [ … ] ]
 */
export function dropout(p = 0.5): LayerBlueprint {
  checkShare("dropout", { p });
  const text = `dropout(${p})`;
  return showAs<LayerBlueprint>(text, {
    kind: "dropout",
    plan: () => [],
    build(input, _parameters, index) {
      /** The backward pass drops the same entries, drawn from the same stream. */
      const drop = (x: Tensor, { dropout: source }: Pass): Tensor => {
        if (!source) return x;
        const stream = source.split(index);
        return x.map((entry) => (stream.uniform() < p ? 0 : entry / (1 - p)));
      };
      const layer = showAs(text, {
        kind: "dropout",
        inputShape: input,
        outputShape: input,
        parameters: [],
        multiplyAdds: 0,
        forward: drop,
        backward: (delta, _x, pass) => ({ x: drop(delta, pass), parameters: [] }),
        traced: (x) => x,
      } satisfies BuiltLayer);
      return withFormula(layer, { kind: "layer", name: "dropout", p, index });
    },
  });
}
