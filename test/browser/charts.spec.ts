/**
 * Every chart of the lectures on pages of several widths, as a browser draws it: no text over text, cut, over the plot or under the
 * toolbar, no letters too small to read, planes with equal axes; and the pictures that GitHub shows, with whatever font the machine
 * has.
 */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { dark, light } from "#nablab/cli/html/colours.js";
import { figureElement, figureMime, figureScripts } from "#nablab/display/figure-page.js";
import { findChromium } from "./chromium.js";
import { wrongIn } from "./text-boxes.js";

const lectures = path.resolve(import.meta.dirname, "../../notebooks/lectures");
const pictures = path.resolve(import.meta.dirname, "../output");
const executablePath = findChromium();

interface Chart {
  name: string;
  figure: unknown;
  svg: string;
}

interface Cell {
  execution_count?: number;
  outputs?: { data?: Record<string, unknown> }[];
}

const charts: Chart[] = readdirSync(lectures)
  .filter((file) => file.endsWith(".ipynb"))
  .flatMap((file) => {
    const { cells } = JSON.parse(readFileSync(path.join(lectures, file), "utf8")) as { cells: Cell[] };
    return cells.flatMap(({ execution_count, outputs = [] }) =>
      outputs.flatMap(({ data = {} }) => {
        const svg = [data["image/svg+xml"]].flat().join("");
        return figureMime in data
          ? [{ name: `${file.slice(0, 2)} [${execution_count}]`, figure: data[figureMime], svg }]
          : [];
      }),
    );
  });

describe.skipIf(!executablePath && !process.env.CI)("the charts of the lectures", () => {
  const folder = mkdtempSync(path.join(tmpdir(), "nablab-charts-"));
  let browser: Browser | undefined;
  let page: Page;

  const named = (findings: string[]) =>
    findings.map((text) => text.replace(/^figure (\d+)/, (_, i) => charts[Number(i)]!.name));

  beforeAll(async () => {
    if (!executablePath) throw new Error("no Chromium or Chrome found: install one, or set NABLAB_CHROMIUM");
    mkdirSync(pictures, { recursive: true });
    // Graphs that need more than a phone has scroll, as on the pages of a site.
    const style = `.figure { overflow-x: auto; overflow-y: hidden } body { margin: 0 12px; background: ${light.ground} } @media (prefers-color-scheme: dark) { body { background: ${dark.ground} } }`;
    const scripts = [...figureScripts(light, dark).values()].map((script) => `<script>${script}</script>`);
    const places = charts.map(({ figure }) => figureElement(figure, "a chart", ""));
    const head = "<!doctype html><meta charset=utf-8>";
    writeFileSync(
      path.join(folder, "charts.html"),
      `${head}<style>${style}</style>${[...places, ...scripts].join("\n")}`,
    );
    writeFileSync(
      path.join(folder, "pictures.html"),
      head + charts.map(({ svg }) => `<div>${svg}</div>`).join("\n"),
    );
    browser = await chromium.launch({
      executablePath,
      args: ["--no-sandbox", "--disable-gpu", "--no-first-run"],
    });
    page = await browser.newPage({ viewport: { width: 390, height: 900 } });
    page.setDefaultTimeout(300_000);
    await page.goto(pathToFileURL(path.join(folder, "charts.html")).href);
  });

  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Until every chart is as wide as its place, in the colours of the page. */
  const drawn = (ground: string) =>
    page.waitForFunction(
      (ground) =>
        [...document.querySelectorAll(".figure")].every((place) => {
          const svg = place.querySelector<SVGElement>(".js-plotly-plot .main-svg");
          const same =
            svg &&
            svg.clientWidth >= place.clientWidth - 1 &&
            svg.clientWidth <= Math.max(place.clientWidth, 1200) + 1;
          return same && getComputedStyle(svg).backgroundColor === ground;
        }),
      ground,
      { polling: 100 },
    );

  // A phone; what JupyterLab leaves to an output in windows of 1280 pixels at 150 %, 1100, 1280 and 1920.
  test.each([390, 510, 650, 830, 1470])("on a page of %d pixels", async (width) => {
    await page.setViewportSize({ width, height: 900 });
    await drawn("rgb(255, 255, 255)");
    expect(named(await page.$$eval(".js-plotly-plot", wrongIn))).toEqual([]);
    const unequal = await page.$$eval(".js-plotly-plot", (plots) =>
      plots.flatMap((plot, i) => {
        type Axis = { _length: number; range: [number, number]; scaleanchor?: string };
        const { xaxis, yaxis } = (plot as unknown as { _fullLayout: { xaxis: Axis; yaxis: Axis } })
          ._fullLayout;
        const unit = ({ _length, range }: Axis) => Math.abs(_length / (range[1] - range[0]));
        return yaxis?.scaleanchor && Math.abs(unit(xaxis) / unit(yaxis) - 1) > 0.01 ? [`figure ${i}`] : [];
      }),
    );
    expect(named(unequal), "planes with unequal axes").toEqual([]);
  });

  test("in the dark, text stands out and grounds are dark", async () => {
    await page.setViewportSize({ width: 830, height: 900 });
    await page.emulateMedia({ colorScheme: "dark" });
    await drawn("rgb(21, 24, 28)");
    expect(named(await page.$$eval(".js-plotly-plot", wrongIn))).toEqual([]);
    const bright = await page.$$eval(".js-plotly-plot", (plots) =>
      plots.flatMap((plot, i) =>
        [...plot.querySelectorAll(".contourfill path, .contourbg path, .shapelayer path")]
          .map((path) => getComputedStyle(path).fill)
          .filter((fill) => (fill.match(/\d+/g) ?? []).slice(0, 3).some((channel) => Number(channel) > 150))
          .map((fill) => `figure ${i}: ground ${fill}`),
      ),
    );
    expect(named([...new Set(bright)])).toEqual([]);
    await page.screenshot({ path: path.join(pictures, "charts-dark.png") });
    await page.emulateMedia({ colorScheme: "light" });
  });

  test("as pictures, in the font that this machine has for Arial", async () => {
    await page.goto(pathToFileURL(path.join(folder, "pictures.html")).href);
    expect(await page.locator("body > div > svg").count()).toBe(charts.length);
    expect(named(await page.$$eval("body > div > svg", wrongIn))).toEqual([]);
  });
});
