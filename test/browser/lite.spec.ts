/**
 * The JupyterLab of a site (JupyterLite) in Chromium, from a host without headers: its kernel runs a notebook, stops and
 * draws; an assignment is checked.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { verdict, writeAssignment } from "./assignment.js";
import { findChromium } from "./chromium.js";
import { notebookOf } from "./notebook-page.js";
import { makeSite, rowsOf, serve, startChromium } from "./site.js";

const pictures = path.resolve(import.meta.dirname, "../output");

describe.skipIf(!findChromium() && !process.env.CI)("JupyterLite", () => {
  let site: ReturnType<typeof makeSite>;
  let served: Awaited<ReturnType<typeof serve>>;
  let browser: Browser;

  beforeAll(async () => {
    const folder = path.join(pictures, "lite-trial");
    mkdirSync(folder, { recursive: true });
    const notebook = notebookOf(
      'import { interact, lineChart } from "nablab";\nlet k = 6;\nk * 7',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: it is a cell
      'await interact({ eta: { min: 0, max: 1, value: 0.5, step: 0.25 } }, ({ eta }) => lineChart({ title: `η = ${eta}`, x: { title: "k" }, y: { title: "F" }, series: [{ name: "F", y: [1, eta] }] }));',
      "while (true) k++;",
      'k > 1000 ? "kept" : "lost"',
    );
    writeFileSync(path.join(folder, "trial.ipynb"), JSON.stringify(notebook));
    const assignment = writeAssignment(path.join(folder, "assignment.ipynb"));
    site = makeSite([path.join(folder, "trial.ipynb"), assignment], { lab: true });
    served = await serve(site.folder, { port: 0, base: "/a/course/" });
    browser = await startChromium();
  });

  afterAll(async () => {
    await browser?.close();
    served?.server.close();
    site?.remove();
  });

  async function open(name: string): Promise<Page> {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
    const page = await context.newPage();
    page.setDefaultTimeout(300_000);
    await page.goto(`${served.address}lab/lab/index.html?path=${name}`);
    await page.locator(".jp-Notebook .jp-CodeCell").first().waitFor();
    return page;
  }

  test("its kernel runs cells, draws, follows a slider, and stops", async () => {
    const page = await open("trial.ipynb");
    await page.getByText("TypeScript (nablab) | Idle").waitFor();
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
    const cell = (i: number) => page.locator(".jp-CodeCell").nth(i);
    const run = async (i: number): Promise<void> => {
      await cell(i).locator(".cm-content").click();
      await page.keyboard.press("Control+Enter");
    };
    await run(0);
    await cell(0).locator(".jp-OutputArea-output", { hasText: /^42$/ }).waitFor();
    await run(1);
    await cell(1).locator(".gtitle", { hasText: "η = 0.5" }).waitFor();
    await cell(1).getByRole("slider").press("ArrowRight");
    await cell(1).locator(".gtitle", { hasText: "η = 0.75" }).waitFor();
    await run(2);
    await page.getByText("TypeScript (nablab) | Busy").waitFor();
    await page.getByRole("button", { name: "Interrupt the kernel" }).click();
    await cell(2).locator(".jp-OutputArea-output", { hasText: "KeyboardInterrupt" }).waitFor();
    await run(3);
    await cell(3).locator(".jp-OutputArea-output", { hasText: "kept" }).waitFor();
    await page.screenshot({ path: path.join(pictures, "lite.png") });
    expect(await page.getByRole("button", { name: "Check", exact: true }).count()).toBe(0);
    await page.context().close();
  });

  test("an assignment has a button Check, which leaves its outputs and its kernel alone", async () => {
    const page = await open("assignment.ipynb");
    await page.getByRole("button", { name: "Check", exact: true }).click();
    const dialog = page.getByRole("dialog", { name: "Check" });
    await dialog.getByRole("button", { name: "Close" }).waitFor();
    expect(await rowsOf(dialog)).toEqual(verdict);
    await page.screenshot({ path: path.join(pictures, "lite-check.png") });
    await dialog.getByRole("button", { name: "Close" }).click();
    expect(await page.locator(".jp-OutputArea-output").count()).toBe(0);
    await page.context().close();
  });
});
