/**
 * Where everything lies that threads need of a network's layers: parameters, what goes from layer to layer, and lists of
 * what is not zero.
 */
import type { Arena, Region } from "../compute/arena.js";
import type { ActivationFormula, DropoutFormula } from "../compute/formula.js";
import { type Run, sumsLength } from "../compute/kernels.js";
import {
  filledUp,
  line,
  matrixLength,
  type WeightLayout,
  type WeightShape,
  weightAt,
  weightLength,
} from "../compute/matrix.js";
import {
  biasesAt,
  filtersLength,
  gradientGroups,
  inWindow,
  type Pooling,
  type Windows,
} from "../compute/windows.js";
import type { FastLayer } from "./fast-network.js";

/** A matrix as the threads see it. */
export interface MatrixPlan {
  readonly columns: number;
  readonly region: Region<"Float32Array">;
}

/** Lists of what is not zero in some rows or columns. */
export interface CompressedPlan {
  readonly capacity: number;
  readonly entries: Region<"Float32Array">;
  readonly counts: Region<"Uint32Array">;
}

/** Where some parameters begin among all, and how long they are there, with padding. */
export interface ParametersPlan {
  readonly at: number;
  readonly length: number;
  /** The same for the sums of squares of their gradient. */
  readonly sums: { readonly at: number; readonly length: number };
}

/** A layer as the threads see it. */
export type LayerPlan = {
  /** x(t): what the layer gives, after its ReLU; for the last, the readout g. */
  readonly x: MatrixPlan;
  readonly relu: boolean;
  /** δ[t] = ∂loss/∂z[t]. */
  readonly delta: MatrixPlan;
} & (DensePlan | ConvolutionPlan | PoolingPlan | ActivationPlan | DropoutPlan);

interface DensePlan extends WeightShape {
  readonly kind: "dense";
  readonly A: ParametersPlan;
  readonly b: ParametersPlan;
  /** The inputs that are not zero, by sample and by column, where only they are multiplied. */
  readonly byRow?: CompressedPlan;
  readonly byColumn?: CompressedPlan;
  /** The columns of the input that are multiplied as a dense matrix all the same. */
  readonly denseColumns?: DenseColumnsPlan;
}

/** Columns that are dense, where most are sparse: their weights lie apart, and those in the panels are never used. */
interface DenseColumnsPlan {
  /** Which they are, in order; and as bits, where the kernels find them. */
  readonly runs: readonly Run[];
  readonly bits: Region<"Uint8Array">;
  readonly A: ParametersPlan;
  readonly x: MatrixPlan;
}

interface ConvolutionPlan {
  readonly kind: "conv2d";
  readonly windows: Windows;
  readonly filters: number;
  /** A and b. */
  readonly parameters: ParametersPlan;
  /** The gradients of groups of images. */
  readonly parts: MatrixPlan;
}

interface PoolingPlan {
  readonly kind: Pooling;
  readonly windows: Windows;
}

interface ActivationPlan {
  readonly kind: "activation";
  readonly activation: ActivationFormula;
  /** What the gradient of each entry is multiplied by. */
  readonly factors: MatrixPlan;
}

interface DropoutPlan {
  readonly kind: "dropout";
  readonly dropout: DropoutFormula;
  /** That of the training. */
  readonly seed: number;
  /** What each entry is multiplied by, and its gradient. */
  readonly factors: MatrixPlan;
}

/** How a network is used. */
export interface Use {
  /** How many samples go through it at once. */
  readonly rows: number;
  /** The most of them whose gradient is taken at once; 0 where it is not trained. */
  readonly trainedRows: number;
  /** Whether few of the numbers that come in are not zero, */
  readonly sparse: boolean;
  /** and the columns of which many are all the same. */
  readonly denseColumns: readonly Run[];
  /** Whether it is trained sample by sample with a rule that leaves alone what has no gradient. */
  readonly oneByOne: boolean;
  /** From which a training draws what is dropped. */
  readonly seed: number;
}

/** Up to this many samples a step, packing operands for dense products takes longer than the products. */
const fewRows = 4;

