/**
 * What a rule with a fast kernel needs in each step: its numbers, and the step size that the record shows.
 */
import type { StepFormula } from "./formula.js";
import type { StepNumbers } from "./kernels.js";

const plain: StepNumbers = { eta: 0, epsilon: 0, beta1: 0, beta2: 0, correction: 1 };

/**
 * The numbers of step k = 1, 2, …; for AdaGrad-norm `squares` is c(k), which includes the gradient of this step.
 */
export function stepNumbers(rule: StepFormula, k: number, squares = 0): StepNumbers {
  switch (rule.name) {
    case "sgd":
      return { ...plain, eta: rule.eta };
    case "adagradNorm":
      return { ...plain, eta: squares === 0 ? 0 : rule.eta / Math.sqrt(squares) };
    case "adagrad":
      return { ...plain, eta: rule.eta, epsilon: rule.epsilon };
    case "momentum":
      return { ...plain, eta: rule.eta, beta1: rule.beta };
    case "adam":
      return {
        eta: rule.eta / (1 - rule.beta1 ** k),
        epsilon: rule.epsilon,
        beta1: rule.beta1,
        beta2: rule.beta2,
        correction: 1 / Math.sqrt(1 - rule.beta2 ** k),
      };
  }
}
