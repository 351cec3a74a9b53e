/**
 * A robust loss for regression with outliers.
 */

import { checkPositive } from "../options/check.js";
import { optionsOf } from "../options/options-of.js";
import { type Loss, outputwise } from "./loss.js";
import { showAs } from "./show-as.js";

/**
 * Huber's loss Σ_k h(g_k − y_k), the mean over the samples, with
 *
 *     h(r) = r²/2 for |r| ≤ δ,   δ (|r| − δ/2) otherwise,
 *
 * whose slope is at most δ: the pull of an outlier is bounded. (The name `huber` belongs to the objective in
 * `theory`.)
 *
 * @param options `delta` δ > 0; 1
 * @throws RangeError for another delta, or if the shapes differ.
 * Source: Huber, Robust estimation of a location parameter, 1964.
 * @example
 * huberLoss().value(tensor([[0.5], [3]]), [0, 0]) // → 1.3125
 */
export function huberLoss(options: { delta?: number } = {}): Loss {
  const { delta = 1 } = optionsOf("huberLoss", options, ["delta"]);
  checkPositive("huberLoss", { delta });
  return showAs<Loss>(delta === 1 ? "huberLoss()" : `huberLoss({ delta: ${delta} })`, {
    name: "huberLoss",
    accepts: "targets",
    ...outputwise(
      "huberLoss",
      (g, y) => {
        const r = Math.abs(g - y);
        return r <= delta ? (r * r) / 2 : delta * (r - delta / 2);
      },
      (g, y) => Math.max(-delta, Math.min(delta, g - y)),
      (g, y) => Number(Math.abs(g - y) <= delta),
    ),
  });
}