/** Plans the layers, and says how long all parameters are together, and the sums of squares of their gradients. */
export function planLayers(
  arena: Arena,
  layers: readonly FastLayer[],
  { rows, trainedRows, sparse, denseColumns, oneByOne, seed }: Use,
): { plans: LayerPlan[]; length: number; sumsLength: number } {
  let length = 0;
  let sums = 0;
  const take = (count: number, sumsCount: number): ParametersPlan => {
    const part = { at: length, length: count, sums: { at: sums, length: sumsCount } };
    length += count;
    sums += sumsCount;
    return part;
  };
  const matrix = (columns: number, height = rows): MatrixPlan => ({
    columns,
    region: arena.reserve("Float32Array", matrixLength(height, columns)),
  });
  const compressed = (lists: number, capacity: number): CompressedPlan => ({
    capacity,
    entries: arena.reserve("Float32Array", 2 * lists * capacity),
    counts: arena.reserve("Uint32Array", lists),
  });
  const apart = ({ inputs, outputs }: WeightShape, runs: readonly Run[]): DenseColumnsPlan => {
    const columns = runs.reduce((sum, [first, end]) => sum + end - first, 0);
    const shape: WeightShape = { layout: "rows", inputs: columns, outputs };
    return {
      runs,
      bits: arena.reserve("Uint8Array", Math.ceil(inputs / 8)),
      A: take(weightLength(shape), sumsLength(shape)),
      x: matrix(columns),
    };
  };
  const few = trainedRows > 0 && trainedRows <= fewRows;

  const plans = layers.map((layer, t): LayerPlan => {
    const { outputs, relu } = layer;
    const common = { relu, x: matrix(outputs), delta: matrix(outputs) };
    if (layer.kind === "conv2d") {
      const { windows, filters } = layer;
      const size = filtersLength(windows, filters);
      const parameters = take(size, size / line);
      return {
        kind: layer.kind,
        windows,
        filters,
        parameters,
        parts: matrix(size, gradientGroups),
        ...common,
      };
    }
    if (layer.kind === "activation" || layer.kind === "dropout") {
      const factors = matrix(outputs);
      return layer.kind === "activation"
        ? { kind: layer.kind, activation: layer.activation, factors, ...common }
        : { kind: layer.kind, dropout: layer.dropout, seed, factors, ...common };
    }
    if (layer.kind !== "dense") return { kind: layer.kind, windows: layer.windows, ...common };
    const { inputs } = layer;
    let layout: WeightLayout = "rows";
    // Products with what is not zero give no gradient to the layer below where its output is zero, as a ReLU wants it.
    if (t === 0 || isRectified(layers, t - 1)) {
      if (oneByOne) layout = "columns";
      else if (few || (t === 0 && sparse)) layout = "panels";
    }
    const shape = { layout, inputs, outputs };
    const isMixed = t === 0 && layout === "panels" && !few && denseColumns.length > 0;
    return {
      kind: "dense",
      ...shape,
      A: take(weightLength(shape), sumsLength(shape)),
      b: take(filledUp(outputs), filledUp(outputs) / line),
      ...(layout !== "rows" && { byRow: compressed(rows, inputs) }),
      ...(layout === "panels" && trainedRows > 0 && { byColumn: compressed(inputs, trainedRows) }),
      ...(isMixed && { denseColumns: apart(shape, denseColumns) }),
      ...common,
    };
  });
  return { plans, length, sumsLength: sums };
}

/** The parameters of a layer: of a dense one A and b, of a convolution both in one; of pooling none. */
export function parametersOf(plan: LayerPlan): readonly ParametersPlan[] {
  if (plan.kind === "dense") return [plan.A, ...(plan.denseColumns ? [plan.denseColumns.A] : []), plan.b];
  return plan.kind === "conv2d" ? [plan.parameters] : [];
}

/**
 * Whether what a layer gives is a ReLU's, or pooled or dropped from one's: never negative, and where it is zero nothing
 * passes back.
 */
function isRectified(layers: readonly FastLayer[], t: number): boolean {
  const { kind, relu } = layers[t];
  return relu || (t > 0 && !["dense", "conv2d", "activation"].includes(kind) && isRectified(layers, t - 1));
}

/**
 * Goes through the network's theta by runs that lie evenly in the plan: where one begins in theta and in the plan, how
 * many parameters it has, and how far apart they are in the plan.
 */
export function eachRun(
  plans: readonly LayerPlan[],
  visit: (i: number, place: number, count: number, stride: number) => void,
): void {
  let i = 0;
  const run = (place: number, count: number, stride = 1): void => {
    visit(i, place, count, stride);
    i += count;
  };
  for (const plan of plans) {
    if (plan.kind === "dense") {
      const { inputs, outputs, A, b, denseColumns } = plan;
      const stride = weightAt(plan, 0, 1) - weightAt(plan, 0, 0);
      for (let j = 0; j < outputs; j++) {
        let k = 0;
        let column = j * filledUp(denseColumns?.x.columns ?? 0);
        for (const [first, end] of denseColumns?.runs ?? []) {
          run(A.at + weightAt(plan, j, k), first - k, stride);
          run(denseColumns!.A.at + column, end - first);
          column += end - first;
          k = end;
        }
        run(A.at + weightAt(plan, j, k), inputs - k, stride);
      }
      run(b.at, outputs);
    } else if (plan.kind === "conv2d") {
      const { parameters, windows, filters } = plan;
      run(parameters.at, filters * inWindow(windows));
      run(parameters.at + biasesAt(windows, filters), filters);
    }
  }
}
