/**
 * The layers of a plan as one thread works on them.
 */
import { view } from "../compute/arena.js";
import { columnLayer, mixedLayer, panelLayer, tileLayer } from "../compute/dense-layer.js";
import { convolutionLayer, poolingLayer } from "../compute/image-layers.js";
import type { Compressed, Parameters } from "../compute/kernels.js";
import type { LayerParts, TrainedLayer } from "../compute/layer.js";
import { matrixOf } from "../compute/matrix.js";
import { activationLayer, dropoutLayer } from "./entrywise-layers.js";
import type { CompressedPlan, LayerPlan, ParametersPlan } from "./plan-layers.js";

/** A layer, on arrays in `memory`; `all` are the parameters of the whole network. */
export function trainedLayer(
  plan: LayerPlan,
  parts: LayerParts,
  memory: WebAssembly.Memory,
  all: Parameters,
): TrainedLayer {
  const partOf = ({ at, length, sums }: ParametersPlan): Parameters => ({
    theta: all.theta.subarray(at, at + length),
    gradient: all.gradient.subarray(at, at + length),
    first: all.first.subarray(at, at + length),
    second: all.second.subarray(at, at + length),
    sums: all.sums.subarray(sums.at, sums.at + sums.length),
  });
  const compressed = ({ capacity, entries, counts }: CompressedPlan): Compressed => ({
    capacity,
    places: view(memory, { ...entries, kind: "Uint32Array" }),
    values: view(memory, entries),
    counts: view(memory, counts),
  });
  if (plan.kind === "dense") {
    const { layout, inputs, outputs, A, b, byRow, byColumn, denseColumns } = plan;
    const dense = { ...parts, A: { ...partOf(A), layout, inputs, outputs }, b: partOf(b) };
    if (layout === "rows") return tileLayer(dense);
    if (layout === "columns") return columnLayer(dense, compressed(byRow!));
    const lists = [compressed(byRow!), byColumn && compressed(byColumn)] as const;
    if (!denseColumns) return panelLayer(dense, ...lists);
    const { runs, bits, x } = denseColumns;
    return mixedLayer(dense, ...lists, {
      runs,
      bits: view(memory, bits),
      A: { ...partOf(denseColumns.A), layout: "rows", inputs: x.columns, outputs },
      x: matrixOf(view(memory, x.region), x.columns),
    });
  }
  if (plan.kind === "conv2d") {
    const { windows, filters, parameters } = plan;
    const A = { ...partOf(parameters), windows, outputs: filters };
    return convolutionLayer(parts, A, matrixOf(view(memory, plan.parts.region), plan.parts.columns));
  }
  if (plan.kind === "activation" || plan.kind === "dropout") {
    const factors = matrixOf(view(memory, plan.factors.region), plan.factors.columns);
    return plan.kind === "activation"
      ? activationLayer(parts, plan.activation, factors)
      : dropoutLayer(parts, plan.dropout, plan.seed, factors);
  }
  return poolingLayer(parts, plan.kind, plan.windows);
}
