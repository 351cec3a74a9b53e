/**
 * Widgets in JupyterLab in a real browser: what the reader does comes back into TypeScript.
 */
import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { type Browser, chromium } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { folder, nablab, read } from "../cli/nablab.js";
import { findChromium } from "./chromium.js";
import { type Lab, startLab } from "./lab.js";
import { NotebookPage, notebookOf } from "./notebook-page.js";

const pictures = path.resolve(import.meta.dirname, "../output");
const executablePath = findChromium();

const made = `import { button, display, dropdown, lineChart, slider } from "nablab";
const eta = slider({ min: 0.001, max: 10, value: 0.1, log: true, label: "η" });
const batch = dropdown({ options: [1, 32, 128], value: 32, label: "batch size" });
const again = button("Train again");
const chart = () => lineChart({ title: \`η = \${eta.value}\`, x: { title: "k" }, y: { title: "gap" }, series: [{ name: "gap", y: [1, 2, 3].map((k) => (1 - eta.value / 10) ** k) }] });
await display(eta); await display(batch); await display(again);
const shown = await display(chart());
eta.onChange(() => shown.update(chart()));
batch.onChange((size) => console.log("batch", size));
again.onClick(() => { again.label = "Pressed"; console.log("pressed", eta.value); });`;

describe.skipIf(!executablePath && !process.env.CI)("widgets", () => {
  let lab: Lab | undefined;
  let browser: Browser | undefined;

  beforeAll(async () => {
    if (!executablePath) throw new Error("no Chromium or Chrome found: install one, or set NABLAB_CHROMIUM");
    mkdirSync(pictures, { recursive: true });
    [lab, browser] = await Promise.all([
      startLab(),
      chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu", "--no-first-run"] }),
    ]);
  });

  afterAll(async () => {
    await browser?.close();
    await lab?.stop();
  });

  test("a slider, a dropdown and a button reach the cell, and the cell reaches them", async () => {
    writeFileSync(
      path.join(lab!.folder, "widgets.ipynb"),
      JSON.stringify(notebookOf(made, "[eta.value, batch.value]", "eta.value = 1")),
    );
    const opened = await NotebookPage.open(browser!, lab!, "widgets.ipynb");
    await opened.run(0);
    const outputs = opened.outputs(0);
    const text = async (cell: number) => (await opened.outputs(cell).allTextContents()).join("\n");
    const range = outputs.locator('input[type="range"]');
    await range.waitFor();
    expect(await range.inputValue()).toBe("50");

    // One step of the keyboard is a hundredth of the way from 0.001 to 10, in factors.
    await range.press("ArrowRight");
    await opened.until("the chart follows", async () => (await text(0)).includes("η = 0.11"));
    await outputs.locator("select").selectOption("128");
    await opened.until("the choice is printed", async () => (await text(0)).includes("batch 128"));
    await outputs.locator("button", { hasText: "Train again" }).click();
    await opened.until("the press is printed", async () => (await text(0)).includes("pressed 0.11"));
    await outputs.locator("button", { hasText: "Pressed" }).waitFor();
    await opened.run(1);
    expect(await text(1)).toContain("[ 0.11, 128 ]");
    await opened.run(2);
    await opened.until("the slider follows", async () => (await range.inputValue()) === "75");
    await opened.page.screenshot({ path: path.join(pictures, "widgets.png") });

    // A reloaded page, with the kernel still there, gets the widgets and their state back.
    await opened.save();
    const reopened = await NotebookPage.open(browser!, lab!, "widgets.ipynb");
    const back = reopened.outputs(0).locator('input[type="range"]');
    await back.waitFor();
    expect(await back.inputValue()).toBe("75");
    await back.press("ArrowLeft");
    await reopened.run(1);
    expect((await reopened.outputs(1).allTextContents()).join()).toContain("[ 0.912, 128 ]");
    expect(opened.errors).toEqual([]);
    expect(reopened.errors).toEqual([]);
    await reopened.close();
    await opened.close();
  });

  test("opened again next day, there are pictures and no errors; the file is that of nablab run", async () => {
    const interactive = `import { html, interact } from "nablab";
console.log("words ".repeat(100));
await interact({ k: { min: 0, max: 4, step: 1, value: 2 } }, ({ k }) => html(\`<b>k² = \${k * k}</b>\`));`;
    const file = path.join(lab!.folder, "again.ipynb");
    writeFileSync(file, JSON.stringify(notebookOf(interactive)));
    const other = folder();
    copyFileSync(file, path.join(other, "again.ipynb"));
    expect((await nablab(other, "run", "again.ipynb")).status).toBe(0);

    const opened = await NotebookPage.open(browser!, lab!, "again.ipynb");
    await opened.run(0);
    const range = opened.outputs(0).locator('input[type="range"]');
    await range.waitFor();
    const outputsOf = ({ cells }: { cells: { outputs?: unknown }[] }) => cells[0]!.outputs;
    expect(outputsOf(await opened.save())).toEqual(outputsOf(read(other, "again.ipynb")));

    const printed = opened.outputs(0).locator("pre").first();
    expect(await printed.evaluate((node) => getComputedStyle(node).wordBreak)).toBe("normal");

    await range.press("ArrowRight");
    await opened.until("the picture follows", async () =>
      (await opened.outputs(0).allTextContents()).join().includes("k² = 9"),
    );
    const saved = JSON.stringify(await opened.save());
    expect(saved).toContain("k = 3, from 0 to 4");
    expect(saved).toContain("k² = 9");
    await opened.shutDownKernel();
    await opened.close();

    const again = await NotebookPage.open(browser!, lab!, "again.ipynb");
    await again.kernelReady(); // another one, which knows no widget
    await again.until("what was saved is shown", async () => {
      const shown = await again.outputs(0).allInnerTexts();
      return shown.join().includes("k = 3, from 0 to 4") && shown.join().includes("run the cell to use it");
    });
    const all = (await again.outputs(0).allInnerTexts()).join();
    expect(all).toContain("k² = 9");
    expect(all).not.toMatch(/error|model not found|loading/i);
    await again.page.screenshot({ path: path.join(pictures, "widgets-again.png") });
    await again.run(0);
    await again.outputs(0).locator('input[type="range"]').waitFor();
    expect(opened.errors).toEqual([]);
    await again.close();
  });
});
