// The kinds of layers that train on threads, one file each, and last the custom ones.
import { activationKind } from "./activation.js";
import { batchNormKind } from "./batch-norm.js";
import { convolutionKind } from "./convolution.js";
import { customKind } from "./custom.js";
import { denseKind } from "./dense.js";
import { dropoutKind } from "./dropout.js";
import { embeddingKind } from "./embedding.js";
import type { LayerKind } from "./layer.js";
import { layerNormKind } from "./layer-norm.js";
import { poolingKind } from "./pooling.js";
import { preluKind } from "./prelu.js";
import { softmaxKind } from "./softmax.js";

/** By the names used in lowered layers and plans. */
const layerKinds = {
  dense: denseKind,
  convolution: convolutionKind,
  pooling: poolingKind,
  activation: activationKind,
  dropout: dropoutKind,
  prelu: preluKind,
  softmax: softmaxKind,
  layerNorm: layerNormKind,
  batchNorm: batchNormKind,
  embedding: embeddingKind,
  custom: customKind,
} as unknown as Readonly<Record<string, LayerKind>>;

/** All kinds. */
export const allKinds: readonly LayerKind[] = Object.values(layerKinds);

/** The kind of a lowered layer, or of its plan. */
export const kindOf = ({ kind }: { readonly kind: string }): LayerKind => layerKinds[kind]!;
