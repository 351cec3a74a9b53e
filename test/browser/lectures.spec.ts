/**
 * The lectures in JupyterLab in a real browser: every figure that is stored with them is drawn, without an error of the
 * page's; and the one with most kinds of figures and controls runs to its end, where its slider moves its picture.
 *
 * What the other notebooks compute does not depend on the page: test/notebooks executes them.
 */
import { cpSync, mkdirSync, readdirSync } from "node:fs";
import path from "node:path";
import { type Browser, chromium } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findChromium } from "./chromium.js";
import { type Lab, startLab } from "./lab.js";
import { NotebookPage } from "./notebook-page.js";

const lectures = path.resolve(import.meta.dirname, "../../notebooks/lectures");
const pictures = path.resolve(import.meta.dirname, "../output");
const plotly = "application/vnd.plotly.v1+json";
const executablePath = findChromium();
// 00 is in lab.spec.ts.
const names = readdirSync(lectures).filter((name) => /^0[1-9].*\.ipynb$/.test(name));

describe.skipIf(!executablePath && !process.env.CI)("in JupyterLab", () => {
  let lab: Lab | undefined;
  let browser: Browser | undefined;
  let opened: NotebookPage;

  beforeAll(async () => {
    if (!executablePath) throw new Error("no Chromium or Chrome found: install one, or set NABLAB_CHROMIUM");
    mkdirSync(pictures, { recursive: true });
    [lab, browser] = await Promise.all([
      startLab(),
      chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu", "--no-first-run"] }),
    ]);
    for (const name of names) cpSync(path.join(lectures, name), path.join(lab.folder, name));
    opened = await NotebookPage.open(browser, lab, names[0]!);
  });

  afterAll(async () => {
    await browser?.close();
    await lab?.stop();
  });

  test("there are nine", () => expect(names).toHaveLength(9));

  test.each(names)("%s is drawn as it is stored", async (name) => {
    await opened.turnTo(name);
    const { cells } = opened.read();
    const figures = cells.flatMap(({ outputs = [] }, i) =>
      outputs.some(({ data = {} }) => plotly in data) ? [i] : [],
    );
    expect(figures.length).toBeGreaterThan(0);
    for (const cell of figures) {
      await opened.scrollTo(cell);
      await opened.outputs(cell).locator(".js-plotly-plot svg.main-svg").first().waitFor();
    }
    expect(opened.errors).toEqual([]);
  });

  test("01 runs, and its slider moves its picture", async () => {
    await opened.turnTo(names.find((name) => name.startsWith("01"))!);
    await opened.command("notebook:clear-all-cell-outputs");
    await opened.kernelReady();
    await opened.runAll();
    const code = (await opened.save()).cells.filter(({ cell_type }) => cell_type === "code");
    expect(code.filter(({ execution_count }) => execution_count === null)).toEqual([]);
    const outputs = code.flatMap(({ outputs }) => outputs!);
    expect(outputs.filter(({ output_type }) => output_type === "error")).toEqual([]);
    expect(outputs.length).toBeGreaterThan(5);

    const row = opened.page.locator(".nablab-widget", { hasText: "η · L" });
    const slider = row.locator('input[type="range"]').first();
    await slider.scrollIntoViewIfNeeded();
    const cell = opened.page.locator(".jp-CodeCell", { has: slider }).first();
    const legend = cell.locator(".js-plotly-plot .legendtext").first();
    await opened.until("the picture is there", async () => (await legend.textContent()) === "η = 1.80/L");
    await slider.fill("0.5");
    await opened.until("the picture has followed", async () => (await legend.textContent()) === "η = 0.50/L");
    await cell.screenshot({ path: path.join(pictures, "interact.png") });
    expect(opened.errors).toEqual([]);
  });
});
