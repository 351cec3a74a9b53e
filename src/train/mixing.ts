/**
 * Whether a layer lets samples change one another's outputs where it should not.
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

/** Says so of the first such layer: after a training, as the layers are called for it, and only a copy of the network has the buffers. */
export function noteMixing(model: Sequential, data: Dataset): void {
  const mixing = mixingLayer(model.copy(), data);
  if (!mixing) return;
  note(
    `train: ${mixing} mixes samples: what the network says of one depends on which others are evaluated with it; let forward look at pass.training and keep what it needs in buffers, as batchNorm() does`,
  );
}

/** As few as show it. */
const some = 3;

/** More than float64 rounds in a layer of usual width. */
const rounding = 1e-9;

/**
 * The first custom layer whose output for a sample, when it is not in training, depends on the samples that come with it: such as one
 * that takes the mean over a batch, whose network then says something else of a sample in an evaluation of all than alone. Undefined
 * where there is none among some samples.
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
    // So few samples are not for it; what else is wrong the training says.
  }
  return undefined;
}

const isCustom = (layer: Layer): boolean =>
  !isActivation(layer) && !(layer instanceof Dense) && !formulaOf("layer", layer);

/** Whether an output depends on the other samples; not where it is another each time, which random numbers make it. */
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
