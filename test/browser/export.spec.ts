/**
 * An exported site in a real browser, opened from its files: figures are drawn and slides turn, without a network.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findChromium } from "./chromium.js";

const root = path.resolve(import.meta.dirname, "../..");
const executablePath = findChromium();
const name = "01-gradient-descent";

describe.skipIf(!executablePath && !process.env.CI)("an exported site", () => {
  const site = mkdtempSync(path.join(tmpdir(), "nablab-site-"));
  let browser: Browser | undefined;

  beforeAll(async () => {
    if (!executablePath) throw new Error("no Chromium or Chrome found: install one, or set NABLAB_CHROMIUM");
    const main = path.join(root, "dist/cli/main.js");
    const notebook = path.join(root, "notebooks/lectures", `${name}.ipynb`);
    execFileSync(process.execPath, [main, "export", notebook, "--html", site, "--slides"]);
    browser = await chromium.launch({
      executablePath,
      args: ["--no-sandbox", "--disable-gpu", "--no-first-run"],
    });
  });

  afterAll(async () => {
    await browser?.close();
    rmSync(site, { recursive: true, force: true });
  });

  /** Opens a page; what went wrong on it, and what it asked of elsewhere, is collected. */
  async function open(file: string, colorScheme: "light" | "dark"): Promise<{ page: Page; wrong: string[] }> {
    const page = await browser!.newPage({ colorScheme, viewport: { width: 1280, height: 800 } });
    const wrong: string[] = [];
    page.on("console", (message) => message.type() === "error" && wrong.push(message.text()));
    page.on("pageerror", (error) => wrong.push(error.message));
    page.on("request", (request) => /^(file|data|blob):/.test(request.url()) || wrong.push(request.url()));
    page.on("requestfailed", (request) => {
      const { errorText } = request.failure()!;
      // What was still under way when a link was followed.
      if (errorText !== "net::ERR_ABORTED") wrong.push(`${errorText}: ${request.url()}`);
    });
    await page.goto(pathToFileURL(path.join(site, file)).href);
    return { page, wrong };
  }

  test.each(["light", "dark"] as const)("draws every figure and formula, %s", async (scheme) => {
    const { page, wrong } = await open(`${name}.html`, scheme);
    const figures = await page.locator(".figure").count();
    expect(figures).toBeGreaterThan(5);
    await expect
      .poll(() => page.locator(".figure .js-plotly-plot .main-svg:first-child").count())
      .toBe(figures);
    const ground = await page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
    expect(ground).toBe(scheme === "light" ? "rgb(255, 255, 255)" : "rgb(21, 24, 28)");
    const font = await page.evaluate(async () => {
      await document.fonts.ready;
      return document.fonts.check("16px KaTeX_Main");
    });
    expect(font).toBe(true);
    expect(wrong).toEqual([]);
    await page.close();
  });

  test("the index leads to the page, the page to its slides", async () => {
    const { page, wrong } = await open("index.html", "light");
    await page.getByRole("link", { name: "Gradient descent: how far" }).click();
    await page.getByRole("link", { name: "Slides" }).first().click();
    await page.waitForFunction(() => "Reveal" in window);
    expect(page.url()).toContain(`${name}.slides.html`);
    expect(wrong).toEqual([]);
    await page.close();
  });

  test("slides turn, and each fits its screen", async () => {
    const { page, wrong } = await open(`${name}.slides.html`, "dark");
    await page.waitForFunction(() => document.querySelector(".reveal.ready"));
    let seen = 0;
    let figures = 0;
    for (let last = ""; ; seen++) {
      const { id, overflow, drawn, number } = await page.evaluate(() => {
        // biome-ignore lint/suspicious/noExplicitAny: a global of the page
        const { Reveal } = window as any;
        const slide = Reveal.getCurrentSlide() as HTMLElement;
        const plots = [...slide.querySelectorAll(".js-plotly-plot .main-svg:first-child")];
        return {
          id: JSON.stringify(Reveal.getIndices()),
          overflow: Math.max(slide.scrollWidth - slide.clientWidth, slide.scrollHeight - slide.clientHeight),
          drawn: plots.every((plot) => plot.getBoundingClientRect().width > 300),
          number: plots.length,
        };
      });
      if (id === last) break;
      last = id;
      figures += number;
      expect(overflow, id).toBeLessThanOrEqual(1);
      expect(drawn, id).toBe(true);
      await page.keyboard.press("Space");
    }
    expect(seen).toBeGreaterThan(30);
    expect(figures).toBeGreaterThan(5);
    expect(wrong).toEqual([]);
    await page.close();
  });
});
