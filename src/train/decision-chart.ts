/**
 * The decision regions of a classifier in the plane, with the samples on top.
 */
import { inspect } from "#platform";
import { answersOf } from "../data/answers.js";
import type { Dataset } from "../data/index.js";
import { equalAxes } from "../display/axis.js";
import { pointsTrace } from "../display/contour-chart.js";
import { extent } from "../display/describe.js";
import { Figure } from "../display/figure.js";
import { formatNumber } from "../display/format-number.js";
import { colourOf, withOpacity } from "../display/palette.js";
import { typeset } from "../display/typeset.js";
import { predict, Sequential } from "../nn/index.js";
import { checkWhole } from "../options/check.js";
import { optionsOf } from "../options/options-of.js";
import { Tensor } from "../tensor/index.js";
import { checkData } from "./check-fits.js";
import { decide } from "./evaluate.js";

/** Options of a decision chart. */
export interface DecisionChartOptions {
  /** The title; by default the number of correctly classified samples. */
  title?: string;
  /** The number of grid points in each direction; 96. */
  resolution?: number;
}

/** A class for a point of the plane, 0, 1, … (false and true are 0 and 1); for data with one target, a number whose sign is the class. */
export type Classifier = (x: number, y: number) => number | boolean;

/**
 * Colours the plane by the class that a network (the largest output; with one output, whether it is positive) or a function assigns to
 * each point, and draws the samples on top in the colour of their class, misclassified ones as crosses; a point where the
 * network outputs NaN has no colour, and a sample there counts as misclassified.
 *
 * @param model a network of two inputs, or a function (x, y) => class
 * @param data samples of two numbers with labels, with one-hot targets, or with one target whose sign is the class
 * @param options `title`, `resolution` = 96
 * @throws RangeError unless data and network have two features, for other targets, or if the function returns an invalid class;
 *   TypeError without a classifier.
 * @example
 * const data = dataset({ x: [[-1, 0], [1, 0], [2, 1]], y: [0, 1, 0], classes: 2 });
 * decisionChart((x) => Number(x > 0), data)
 * // 2 of 3 samples on the right side
 * // x₁: -1.188 … 2.188; x₂: -0.0625 … 1.063
 * // class 0: 2 points, 1 on a wrong side
 * // class 1: 1 point, none on a wrong side
 */
