/**
 * The rectifier with a trainable slope.
 */
import { withFormula } from "../compute/formula.js";
import { checkFinite } from "../options/check.js";
import { optionsOf } from "../options/options-of.js";
import { tensor } from "../tensor/index.js";
import type { BuiltLayer, LayerBlueprint } from "./layer.js";
import { showAs } from "./show-as.js";

/**
 * σ(z) = z for z > 0 and a · z otherwise, where a is a parameter shared by all units of the layer.
 *
 *     ∂loss/∂a = Σ δ min(z, 0)
 *
 * @param options `slope`: the initial a; 0.25
 * @throws RangeError unless `slope` is a finite number.
 * Source: He, Zhang, Ren, Sun, Delving deep into rectifiers, 2015, section 2.1.
 * @example
 * sequential([dense(2, 3), prelu(), dense(3, 1)]).parameterCount // → 14
 */
export function prelu(options: { slope?: number } = {}): LayerBlueprint {
  const { slope = 0.25 } = optionsOf("prelu", options, ["slope"]);
  checkFinite("prelu", { slope });
  const text = slope === 0.25 ? "prelu()" : `prelu({ slope: ${slope} })`;
  return showAs<LayerBlueprint>(text, {
    kind: "prelu",
    plan: () => [{ shape: [1], init: () => [slope] }],
    build(input, [a]) {
      const layer: BuiltLayer = showAs(text, {
        kind: "prelu",
        inputShape: input,
        outputShape: input,
        parameters: [a!],
        multiplyAdds: 0,
        forward: (z) => z.map((entry) => (entry > 0 ? entry : a!.data[0]! * entry)),
        backward(delta, z) {
          let slope = 0;
          const x = delta.map((d, i) => {
            const entry = z.data[i]!;
            if (entry > 0) return d;
            slope += d * entry;
            return a!.data[0]! * d;
          });
          return { x, parameters: [tensor([slope])] };
        },
        traced(z, [a]) {
          const above = z.value.map((entry) => Number(entry > 0));
          return z.mul(above).add(z.mul(above.map((one) => 1 - one)).mul(a!));
        },
      });
      return withFormula(layer, { kind: "layer", name: "prelu" });
    },
  });
}
