/**
 * The loss of regression.
 */
import { withFormula } from "../compute/formula.js";
import { type Loss, outputwise } from "./loss.js";
import { showAs } from "./show-as.js";

/**
 * The squared error ‖g − y‖² = Σ_k (g_k − y_k)², the mean over the samples (A3).
 *
 *     ∂loss/∂g_k = 2 (g_k − y_k) / samples
 *
 * It has no factor ½ and no mean over the outputs (PyTorch's MSELoss also divides by the number of outputs).
 * y is a tensor of samples × outputs, or for one output a list with a number for each sample.
 *
 * @throws RangeError if the shapes differ.
 * @example
 * squaredError().value(tensor([[1, 2], [0, 0]]), tensor([[0, 0], [0, 1]])) // → 3
 */
export function squaredError(): Loss {
  const loss = showAs<Loss>("squaredError()", {
    name: "squaredError",
    accepts: "targets",
    ...outputwise(
      "squaredError",
      (g, y) => (g - y) ** 2,
      (g, y) => 2 * (g - y),
      () => 2,
    ),
  });
  return withFormula(loss, { kind: "loss", name: "squaredError" });
}
