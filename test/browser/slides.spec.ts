/** What fills a slide in a real browser: formulas are whole, and the sentences of checks are no blank screens. */
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findChromium } from "./chromium.js";
import { makeSite, open, serve, startChromium } from "./site.js";

const trial = path.resolve(import.meta.dirname, "../output/slides-trial");

const markdown = (id: string, source: string) => ({ cell_type: "markdown", id, metadata: {}, source });
const checked = (id: string, hidden: boolean) => ({
  cell_type: "code",
  id,
  metadata: { jupyter: { source_hidden: hidden } },
  source: `checkEstimate("B3", "the noise floor of a constant step is η/(2 − η)",\n  { measured: 0.05, expected: 0.05, within: 0.01 });`,
  execution_count: 1,
  outputs: [
    {
      output_type: "execute_result",
      execution_count: 1,
      metadata: {},
      data: { "text/html": "<p>✓ <b>B3</b> the noise floor is η/(2 − η): measured 0.05, expected 0.05</p>" },
    },
  ],
});

describe.skipIf(!findChromium() && !process.env.CI)("slides", () => {
  let browser: Browser;
  let page: Page;
  const closing: (() => unknown)[] = [];

  beforeAll(async () => {
    mkdirSync(trial, { recursive: true });
    // As wide as the text at its usual size: cut, if letters grow.
    const formula = `$$${Array.from({ length: 15 }, (_, i) => `\\theta_{${i}}`).join(" + ")} = 0$$`;
    const cells = [
      markdown("formula", `## Wide\n\nA short text.\n\n${formula}`),
      markdown("checks", "## Checks\n\nWords that are no lead.\n\n$$x$$"),
      checked("first", false),
      checked("second", false),
      checked("third", true),
    ];
    const notebook = { nbformat: 4, nbformat_minor: 5, metadata: {}, cells };
    writeFileSync(path.join(trial, "trial.ipynb"), JSON.stringify(notebook));
    const { folder, remove } = makeSite([path.join(trial, "trial.ipynb")]);
    closing.push(remove);
    const served = await serve(folder, { port: 0 });
    closing.push(() => served.server.close());
    browser = await startChromium();
    const context = await browser.newContext({ viewport: { width: 1280, height: 720 } });
    ({ page } = await open(context, `${served.address}trial.html?slides`));
    await page.waitForFunction(() => document.querySelector(".reveal.ready"));
  });

  afterAll(async () => {
    await browser?.close();
    for (const close of closing) close();
  });

  /** The letters and the height of what the present slide shows, and how far it is cut. */
  const seen = () =>
    page.evaluate(() => {
      const slide = document.querySelector<HTMLElement>(".slides .present > .present")!;
      const parts = [...slide.querySelectorAll("h2, p, pre, .maths")].map((one) =>
        one.getBoundingClientRect(),
      );
      const shown = parts.filter(({ height }) => height > 0);
      const letters = [...slide.querySelectorAll("p")].map((one) =>
        Number.parseFloat(getComputedStyle(one).fontSize),
      );
      return {
        height: Math.max(...shown.map(({ bottom }) => bottom)) - Math.min(...shown.map(({ top }) => top)),
        letters: Math.min(...letters),
        sentences: slide.innerText.split("✓").length - 1,
        cut: [...slide.querySelectorAll(".maths")].filter((one) => one.scrollWidth > one.clientWidth + 1)
          .length,
        overflow: slide.scrollHeight - slide.clientHeight,
      };
    });

  test("cut no formula where the text around it could grow", async () => {
    const { cut, letters } = await seen();
    expect(cut).toBe(0);
    expect(letters).toBeGreaterThan(19);
  });

  test("show short checks in a row together, in letters that fill the slide", async () => {
    for (let turns = 0; turns < 2; turns++) await page.keyboard.press("Space");
    const { sentences, height, letters, overflow } = await seen();
    expect(sentences).toBe(3);
    expect(height).toBeGreaterThan(0.4 * 720);
    expect(letters).toBeGreaterThan(21); // 20 on a slide that does not grow
    expect(overflow).toBeLessThanOrEqual(1);
  });
});
