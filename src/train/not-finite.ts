/**
 * Detects numbers that are no longer finite: the first layer that has them, and the message to the user.
 */
import type { Dataset } from "../data/index.js";
import type { Sequential } from "../nn/index.js";
import { parametersOf } from "../nn/sequential.js";
import type { Backend } from "./record.js";
import type { Run } from "./run.js";

/** The numbers that are no longer finite, and the first layer with weights that has them (from 1 on; 0 if none does, or for running statistics). */
export interface NotFinite {
  what: "loss" | "parameters" | "running statistics";
  layer: number;
}

/** Finds the first layer with parameters that are not finite. */
export function parametersNotFinite(model: Sequential, theta: Float64Array): NotFinite | undefined {
  if (areFinite(theta)) return undefined;
  let at = 0;
  for (const layer of model.layers) {
    const end = at + parametersOf(layer).reduce((sum, { size }) => sum + size, 0);
    if (!areFinite(theta.subarray(at, end)))
      return { what: "parameters", layer: model.positionOf(layer) ?? 0 };
    at = end;
  }
  return { what: "parameters", layer: 0 };
}

/**
 * Whether buffers, such as running variances, are no longer finite; the loss may still be finite, as with `batchNorm` after
 * 1/√∞. Buffers that were not finite at the start, such as a running minimum of ∞, do not count.
 */
export const buffersNotFinite = ({ buffers }: Sequential, before: Float64Array): NotFinite | undefined =>
  buffers.some((value, i) => !Number.isFinite(value) && Number.isFinite(before[i]))
    ? { what: "running statistics", layer: 0 }
    : undefined;

/** Much faster than `every()` with its callback; an interrupt has to wait for it. */
function areFinite(numbers: Float64Array): boolean {
  for (let i = 0; i < numbers.length; i++) if (!Number.isFinite(numbers[i])) return false;
  return true;
}

/**
 * The message: what happened, the state of the network, and what to try.
 *
 * @param kept the step of the parameters that the network was restored to, in words
 */
export function notFiniteMessage(run: Run, { what, layer }: NotFinite, kept: string, data: Dataset): string {
  const size = run.stepSize.at(-1);
  // A single step of ordinary size cannot make finite parameters infinite: the gradient was not finite.
  const isGradient = what === "parameters" && run.steps === 1 && size !== undefined && size <= 1;
  const advice =
    badSample(data, run.settings.backend) ??
    (isGradient
      ? "; the gradient of the first step is not finite: look at the gradient of the loss and of custom layers, as by gradientCheck(model, x, y, loss)"
      : undefined) ??
    (size === undefined ? "" : `; try a smaller eta, the last step size was ${size.toPrecision(4)}`);
  // Layers without A and b have names only in the table of the network.
  const first = layer > 0 ? `, first those of layer ${layer}, A[${layer}] or b[${layer}]` : "";
  if (what === "parameters" && run.steps === 0) {
    return `train: the parameters are not finite before the first step${first}; make the network with sequential() again, or load other parameters`;
  }
  if (what !== "loss") {
    const epoch = run.epochs.length + Number(run.steps > (run.epochs.at(-1)?.step ?? 0));
    return (
      `train: the ${what} are not finite after step ${run.steps} (epoch ${epoch})${first}; ` +
      `the network keeps the ${what === "parameters" ? "parameters" : "numbers"} from ${kept}${advice}`
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

/** The first sample with a number that is not finite, or not in the kernels' float32, and a fix; undefined if all are finite. */
function badSample({ x, y, features, outputs, name }: Dataset, backend: Backend): string | undefined {
  const isBad = (v: number) => !Number.isFinite(backend === "scalar" ? v : Math.fround(v));
  const [entry, target] = [x.findIndex(isBad), y.findIndex(isBad)];
  if (entry < 0 && target < 0) return undefined;
  const [value, sample] =
    entry >= 0 ? [x[entry]!, Math.floor(entry / features)] : [y[target]!, Math.floor(target / outputs)];
  const has = `; sample ${sample} of ${name} has ${entry >= 0 ? "an entry" : "a target"}`;
  return Number.isFinite(value)
    ? `${has} beyond the range of float32, ±3.4e38: scale it, as by normalise(), or take backend: "scalar" for float64, got ${value}`
    : `${has} that is not finite: drop it, or fill it in, got ${value}`;
}
