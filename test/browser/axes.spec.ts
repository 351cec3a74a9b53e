/**
 * Logarithmic axes of every length from a third of a decade to twelve, as a browser draws them on a phone and in JupyterLab: each
 * tick has a label, there are at least two, and none is turned or over another.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { lineChart } from "nablab";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { dark, light } from "#nablab/cli/html/colours.js";
import { figureElement, figureScripts } from "#nablab/display/figure-page.js";
import { findChromium } from "./chromium.js";
import { wrongIn } from "./text-boxes.js";

const executablePath = findChromium();
const lengths = [
  0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1.3, 1.9, 2.3, 2.5, 2.65, 2.79, 3, 3.2, 3.4, 3.49, 3.5, 4.3, 5,
  6.4, 7, 8, 9.7, 12,
];

/** Charts of lines and of points whose axes have so many decades, by their data or by a range. */
const chartsOf = (lengths: readonly number[], ranged: boolean) =>
  (["lines", "markers"] as const).flatMap((mode) =>
    [1, 5.5e-4].flatMap((from) =>
      lengths.map((decades) => {
        const x = Array.from({ length: 20 }, (_, i) => from * 10 ** ((decades * i) / 19));
        const range = ranged ? ([from, from * 10 ** decades] as const) : undefined;
        const axis = (title: string) => ({ title, scale: "log" as const, ...(range && { range }) });
        const series = [{ name: "a", x, y: x, mode }];
        const chart = lineChart({ title: "Powers", x: axis("x"), y: axis("y"), series });
        return { name: `${mode}, ${decades} decades from ${from}${ranged ? ", as a range" : ""}`, chart };
      }),
    ),
  );

const charts = [...chartsOf(lengths, false), ...chartsOf([0.5, 0.7, 2.1, 3.5], true)];

describe.skipIf(!executablePath && !process.env.CI)("logarithmic axes", () => {
  const folder = mkdtempSync(path.join(tmpdir(), "nablab-axes-"));
  let browser: Browser | undefined;
  let page: Page;

  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  beforeAll(async () => {
    if (!executablePath) throw new Error("no Chromium or Chrome found: install one, or set NABLAB_CHROMIUM");
    const scripts = [...figureScripts(light, dark).values()].map((script) => `<script>${script}</script>`);
    const places = charts.map(({ chart }) => figureElement(chart, "a chart", ""));
    const file = path.join(folder, "axes.html");
    const style = "<style>body { margin: 0 12px }</style>";
    writeFileSync(file, `<!doctype html><meta charset=utf-8>${style}${[...places, ...scripts].join("\n")}`);
    browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });
    page = await browser.newPage({ viewport: { width: 390, height: 900 } });
    page.setDefaultTimeout(300_000);
    await page.goto(pathToFileURL(file).href, { timeout: 120_000 });
  });

  // Phones; a narrow window; what JupyterLab leaves to an output in a window of 1280 pixels.
  test.each([360, 390, 600, 830])("on a page of %d pixels", async (width) => {
    await page.setViewportSize({ width, height: 900 });
    await page.waitForFunction(
      () =>
        [...document.querySelectorAll(".figure")].every((place) => {
          const svg = place.querySelector(".js-plotly-plot .main-svg");
          return svg && Math.abs(svg.clientWidth - place.clientWidth) <= 1;
        }),
      undefined,
      { timeout: 120_000, polling: 100 },
    );
    const ticks = await page.$$eval(".js-plotly-plot", (plots) =>
      plots.map((plot) =>
        ["x", "y"].map((axis) => {
          const marks = plot.querySelectorAll(`path.${axis}tick`).length;
          const labels = [...plot.querySelectorAll(`g.${axis}tick text`)];
          const shown = labels.filter((label) => getComputedStyle(label).display !== "none");
          const turned = shown.some((label) => /rotate\(-?[1-9]/.test(label.getAttribute("transform") ?? ""));
          return { axis, marks, labels: shown.map((label) => label.textContent), turned };
        }),
      ),
    );
    // On a phone four labels of six characters do not fit side by side, and fewer nticks would leave one.
    const wrong = ticks.flatMap((axes, i) =>
      axes
        .filter(({ marks, labels, turned }) => {
          const isTight = width < 400 && charts[i]!.name === "markers, 0.4 decades from 0.00055";
          return labels.length < 2 || (!isTight && (turned || marks !== labels.length));
        })
        .map((axis) => `${charts[i]!.name}: ${JSON.stringify(axis)}`),
    );
    expect(ticks).toHaveLength(charts.length);
    expect(wrong).toEqual([]);
    expect(await page.$$eval(".js-plotly-plot", wrongIn)).toEqual([]);
  });
});
