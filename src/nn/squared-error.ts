/**
 * The loss of regression.
 */
import { inspect } from "node:util";
import { withFormula } from "../compute/formula.js";
import { formatShape, Tensor } from "../tensor/index.js";
import { checkCount, type Loss, meanLoss, readoutShape, type Targets } from "./loss.js";
import { showAs } from "./show-as.js";

/**
 * The squared error ‖g − y‖² = Σ_k (g_k − y_k)², the mean over the samples (A3).
 *
 *     ∂loss/∂g_k = 2 (g_k − y_k) / samples
 *
 * There is no ½ in it and no mean over the outputs (PyTorch's MSELoss divides by the number of outputs, too).
 * y is a tensor of samples × outputs, or for one output a list with a number for each sample.
 *
 * @throws RangeError if the shapes differ.
 * @example
 * squaredError().value(tensor([[1, 2], [0, 0]]), tensor([[0, 0], [0, 1]])) // → 3
 */
export function squaredError(): Loss {
  const perSample = (g: Tensor, y: Targets): Float64Array => {
    const target = toTargets(g, y);
    const outputs = g.shape[1]!;
    const losses = new Float64Array(g.shape[0]!);
    for (let i = 0; i < g.size; i++) {
      losses[Math.floor(i / outputs)]! += (g.data[i]! - target[i]!) ** 2;
    }
    return losses;
  };
  const loss = showAs<Loss>("squaredError()", {
    name: "squaredError",
    perSample,
    value: (g, y) => meanLoss(perSample(g, y)),
    gradient: (g, y) => {
      const target = toTargets(g, y);
      return g.map((entry, i) => (2 * (entry - target[i]!)) / g.shape[0]!);
    },
  });
  return withFormula(loss, { kind: "loss", name: "squaredError" });
}

/** The targets in the layout of g. */
function toTargets(g: Tensor, y: Targets): ArrayLike<number> {
  const [samples, outputs] = readoutShape("squaredError", g);
  if (y instanceof Tensor && y.rank === 2) {
    if (y.shape[0] !== samples || y.shape[1] !== outputs) {
      throw new RangeError(
        `squaredError: y must have the shape of g, ${formatShape(g.shape)}; its shape is ${formatShape(y.shape)}`,
      );
    }
    return y.data;
  }
  const list = y instanceof Tensor ? y.data : y;
  if (typeof list !== "object" || list === null || typeof list.length !== "number") {
    throw new TypeError(`squaredError: y must be a list of numbers or a tensor, got ${inspect(list)}`);
  }
  if (outputs !== 1) {
    throw new RangeError(
      `squaredError: for ${outputs} outputs y must be a tensor of shape ${formatShape(g.shape)}, got a list of ${list.length} numbers`,
    );
  }
  checkCount("squaredError", "target", list.length, samples);
  for (let i = 0; i < list.length; i++) {
    if (typeof list[i] !== "number") {
      throw new TypeError(`squaredError: each target must be a number; sample ${i} has ${inspect(list[i])}`);
    }
  }
  return list;
}
