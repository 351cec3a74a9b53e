/**
 * The parts of the renderer that need no browser. The rest is in test/browser/.
 */
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { copyOfFigure, figureText } from "../../labextension/figure.js";
import { fillTheme } from "../../labextension/fill-theme.js";

const theme = {
  background: "rgb(17, 17, 17)",
  text: "rgb(255, 255, 255)",
  muted: "rgb(200, 200, 200)",
  grid: "rgb(66, 66, 66)",
  line: "rgb(97, 97, 97)",
  fontFamily: "sans-serif",
};

describe("a figure as it arrives", () => {
  test("is copied whole, so that drawing does not write into the notebook", () => {
    const sent = { data: [{ y: [1, 2] }], layout: { title: { text: "t" } }, config: { scrollZoom: true } };
    const copy = copyOfFigure(sent);
    expect(copy).toEqual(sent);
    copy.layout!.width = 1;
    copy.data[0]!.y = [];
    expect(sent).toEqual({
      data: [{ y: [1, 2] }],
      layout: { title: { text: "t" } },
      config: { scrollZoom: true },
    });
  });

  test.each([
    [undefined, "expected an object { data, layout }, got undefined"],
    [[], "expected an object { data, layout }, got []"],
    [{}, "data must be a list of traces, got undefined"],
    [{ data: [{}, 3] }, "data[1] must be a trace, got 3"],
    [{ data: [], layout: "wide" }, 'layout must be an object, got "wide"'],
    [{ data: "x".repeat(100) }, `data must be a list of traces, got "${"x".repeat(56)}…`],
  ])("that is none says what is wrong: %j", (value, message) => {
    expect(() => copyOfFigure(value)).toThrow(new TypeError(message));
  });

  test("has a text: its own, or else the output's", () => {
    const figure = { data: [], layout: { meta: { alt: "falls from 2 to 1" } } };
    expect(figureText(figure, "plain")).toBe("falls from 2 to 1");
    expect(figureText({ data: [] }, ["pl", "ain"])).toBe("plain");
    expect(figureText(null, undefined)).toBe("Plotly figure");
  });
});

describe("the theme's colours", () => {
  test("fill what a figure leaves open", () => {
    const figure = copyOfFigure({ data: [], layout: { paper_bgcolor: "rgba(0, 0, 0, 0)" } });
    fillTheme(figure, theme);
    expect(figure.layout).toMatchObject({
      paper_bgcolor: theme.background,
      template: { layout: { font: { color: theme.text }, xaxis: { gridcolor: theme.grid } } },
    });
  });

  test("give way to the figure's own layout and template", () => {
    const figure = copyOfFigure({
      data: [],
      layout: {
        paper_bgcolor: "#fff",
        font: { color: "navy" },
        template: { data: { bar: [{}] }, layout: { font: { color: "teal" }, xaxis: { gridcolor: "white" } } },
      },
    });
    fillTheme(figure, theme);
    expect(figure.layout).toMatchObject({
      paper_bgcolor: "#fff",
      font: { color: "navy" },
      template: {
        data: { bar: [{}] },
        layout: { font: { color: "teal" }, xaxis: { gridcolor: "white", linecolor: theme.line } },
      },
    });
  });
});

test("the built extension names files that are there, and asks nobody else for any", () => {
  const built = path.resolve(import.meta.dirname, "../../dist/labextension");
  const { name, version, jupyterlab } = JSON.parse(readFileSync(path.join(built, "package.json"), "utf8"));
  const nablab = JSON.parse(readFileSync(path.resolve(built, "../../package.json"), "utf8"));
  expect([name, version]).toEqual(["@nablab/plotly", nablab.version]);
  const entry = path.join(built, jupyterlab._build.load);
  const [, renderer] = /import\(.\.\/(renderer\.[\w-]+\.js).\)/.exec(readFileSync(entry, "utf8"))!;
  const text = readFileSync(path.join(path.dirname(entry), renderer!), "utf8");
  const chunks = [...text.matchAll(/import\(.\.\/([^)]+\.js).\)/g)].map(([, chunk]) => chunk!);
  expect(chunks.length).toBe(1);
  expect(existsSync(path.join(path.dirname(entry), chunks[0]!))).toBe(true);
  expect(readFileSync(entry, "utf8") + text).not.toMatch(/https?:/);
});
