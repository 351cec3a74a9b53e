/**
 * Detects layers that wrongly let samples of a batch affect one another's outputs.
 */
import { formulaOf } from "../compute/formula.js";
import type { Dataset } from "../data/index.js";
import { extent } from "../display/describe.js";
import { note } from "../display/note.js";
import { Dense } from "../nn/dense.js";
import type { Layer, Sequential } from "../nn/index.js";
import { isActivation } from "../nn/layer.js";
import { through } from "../nn/layerwise.js";
import type { Tensor } from "../tensor/index.js";

/** Notes the first such layer: after a training, because the check calls the layers, on a copy of the network to leave its buffers alone. */
export function noteMixing(model: Sequential, data: Dataset): void {
  const mixing = mixingLayer(model.copy(), data);
  if (!mixing) return;
  note(
    `train: ${mixing} mixes samples: what the network says of one depends on which others are evaluated with it; let forward look at pass.training and keep what it needs in buffers, as batchNorm() does`,
  );
}

/** Few samples suffice to show it. */
const some = 3;

/** Above the float64 rounding of a layer of usual width. */
const rounding = 1e-9;

/**
 * The first custom layer whose output for a sample depends on the other samples of the batch outside training, such as one that
 * takes the mean over a batch: its network predicts differently for a sample alone than among others. Undefined if no layer
 * does for the chosen samples.
 */
function mixingLayer({ layers }: Sequential, data: Dataset): Layer | undefined {
  const last = layers.findLastIndex(isCustom);
  if (last < 0 || data.size < 2) return undefined;
  let { x } = data.batch(0, Math.min(some, data.size));
  try {
    for (const layer of layers.slice(0, last + 1)) {
      const y = through(layer, x, { training: false });
      if (isCustom(layer) && dependsOnOthers(layer, x, y)) return layer;
      x = y;
    }
  } catch {
    // The layer may not accept so few samples; the training reports other errors.
  }
  return undefined;
}

const isCustom = (layer: Layer): boolean =>
  !isActivation(layer) && !(layer instanceof Dense) && !formulaOf("layer", layer);

/** Whether an output depends on the other samples; false for random outputs, which differ each time. */
function dependsOnOthers(layer: Layer, x: Tensor, y: Tensor): boolean {
  for (let i = 0; i < x.shape[0]!; i++) {
    const alone = through(layer, x.slice(i, i + 1), { training: false });
    const row = y.row(i).data;
    const [, largest] = extent([row.map(Math.abs)]);
    if (row.some((value, j) => Math.abs(value - alone.data[j]!) > rounding * largest)) {
      return through(layer, x, { training: false }).equals(y);
    }
  }
  return false;
}
