// How the results of theory/ show themselves: their words, and the figures behind them, compared with snapshots.
import {
  absolute,
  affine,
  basins,
  checkBound,
  checkConditions,
  checkConservative,
  checkConvergence,
  checkNoise,
  clarke,
  dense,
  descend,
  Ensemble,
  ensembleChart,
  estimateL,
  estimateMean,
  estimateVariance,
  expectation,
  type Figure,
  finiteSum,
  fitPower,
  fitRate,
  gapChart,
  gradientCheck,
  gradientDescentBound,
  gradientNoise,
  himmelblau,
  huber,
  inverse,
  landscape,
  leastSquares,
  linearCombination,
  logistic,
  logSumExp,
  maximum,
  noise,
  objective,
  pathChart,
  quadratic,
  rastrigin,
  relu,
  robbinsMonro,
  rosenbrock,
  sequential,
  sgdPaths,
  squaredError,
  strongConvexityBound,
  tightBound,
  toBundle,
  worstCase,
} from "nablab";
import { expect, test } from "vitest";

/** A value with numbers to five digits (functions such as exp differ in the last bits), and long lists by their ends. */
function rounded(value: unknown): unknown {
  if (typeof value === "number") return Number(value.toPrecision(5)) + 0;
  if (value === null || typeof value !== "object") return value;
  if (!Array.isArray(value) && !ArrayBuffer.isView(value))
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, rounded(one)]));
  const list = Array.from(value as ArrayLike<unknown>);
  const ends = list.length > 12 ? [...list.slice(0, 6), `… ${list.length}`, ...list.slice(-6)] : list;
  return typeof list[0] === "object" ? list.slice(0, 12).map(rounded) : ends.map(rounded).join(" ");
}

interface Titled {
  title?: { text?: string };
  [key: string]: unknown;
}

const drawn = [
  "type",
  "name",
  "mode",
  "x",
  "y",
  "z",
  "text",
  "fill",
  "colorscale",
  "zmin",
  "zmax",
  "contours",
];

/** What a figure says: its words, axes and traces, without their styles. */
const pictured = (figure: Figure) => {
  const { data, alt } = figure;
  const { layout } = figure.fitted(700);
  const axis = ({ title, type, range }: Titled = {}) => ({ title: title?.text, type, range: rounded(range) });
  const { title, xaxis, yaxis } = layout as Record<string, Titled> & { title?: { text?: string } };
  const traces = data.map((trace) =>
    Object.fromEntries(drawn.filter((name) => name in trace).map((name) => [name, rounded(trace[name])])),
  );
  return { alt, title: plain(title?.text), x: axis(xaxis), y: axis(yaxis), traces };
};

/** A title without its line breaks and sizes. */
const plain = (text?: string) => text?.replaceAll("<br>", " ").replace(/<[^>]*>/g, "");

const F = quadratic({ spectrum: [1, 0.1] });
const paths = [0.5, 1].map((eta) => descend(F, { theta0: [1, -1], eta, steps: 20 }));
const line = quadratic({ spectrum: [1], b: [0.5] });
const cubic = objective({
  name: "cubic",
  dimension: 1,
  value: ([t]) => t! ** 3,
  gradient: ([t]) => [3 * t! ** 2],
});
const three = [1, 2, 4].map((s) => Float64Array.from([1, 2, 3, 4, 5, 6], (k) => s / k));
const ensemble = new Ensemble({ name: "walks", quantity: "x(k)", k: [1, 2, 3, 4, 5, 6], rows: three });
const net = sequential([dense(2, 3), relu(), dense(3, 1)], { seed: 1 });
const sample: [number[][], number[]] = [
  [
    [1, 2],
    [3, -1],
  ],
  [0, 1],
];
const slice = (dimensions: 1 | 2) =>
  landscape(net, ...sample, { dimensions, resolution: 5, loss: squaredError(), seed: 2 });

test.each<[string, () => Figure]>([
  ["gaps", () => gapChart(paths, { bounds: [gradientDescentBound({ R: 2, eta: 1 })], note: "a note" })],
  ["gaps, linear", () => gapChart(paths, { bounds: { "1/k": (k) => 1 / k }, title: "Gaps", k: "linear" })],
  ["values", () => gapChart([descend(cubic, { theta0: [1], eta: 0.1, steps: 5 })])],
  ["paths in the plane", () => pathChart(paths)],
  ["a path on a line", () => pathChart([descend(line, { theta0: [2], eta: 0.5, steps: 4 })])],
  ["ensemble", () => ensembleChart([ensemble])],
  [
    "ensemble, all options",
    () =>
      ensembleChart([ensemble, ensemble.map((x) => x / 2, "x(k)").named("half")], {
        title: "Medians",
        centre: "median",
        band: 0.5,
        paths: 2,
        k: "linear",
        y: "log",
        range: [0.1, 10],
        curves: { "1/k": (k) => 1 / k },
        note: "a note",
      }),
  ],
  ["ensemble, no band", () => ensembleChart([ensemble], { band: 0 })],
  ["a slice", () => slice(1).chart()],
  ["contours", () => slice(2).chart({ title: "Around" })],
  ["a surface", () => slice(2).chart({ view: "surface", azimuth: 200 })],
])("the figure of %s", (_, figure) => {
  expect(pictured(figure())).toMatchSnapshot();
});

const draws = (count: number) => Float64Array.from({ length: count }, (_, i) => Math.sin(i * i));

