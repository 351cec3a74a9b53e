/**
 * Numbers that are no longer finite: where they appear first, and the message to the user.
 */
import type { Dataset } from "../data/index.js";
import type { Sequential } from "../nn/index.js";
import type { Run } from "./run.js";

/** What is no longer finite, and which layer with weights shows it first (from 1 on; 0 when none does). */
export interface NotFinite {
  what: "loss" | "parameters";
  layer: number;
}

/** Finds the first layer with parameters that are not finite. */
export function parametersNotFinite({ A, b }: Sequential, theta: Float64Array): NotFinite | undefined {
  if (areFinite(theta)) return undefined;
  let at = 0;
  for (let t = 1; t < A.length; t++) {
    const end = at + A[t]!.size + b[t]!.size;
    if (!areFinite(theta.subarray(at, end))) return { what: "parameters", layer: t };
    at = end;
  }
  return { what: "parameters", layer: 0 };
}

/** Much faster than `every()`, which calls back: an interrupt waits for it. */
function areFinite(numbers: Float64Array): boolean {
  for (let i = 0; i < numbers.length; i++) if (!Number.isFinite(numbers[i])) return false;
  return true;
}

/**
 * What happened, what the network has now, and what to try.
 *
 * @param kept the epoch whose parameters it went back to
 */
export function notFiniteMessage(
  run: Run,
  { what, layer }: NotFinite,
  kept: number,
  { x, y, features, outputs, name }: Dataset,
): string {
  const size = run.stepSize.at(-1);
  let advice = size === undefined ? "" : `; try a smaller eta, the last step size was ${size.toPrecision(4)}`;
  const [badInput, badTarget] = [x, y].map((numbers) => numbers.findIndex((v) => !Number.isFinite(v)));
  if (badInput! >= 0) {
    advice = `; sample ${Math.floor(badInput! / features)} of ${name} has an entry that is not finite: drop it, or fill it in, got ${x[badInput!]}`;
  } else if (badTarget! >= 0) {
    advice = `; sample ${Math.floor(badTarget! / outputs)} of ${name} has a target that is not finite: drop it, or fill it in, got ${y[badTarget!]}`;
  }
  if (what === "parameters" && run.steps === 0) {
    return `train: the parameters are not finite before the first step, first those of layer ${layer}, A[${layer}] or b[${layer}]; make the network with sequential() again, or load other parameters`;
  }
  if (what === "parameters") {
    const epoch = run.epochs.length + Number(run.steps > (run.epochs.at(-1)?.step ?? 0));
    const from = kept > 0 ? `after epoch ${kept}` : "before the training";
    return (
      `train: the parameters are not finite after step ${run.steps} (epoch ${epoch}), first those of layer ${layer}, A[${layer}] or b[${layer}]; ` +
      `the network keeps the parameters from ${from}${advice}`
    );
  }
  const where =
    layer > 0
      ? `the outputs of layer ${layer}, z[${layer}], are the first that are not finite`
      : "all layers' outputs are finite";
  return (
    `train: the loss is not finite at step ${run.steps + 1} (epoch ${run.epochs.length + 1}); ${where}; ` +
    (size === undefined
      ? `no step was taken yet${advice || ", so look at the data and at the first parameters"}`
      : `the network keeps its parameters after step ${run.steps}${advice}`)
  );
}