export function decisionChart(
  model: Sequential | Classifier,
  data: Dataset,
  options: DecisionChartOptions = {},
): Figure {
  const { title, resolution = 96 } = optionsOf("decisionChart", options, ["title", "resolution"]);
  checkData("decisionChart", data);
  checkWhole("decisionChart", { resolution }, 2);
  const isNetwork = model instanceof Sequential;
  if (!isNetwork && typeof model !== "function") {
    throw new TypeError(
      `decisionChart: expected a network or a function (x, y) => class, got ${inspect(model, { depth: 0 })}`,
    );
  }
  if (data.features !== 2 || (isNetwork && model.inputs !== 2)) {
    const of =
      data.features !== 2
        ? `samples of ${data.features}`
        : `a network of ${(model as Sequential).inputs} inputs`;
    throw new RangeError(`decisionChart: the plane has two features; got ${of}`);
  }
  const labels = labelsOf(data);
  const classAt = (places: readonly (readonly [number, number])[]): number[] =>
    isNetwork
      ? decide(predict(model, new Tensor([places.length, 2], Float64Array.from(places.flat()))))
      : places.map(([x, y]) => checkedClass(model(x, y), data));
  const samples = Array.from(
    { length: data.size },
    (_, i) => [0, 1].map((j) => data.x[2 * i + j]! * data.scale) as [number, number],
  );
  const said = classAt(samples);
  const isWrong = labels.map((label, i) => label !== said[i]);
  const [xs, ys] = [0, 1].map((j) =>
    around(
      samples.map((sample) => sample[j]!),
      resolution,
    ),
  ) as [Float64Array, Float64Array];
  // −1 where the network outputs NaN: no class, and no colour.
  const grid = Array.from(ys, (y) => classAt(Array.from(xs, (x) => [x, y] as const)));
  const classes = [said, ...grid]
    .flat()
    .reduce((most, one) => Math.max(most, one + 1), Math.max(2, data.outputs));
  const right = isWrong.filter((wrong) => !wrong).length;
  const heading =
    title ?? `${right} of ${data.size} ${data.size === 1 ? "sample" : "samples"} on the right side`;
  const groups = Array.from({ length: classes }, (_, c) =>
    labels.flatMap((label, i) => (label === c ? [i] : [])),
  );
  const plane = equalAxes({ range: [xs[0]!, xs.at(-1)!] }, { range: [ys[0]!, ys.at(-1)!] });
  const steps = Array.from({ length: classes }, (_, c) => {
    const colour = withOpacity(colourOf(c), 0.28);
    return [
      [c / classes, colour],
      [(c + 1) / classes, colour],
    ];
  }).flat();
  const ends = (values: Float64Array) => `${formatNumber(values[0]!)} … ${formatNumber(values.at(-1)!)}`;
  return new Figure({
    data: [
      {
        type: "heatmap",
        x: xs,
        y: ys,
        z: grid.map((row) => row.map((one) => (one < 0 ? null : one))),
        zmin: -0.5,
        zmax: classes - 0.5,
        colorscale: steps,
        showscale: false,
        hoverinfo: "skip",
      },
      ...groups.flatMap((group, c) => {
        const trace = (indices: number[], name: string) => ({
          ...pointsTrace(
            { name, x: indices.map((i) => samples[i]![0]), y: indices.map((i) => samples[i]![1]), colour: c },
            c,
          ),
          legendgroup: `class ${c}`,
        });
        const wrong = group.filter((i) => isWrong[i]);
        const crosses = trace(wrong, `class ${c}, wrong side`);
        return [
          ...(group.length > wrong.length
            ? [
                trace(
                  group.filter((i) => !isWrong[i]),
                  `class ${c}`,
                ),
              ]
            : []),
          ...(wrong.length > 0
            ? [{ ...crosses, marker: { ...(crosses as { marker?: object }).marker, symbol: "x", size: 9 } }]
            : []),
        ];
      }),
    ],
    layout: {
      showlegend: true,
      xaxis: { title: "x₁", range: [xs[0], xs.at(-1)], ...plane?.xaxis },
      yaxis: { title: "x₂", range: [ys[0], ys.at(-1)], ...plane?.yaxis },
    },
    fit: { title: typeset(heading), ...(plane && { aspect: plane.aspect }) },
    alt: [
      heading,
      `x₁: ${ends(xs)}; x₂: ${ends(ys)}`,
      ...groups.map((group, c) => {
        const wrong = group.filter((i) => isWrong[i]).length;
        return `class ${c}: ${group.length} ${group.length === 1 ? "point" : "points"}, ${wrong || "none"} on a wrong side`;
      }),
    ].join("\n"),
  });
}

/** The class of each sample, from 0 on. */
function labelsOf(data: Dataset): number[] {
  const answers = answersOf(data);
  if (answers) return Array.from(answers);
  if (data.outputs === 1) return Array.from(data.y, (value) => Number(value > 0));
  throw new RangeError(
    `decisionChart: expected labels, rows with a single 1, or one target whose sign is the class; ${data.name} has ${data.outputs} targets for each sample`,
  );
}

/** The class that a function returned: for labels one of them, for one target by its sign. */
function checkedClass(given: number | boolean, { kind, outputs }: Dataset): number {
  const value = Number(given);
  if (kind === "targets" && outputs === 1 && Number.isFinite(value)) return Number(value > 0);
  if (Number.isInteger(value) && value >= 0 && value < 256) return value;
  throw new RangeError(
    `decisionChart: the function must return a class, a whole number from 0 to 255, or of data with one target a number whose sign is the class; got ${inspect(given)}`,
  );
}

/** Equally spaced points from slightly below the smallest value to slightly above the largest. */
function around(values: readonly number[], count: number): Float64Array {
  const [low, high] = extent([values]);
  const room = (high - low) / 16 || 1;
  const [from, to] = [low - room, high + room];
  return Float64Array.from({ length: count }, (_, i) => (from * (count - 1 - i) + to * i) / (count - 1));
}