test.each<[string, () => unknown]>([
  ["basins", () => basins(himmelblau(), { x: [-5, 5], y: [-4, 4], resolution: 7, eta: 0.01 })],
  ["a landscape", () => slice(2)],
  ["a path", () => paths[0]],
  ["a path that diverges", () => descend(line, { theta0: [1], eta: 3, steps: 200 })],
  ["an ensemble", () => ensemble],
  ["fitRate", () => fitRate(paths[0]!)],
  ["fitRate of a power law", () => fitRate(Float64Array.from({ length: 200 }, (_, k) => 1 / (k + 1)))],
  ["checkBound, yes", () => checkBound(paths[1]!, gradientDescentBound({ R: 2, eta: 1, L: 1 }))],
  ["checkBound, no", () => checkBound(paths[1]!, strongConvexityBound({ gap0: 1e-3, eta: 1, mu: 0.1 }))],
  ["checkBound, tight", () => checkBound(paths[1]!, tightBound({ R: Math.SQRT2, eta: 1, L: 1 }))],
  ["checkConditions", () => checkConditions(inverse({ eta: 1 }))],
  ["checkConditions of a constant", () => checkConditions(0.1)],
  ["checkConditions of a function", () => checkConditions(((k: number) => 1 / k) as never)],
  [
    "checkConservative",
    () => checkConservative(maximum(affine([0]), affine([1])), { points: 20, curves: 2, arcs: 100 }),
  ],
  [
    "checkNoise",
    () => checkNoise(expectation(line, noise({ sd: 0.5, growth: 0 })), { at: [[0], [1]], samples: 200 }),
  ],
  [
    "checkNoise without known tails",
    () => checkNoise((theta, s) => [theta[0]! + s.uniform(-1, 1)], { at: [[0], [3]], samples: 200 }),
  ],
  [
    "checkNoise of Cauchy's",
    () => checkNoise(expectation(line, noise({ distribution: "cauchy" })), { at: [[0]], samples: 200 }),
  ],
  [
    "checkConvergence",
    () =>
      checkConvergence(expectation(line, noise({ sd: 0.1 })), {
        thetaStar: [0.5],
        schedule: inverse({ eta: 1 }),
        samples: 50,
      }),
  ],
  [
    "checkConvergence of noise that leads away",
    () => checkConvergence((theta) => [-theta[0]!], { thetaStar: [0], schedule: 0.1, samples: 20 }),
  ],
  [
    "fitPower",
    () =>
      fitPower(
        new Ensemble({
          name: "",
          quantity: "x",
          k: [1, 2, 4, 8, 16, 32],
          rows: Array.from({ length: 40 }, (_, i) =>
            Float64Array.from([1, 2, 4, 8, 16, 32], (k, j) => (1 + 0.1 * Math.sin(i * 7 + j * j)) / k),
          ),
        }),
        { from: 1 },
      ),
  ],
  ["estimateMean", () => estimateMean(draws(100))],
  ["estimateVariance", () => estimateVariance(draws(100))],
  ["gradientCheck", () => gradientCheck(net, ...sample, squaredError())],
  [
    "gradientNoise",
    () => gradientNoise(finiteSum([line, quadratic({ spectrum: [2], b: [-1] })]), [0.1], { batches: 50 }),
  ],
  [
    "robbinsMonro",
    () =>
      robbinsMonro({
        N: (t, s) => t + 0.1 * s.normal(),
        theta0: 1,
        schedule: inverse({ eta: 1 }),
        steps: 20,
        paths: 5,
      }),
  ],
  [
    "sgdPaths",
    () =>
      sgdPaths(expectation(line, noise({ sd: 0.1 })), {
        theta0: [1],
        eta: 0.1,
        steps: 20,
        paths: 5,
        threads: 1,
      }),
  ],
  ["a bound", () => gradientDescentBound({ R: 2, eta: 1 })],
])("%s in words", async (_, make) => {
  const thing = await make();
  const bundle = await toBundle(thing);
  const figure = bundle["application/vnd.plotly.v1+json"] as { layout: Titled } | undefined;
  expect({ text: bundle["text/plain"], title: plain(figure?.layout.title?.text) }).toMatchSnapshot();
});

test.each<[string, { value(theta: number[]): number; gradient(theta: number[]): ArrayLike<number> }]>([
  ["quadratic", F],
  ["huber", huber({ radius: 0.5, dimension: 2, L: 2 })],
  ["absolute", absolute({ dimension: 2 })],
  ["rosenbrock", rosenbrock()],
  ["rastrigin", rastrigin()],
  ["himmelblau", himmelblau()],
  ["logSumExp", logSumExp({ target: [0.25, 0.75] })],
  ["logistic", logistic({ n: 10, dimension: 2, seed: 3 })],
  [
    "leastSquares",
    leastSquares({
      x: [
        [1, 2],
        [3, -1],
        [0, 1],
      ],
      y: [1, 0, 2],
      ridge: 0.1,
    }),
  ],
  ["worstCase of Nesterov", worstCase(2, { by: "Nesterov" })],
  ["worstCase of Drori and Teboulle", worstCase(2)],
] as never)("%s says what it is, and its values are those", (_, f) => {
  const at = Array.from(
    { length: (f as unknown as { dimension: number }).dimension },
    (_, i) => 0.3 - 0.5 * i,
  );
  expect({
    text: String(f),
    facts: rounded(f),
    value: rounded(f.value(at)),
    gradient: rounded(f.gradient(at)),
  }).toMatchSnapshot();
});

test("piecewise linear functions and their subdifferentials in words", () => {
  const plus = maximum(affine([0]), affine([1]));
  const nested = linearCombination([plus, affine([2], 1)], [1, -0.5]);
  expect(
    [affine([1, -2], 3), plus, nested, clarke(plus, [0]), clarke(nested, [1])].map(String),
  ).toMatchSnapshot();
  const corner = maximum(affine([1, 0]), affine([0, 1]));
  expect(String(clarke(corner, [1, 1]))).toMatchSnapshot();
  expect(String(estimateL(F, { samples: 20, seed: 1 }))).toMatchSnapshot();
});
