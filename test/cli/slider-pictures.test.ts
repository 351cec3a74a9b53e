import { afterEach, expect, test, vi } from "vitest";
import type { Notebook } from "#nablab/cli/notebook.js";
import { isAddedImage, positionsOf, sliderPictures } from "#nablab/cli/site/slider-pictures.js";
import { folder } from "./nablab.js";

afterEach(() => {
  vi.unstubAllEnvs();
});

const texts = (state: Record<string, unknown>) => {
  const found = positionsOf({ label: "", log: false, ...state });
  return found && { at: found.at, texts: found.positions.map(({ text }) => text) };
};

test("a slider of few steps has all of them, its first value among them", () => {
  expect(texts({ min: 1, max: 5, step: 1, value: 2 })).toEqual({ at: 1, texts: ["1", "2", "3", "4", "5"] });
  const between = { min: 0, max: 0.3, step: 0.1, value: 0.15 };
  expect(texts(between)).toEqual({ at: 1, texts: ["0", "0.15", "0.2", "0.3"] });
});

test("more steps are thinned out to nine, from one end to the other", () => {
  expect(texts({ min: 0, max: 1, step: 0.01, value: 0.5 })).toEqual({
    at: 4,
    texts: ["0", "0.13", "0.25", "0.38", "0.5", "0.63", "0.75", "0.88", "1"],
  });
});

test("a logarithmic slider is divided by factors", () => {
  expect(texts({ min: 1e-4, max: 1, step: 0.01, value: 0.01, log: true })).toEqual({
    at: 4,
    texts: ["0.0001", "0.000331", "0.001", "0.00331", "0.01", "0.0331", "0.1", "0.331", "1"],
  });
});

test("a menu has its options; a button and a menu of one have no positions", () => {
  expect(texts({ index: 1, names: ["SGD", "Adam"] })).toEqual({ at: 1, texts: ["SGD", "Adam"] });
  expect(texts({ index: 0, names: ["SGD"] })).toBeUndefined();
  expect(texts({})).toBeUndefined();
});

test("what a figure gets once its controls rest is no answer to a move; any other update is", () => {
  const figure = { "application/vnd.plotly.v1+json": {}, "text/plain": "" };
  const complete = { ...figure, "image/svg+xml": "<svg/>" };
  expect(isAddedImage(figure, complete)).toBe(true);
  for (const before of [undefined, complete, { "text/plain": "" }]) {
    expect(isAddedImage(before, complete)).toBe(false);
    expect(isAddedImage(before, figure)).toBe(false);
  }
  expect(isAddedImage(figure, figure)).toBe(false);
});

test("a chart, a result that is shown as a chart, and a chart that a cell updates itself follow their controls", async () => {
  vi.stubEnv("XDG_CACHE_HOME", folder());
  vi.stubEnv("LOCALAPPDATA", folder());
  const sources = [
    `import { descend, display, interact, lineChart, quadratic, slider } from "nablab";
     const chart = (eta: number) =>
       lineChart({ title: \`η = \${eta}\`, x: { title: "k" }, y: { title: "F" }, series: [{ name: "F", y: [1, eta] }] });`,
    "await interact({ eta: { min: 0.25, max: 0.5, step: 0.25, value: 0.25 } }, ({ eta }) => chart(eta));",
    `await interact({ eta: { min: 0.25, max: 0.5, step: 0.25, value: 0.25 } }, ({ eta }) =>
       descend(quadratic({ spectrum: [1] }), { theta0: [1], eta, steps: 2 }));`,
    `const eta = slider({ min: 0.25, max: 0.5, step: 0.25, value: 0.25 });
     await display(eta);
     const shown = await display(chart(eta.value));
     eta.onChange((value) => void shown.update(chart(value)));`,
  ];
  const cells = sources.map((source, i) => ({
    cell_type: "code" as const,
    id: `c${i}`,
    metadata: {},
    source,
    execution_count: null,
    outputs: [],
  }));
  const notebook: Notebook = { cells, metadata: {}, nbformat: 4, nbformat_minor: 5 };
  const found = await sliderPictures(notebook, "trial.ipynb");
  const titles = cells.map((cell) =>
    found.get(cell)?.controls.map(({ pictures }) => pictures.map((bundle) => String(bundle["text/plain"]))),
  );
  const two = [[expect.stringMatching(/^η = 0.25\b/), expect.stringMatching(/^η = 0.5\b/)]];
  expect(titles).toEqual([undefined, two, two, two]);
});
