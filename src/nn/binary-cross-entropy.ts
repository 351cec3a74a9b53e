/**
 * Binary cross-entropy on logits, sigmoid included.
 */
import { logistic, logOnePlusExp } from "./activations.js";
import { type Loss, outputwise } from "./loss.js";
import { showAs } from "./show-as.js";

/**
 * −Σ_k (y_k log p_k + (1 − y_k) log(1 − p_k)) with p = 1 / (1 + e^−g), the mean over the samples; each output is an
 * independent binary classification.
 *
 *     loss = Σ_k log(1 + e^(g_k)) − y_k g_k,   ∂loss/∂g_k = (p_k − y_k) / samples
 *
 * Computed from g itself, so that it neither overflows nor loses digits. y holds 0, 1 or a probability: one number for
 * each sample if there is one output, else a tensor of samples × outputs.
 *
 * @throws RangeError if the shapes differ, or a target is outside [0, 1].
 * Source: PyTorch's BCEWithLogitsLoss, here summed over the outputs.
 * @example
 * binaryCrossEntropy().value(tensor([[0], [1000]]), [1, 1]).toFixed(4) // → '0.3466'
 */
export function binaryCrossEntropy(): Loss {
  return showAs<Loss>("binaryCrossEntropy()", {
    name: "binaryCrossEntropy",
    oneOutput: true,
    brings: "sigmoid",
    ...outputwise(
      "binaryCrossEntropy",
      // The first form for large g, where the other would lose the digits of a small loss.
      (g, y) => (1 - y) * g + logOnePlusExp(-g),
      // p − y = (1 − y) p − y (1 − p), which keeps the digits of a small 1 − p.
      (g, y) => (1 - y) * logistic(g) - y * logistic(-g),
      (g) => logistic(g) * logistic(-g),
      {
        holds: (y) => y >= 0 && y <= 1,
        expected:
          "0, 1 or a probability between them (for labels −1 and 1 take (y + 1) / 2, or the objective logistic())",
      },
    ),
  });
}
