/**
 * Penalties for large weights, added to any loss.
 */
import { inspect } from "#platform";
import type { Variable } from "../autodiff/tape.js";
import { checkNotNegative } from "../options/check.js";
import type { Loss, Penalty } from "./loss.js";
import { showAs } from "./show-as.js";

/**
 * (λ/2) Σ_t ‖A[t]‖², with gradient λ A[t]: for gradient descent the same as weight decay. Biases are not penalised.
 *
 * @param lambda λ ≥ 0
 * @throws RangeError for another λ.
 * Source: Krogh, Hertz, A simple weight decay can improve generalization, 1992.
 * @example
 * withPenalty(squaredError(), l2Penalty(0.01)) // → withPenalty(squaredError(), l2Penalty(0.01))
 */
export function l2Penalty(lambda: number): Penalty {
  checkNotNegative("l2Penalty", { lambda });
  return showAs<Penalty>(`l2Penalty(${lambda})`, {
    // reduce skips the empty index 0; a call for each weight would take longer than a step on threads.
    value: (A) =>
      A.reduce((sum, { data }) => {
        for (let i = 0; i < data.length; i++) sum += (lambda / 2) * data[i]! * data[i]!;
        return sum;
      }, 0),
    gradient: (weights) => weights.mul(lambda),
    traced: (A) => sum(A.map((weights) => weights.mul(weights).sum())).mul(lambda / 2),
  });
}

/**
 * λ Σ_t Σ |A[t]|, with the subgradient λ sign(A[t]), 0 at 0: makes weights small, and some nearly zero. Biases are
 * not penalised.
 *
 * @param lambda λ ≥ 0
 * @throws RangeError for another λ.
 * Source: Tibshirani, Regression shrinkage and selection via the lasso, 1996.
 * @example
 * const model = sequential([dense(1, 1, { init: constant(-3) })]);
 * l1Penalty(0.5).value(model.A) // → 1.5
 */
export function l1Penalty(lambda: number): Penalty {
  checkNotNegative("l1Penalty", { lambda });
  return showAs<Penalty>(`l1Penalty(${lambda})`, {
    value: (A) =>
      A.reduce((sum, { data }) => {
        for (let i = 0; i < data.length; i++) sum += lambda * Math.abs(data[i]!);
        return sum;
      }, 0),
    gradient: (weights) => weights.map((weight) => lambda * Math.sign(weight)),
    traced: (A) => sum(A.map((weights) => weights.abs().sum())).mul(lambda),
  });
}

/**
 * A loss with penalties: `train()` and `backpropagation` then minimise the loss plus all of them. An evaluation reports
 * the loss alone.
 *
 * @param loss such as `crossEntropy()`
 * @param penalties such as `l2Penalty(1e-4)`
 * @throws TypeError for an invalid penalty.
 * @example
 * const loss = withPenalty(squaredError(), l2Penalty(0.5));
 * const model = sequential([dense(1, 1, { init: constant(2) })]);
 * backpropagation(model, [[1]], [2], loss).dA[1].toArray() // → [ [ 1 ] ]
 */
export function withPenalty(loss: Loss, ...penalties: Penalty[]): Loss {
  const all = [...(loss.penalty ? [loss.penalty] : []), ...penalties];
  const stranger = all.findIndex(
    (one) => typeof one?.value !== "function" || typeof one.gradient !== "function",
  );
  if (stranger >= 0 || penalties.length === 0) {
    throw new TypeError(
      `withPenalty: expected penalties such as l2Penalty(1e-4) after the loss, got ${penalties.length === 0 ? "none" : inspect(all[stranger], { depth: 0 })}`,
    );
  }
  return showAs<Loss>(`withPenalty(${[loss, ...penalties].join(", ")})`, {
    ...loss,
    penalty: {
      value: (A) => all.reduce((sum, one) => sum + one.value(A), 0),
      gradient: (weights) =>
        all.map((one) => one.gradient(weights)).reduce((sum, gradient) => sum.add(gradient)),
      ...(all.every((one) => one.traced) && { traced: (A) => sum(all.map((one) => one.traced!(A))) }),
    },
  });
}

const sum = (parts: readonly Variable[]): Variable => parts.reduce((before, part) => before.add(part));
