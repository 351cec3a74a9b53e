/**
 * What custom losses, penalties and layers return, checked: entries of a tensor of another shape would be taken for those of other
 * samples or weights.
 */
import { inspect } from "#platform";
import { inFloat64 } from "../tensor/float64.js";
import { formatShape, type Shape, Tensor } from "../tensor/index.js";
import type { Loss, Penalty, Targets } from "./loss.js";

/** ∂loss/∂g, of the shape of g. */
export function lossGradient(loss: Loss, g: Tensor, y: Targets): Tensor {
  return ofShape(`${loss.name ?? "loss"}: gradient`, loss.gradient(g, y), g);
}

/** ∂penalty/∂A[t], of the shape of A[t]. */
export function penaltyGradient(penalty: Penalty, weights: Tensor): Tensor {
  return ofShape("penalty: gradient", penalty.gradient(weights), weights);
}

/** The loss of each sample. */
export function lossOfSamples(loss: Loss, g: Tensor, y: Targets): ArrayLike<number> {
  const losses = loss.perSample(g, y);
  const samples = g.shape[0]!;
  if (losses?.length === samples) return losses;
  throw new RangeError(
    `${loss.name ?? "loss"}: perSample must return one number for each of ${samples} samples, got ${losses?.length ?? losses}`,
  );
}

function ofShape(who: string, returned: Tensor, { shape }: Tensor): Tensor {
  const found = inFloat64(who, returned);
  checkShape(`${who} must return`, found, shape);
  return found;
}

/**
 * Checks what a custom function returns.
 *
 * @param what the beginning of the message, such as `mine: gradient must return`
 * @throws TypeError unless it is a tensor; RangeError unless it has this shape
 */
export function checkShape(what: string, value: unknown, shape: Shape): void {
  const wanted = `${what} a tensor of shape ${formatShape(shape)}`;
  if (!(value instanceof Tensor)) throw new TypeError(`${wanted}, got ${inspect(value, { depth: 0 })}`);
  if (formatShape(value.shape) === formatShape(shape)) return;
  throw new RangeError(`${wanted}, got ${formatShape(value.shape)}`);
}
