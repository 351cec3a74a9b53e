/**
 * A site in a real browser: read from its folder and from a host, and run.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { verdict, writeAssignment } from "./assignment.js";
import { findChromium } from "./chromium.js";
import { notebookOf } from "./notebook-page.js";
import { idle, makeSite, open, pressRun, rowsOf, serve, startChromium } from "./site.js";

const root = path.resolve(import.meta.dirname, "../..");
const lecture = path.join(root, "notebooks/lectures/01-gradient-descent.ipynb");
const pictures = path.resolve(import.meta.dirname, "../output");

describe.skipIf(!findChromium() && !process.env.CI)("a site", () => {
  let browser: Browser;
  let folder: string;
  let remove: () => void;
  let address: string;
  const closing: (() => unknown)[] = [];

  /** The cells of the page that is tried out. */
  const cells = [
    'import { interact, lineChart, slider } from "nablab";\nlet k = 1;',
    "k + 41",
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is a cell
    'await interact({ eta: { min: 0, max: 1, value: 0.5, step: 0.25 } }, ({ eta }) => lineChart({ title: `η = ${eta}`, x: { title: "k" }, y: { title: "F" }, series: [{ name: "F", y: [1, eta] }] }));',
    "k = 5;\nwhile (true) k++;",
    "k > 5",
  ];

  const espionage = `import { dataset, dense, sequential, sgd, train } from "nablab";
const kinds = new Set<string>();
const { addEventListener } = EventTarget.prototype;
EventTarget.prototype.addEventListener = function (this: EventTarget, ...given: any[]) {
  kinds.add(this.constructor.name);
  return (addEventListener as any).apply(this, given);
} as any;
const x = Array.from({ length: 256 }, (_, i) => Array.from({ length: 784 }, (_, j) => (i * j) % 7));
const data = dataset({ name: "x", x, y: x.map((_, i) => i % 10), classes: 10 });
await train(sequential([dense(784, 512), dense(512, 10)], { seed: 1 }), data, { rule: sgd({ eta: 0.001 }), threads: 2, live: false });
[kinds.has("EventTarget"), kinds.has("Worker")]`;

  const endlessCall = '/^(a+)+$/.test("a".repeat(40) + "b")';

  beforeAll(async () => {
    const trial = path.join(pictures, "site-trial");
    mkdirSync(trial, { recursive: true });
    const notebook = notebookOf(...cells);
    // Headings with names that scripts of the page ask for.
    const source = "## Plotly\n\n## module\n\n## body";
    notebook.cells.push({ cell_type: "markdown", id: "names", metadata: {}, source });
    writeFileSync(path.join(trial, "trial.ipynb"), JSON.stringify(notebook));
    const assignment = writeAssignment(path.join(trial, "assignment.ipynb"));
    ({ folder, remove } = makeSite([lecture, path.join(trial, "trial.ipynb"), assignment]));
    const served = await serve(folder, { port: 0, base: "/a/course/" });
    closing.push(() => served.server.close());
    address = served.address;
    browser = await startChromium();
  });

  afterAll(async () => {
    await browser?.close();
    for (const close of closing) close();
    remove?.();
  });

  const within = async (options: object, work: (context: BrowserContext) => Promise<void>): Promise<void> => {
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
    try {
      await work(context);
    } finally {
      await context.close();
    }
  };

  /** Serious violations that axe finds on a page, by rule and element. */
  async function violations(page: Page): Promise<string[]> {
    const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
    await page.evaluate(axe);
    return page.evaluate(async () => {
      type Result = { id: string; impact: string; nodes: { html: string }[] };
      const { violations } = await (
        globalThis as unknown as { axe: { run(): Promise<{ violations: Result[] }> } }
      ).axe.run();
      return violations
        .filter(({ impact }) => impact === "serious" || impact === "critical")
        .map(({ id, nodes }) => `${id}: ${nodes[0]!.html}`);
    });
  }

  /** What one cell of the trial page shows. */
  const shown = async (page: Page, cell: number): Promise<string> =>
    (await page.locator(".cell").nth(cell).locator(".outputs").innerText()).trim();
  const runCell = async (page: Page, cell: number): Promise<void> => {
    await page.locator(".cell").nth(cell).getByRole("button", { name: "Run cell" }).click();
  };

  describe.each(["light", "dark"] as const)("read, %s", (colorScheme) => {
    test("from its folder: pictures, formulas, figures on demand, search; Run says what it needs", () =>
      within({ colorScheme }, async (context) => {
        const { page, wrong } = await open(
          context,
          pathToFileURL(path.join(folder, "01-gradient-descent.html")).href,
        );
        const ground = await page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
        expect(ground).toBe(colorScheme === "light" ? "rgb(255, 255, 255)" : "rgb(21, 24, 28)");
        const font = await page.evaluate(async () => {
          await document.fonts.ready;
          return document.fonts.check("16px KaTeX_Main");
        });
        expect(font).toBe(true);
        const figure = page.locator(".figure").first();
        await figure.scrollIntoViewIfNeeded();
        await expect
          .poll(() => figure.locator("img").evaluate((img) => (img as HTMLImageElement).naturalWidth))
          .toBe(700);
        await figure.locator("img").hover();
        await figure.locator(".main-svg").first().waitFor();
        await page.getByRole("searchbox").fill("strong convexity line");
        await page
          .getByRole("link", { name: /› Strong convexity: a line/ })
          .first()
          .click();
        expect(page.url()).toContain("#-Strong-convexity");
        // As JupyterLab names a heading, and as the site did.
        const [address] = page.url().split("#");
        const old = decodeURIComponent(new URL(page.url()).hash.slice(2));
        for (const view of ["", "?slides"]) {
          await page.goto("about:blank");
          await page.goto(`${address}${view}#${encodeURIComponent(old)}`);
          const heading = page.locator(`[id="-${old}"]`);
          await expect
            .poll(() => heading.evaluate((element) => element.getBoundingClientRect().top).catch(() => -1))
            .toSatisfy((top: number) => top >= 0 && top < 600);
          expect(await heading.isVisible()).toBe(true);
        }
        await page.goto(page.url().split("?")[0]!);
        await page.getByRole("button", { name: "Run", exact: true }).click();
        expect(await page.getByRole("alert").innerText()).toContain("npx nablab serve");
        expect(wrong).toEqual([]);
      }));

    test("axe finds no serious violation: index, page, slides; wide and on a phone", () =>
      within({ colorScheme }, async (context) => {
        for (const name of [
          "index.html",
          "01-gradient-descent.html",
          "01-gradient-descent.html?slides",
          "trial.html",
        ]) {
          const { page, wrong } = await open(context, address + name);
          expect(await violations(page), name).toEqual([]);
          await page.setViewportSize({ width: 390, height: 844 });
          const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
          expect(overflow, name).toBeLessThanOrEqual(0);
          await page.screenshot({
            path: path.join(pictures, `site-phone-${colorScheme}-${name.replace(/\W/g, "-")}.png`),
          });
          expect(wrong).toEqual([]);
          await page.close();
        }
      }));
  });

  test("is read without scripts", () =>
    within({ javaScriptEnabled: false }, async (context) => {
      const { page, wrong } = await open(context, `${address}01-gradient-descent.html`);
      expect(await page.locator(".figure img").count()).toBeGreaterThan(10);
      expect(await page.locator("button").count()).toBe(0);
      expect(wrong).toEqual([]);
    }));

  test("the index leads to the page, the page to its slides, which turn and fit", () =>
    within({ colorScheme: "dark", viewport: { width: 1280, height: 720 } }, async (context) => {
      const { page, wrong } = await open(context, address);
      await page.getByRole("link", { name: "Gradient descent: how far", exact: false }).first().click();
      await page.getByRole("link", { name: "Slides" }).first().click();
      await page.waitForFunction(() => document.querySelector(".reveal.ready"));
      let seen = 0;
      let figures = 0;
      let swapped = 0;
      for (let last = -1; ; seen++) {
        const { id, overflow, overlaps, letters, widths, sizes, cut, isWide } = await page.evaluate(() => {
          const slide = document.querySelector<HTMLElement>(".slides .present > .present")!;
          const boxes = [...slide.children]
            .flatMap((child) => (child.matches(".cell") ? [...child.children] : child))
            .map((part) => part.getBoundingClientRect());
          const across = (a: DOMRect, b: DOMRect) => Math.min(a.right, b.right) - Math.max(a.left, b.left);
          const along = (a: DOMRect, b: DOMRect) => Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
          return {
            id: [...document.querySelectorAll(".slides > section > section")].indexOf(slide),
            overflow: Math.max(
              slide.scrollWidth - slide.clientWidth,
              slide.scrollHeight - slide.clientHeight,
            ),
            overlaps: boxes.filter((a, i) =>
              boxes.slice(i + 1).some((b) => Math.min(across(a, b), along(a, b)) > 1),
            ).length,
            letters: [...slide.querySelectorAll("p, li")].map((text) =>
              Number.parseFloat(getComputedStyle(text).fontSize),
            ),
            widths: [...slide.querySelectorAll(".figure img")].map(
              (img) => img.getBoundingClientRect().width,
            ),
            sizes: [...slide.querySelectorAll(".code > pre")].map((code) =>
              Number.parseFloat(getComputedStyle(code).fontSize),
            ),
            cut: [...slide.querySelectorAll(".code")].filter(
              (code) => code.scrollHeight > code.clientHeight + 1,
            ).length,
            isWide: slide.clientWidth === innerWidth,
          };
        });
        if (id === last) break;
        last = id;
        figures += widths.length;
        for (const width of widths) expect(width, `slide ${id}`).toBeGreaterThan(300);
        expect(overflow, `slide ${id}`).toBeLessThanOrEqual(1);
        expect(overlaps, `slide ${id}`).toBe(0);
        // Code that does not fit beside its output is as whole in its place, and nothing of it is scrolled.
        expect(cut, `slide ${id}`).toBe(0);
        const swap = page.locator(".slides .present > .present").getByRole("button", { name: "Code" });
        if ((await swap.count()) > 0) {
          await swap.click();
          const code = page.locator(".slides .present > .present .code").first();
          expect(await code.evaluate((one) => one.scrollHeight - one.clientHeight)).toBeLessThanOrEqual(1);
          expect(await page.locator(".slides .present > .present .figure").isVisible()).toBe(false);
          await page.locator(".slides .present > .present").getByRole("button", { name: "Output" }).click();
          await page.evaluate(() => (document.activeElement as HTMLElement).blur());
          swapped++;
        }
        // Long texts go on on another slide: none is squeezed to letters that a room cannot read.
        for (const size of letters) expect(size, `slide ${id}`).toBeGreaterThan(15);
        for (const size of sizes) expect(size, `slide ${id}`).toBeGreaterThanOrEqual(18);
        expect(isWide, `slide ${id}`).toBe(true);
        await page.keyboard.press("Space");
      }
      expect(seen).toBeGreaterThan(30);
      expect(figures).toBeGreaterThan(5);
      expect(swapped).toBeGreaterThan(0);
      // And what was written is there once, in its order; over what goes on stands its heading again.
      const [written, shown, parts] = await page.evaluate(async () => {
        const source = await (await fetch(location.href)).text();
        const words = (page: Document) => {
          for (const again of page.querySelectorAll(".continued")) again.remove();
          const shown = page === document ? ".slides div.text:not([hidden])" : "main .text[data-slide]";
          const texts = [...page.querySelectorAll(shown)].map(({ textContent }) => textContent);
          return texts.join("").replace(/\s+/g, "");
        };
        const parts = document.querySelectorAll(".continued").length;
        return [words(new DOMParser().parseFromString(source, "text/html")), words(document), parts] as const;
      });
      expect(shown === written).toBe(true);
      expect(parts).toBeGreaterThan(0);
      expect(wrong).toEqual([]);
    }));

  test("on a phone nothing of a slide overlaps or is out of reach", () =>
    within({ viewport: { width: 390, height: 800 } }, async (context) => {
      const { page, wrong } = await open(context, `${address}01-gradient-descent.html?slides`);
      await page.waitForFunction(() => document.querySelector(".reveal.ready"));
      const seen = new Set<number>();
      for (let last = -1; ; ) {
        const { id, overlaps, cut } = await page.evaluate(() => {
          const slide = document.querySelector<HTMLElement>(".slides .present > .present")!;
          // A cell has no box of its own: its code, its buttons and its outputs stand below each other.
          const parts = [...slide.children].flatMap((child) =>
            child.matches(".cell") ? [...child.children] : child,
          );
          const boxes = parts.map((part) => part.getBoundingClientRect());
          const shown = boxes.filter(({ height }) => height > 0);
          return {
            id: [...document.querySelectorAll(".slides > section > section")].indexOf(slide),
            overlaps: shown.filter(({ top }, i) => i > 0 && top < shown[i - 1]!.bottom - 1).length,
            cut: [...slide.querySelectorAll(".code")].filter(
              (code) => code.scrollHeight > code.clientHeight + 1,
            ).length,
          };
        });
        if (id === last) break;
        last = id;
        seen.add(id);
        expect([overlaps, cut], `slide ${id}`).toEqual([0, 0]);
        await page.keyboard.press("Space");
      }
      expect(seen.size).toBeGreaterThan(30);
      expect(wrong).toEqual([]);
    }));

  test("slides run: the press on a slide stays on it, keys in code do not turn, and Read leads back", () =>
    within({}, async (context) => {
      const { page, wrong } = await open(context, `${address}trial.html?slides`);
      const slide = page.locator(".slides .present > .present");
      const turnTo = (text: string) =>
        expect
          .poll(async () => {
            if ((await slide.innerText()).includes(text)) return true;
            await page.keyboard.press("Space");
            return false;
          })
          .toBe(true);
      await turnTo("interact(");
      await slide.getByRole("button", { name: "Run cell 3" }).click();
      await slide.locator('.cell[data-state="done"]').waitFor();
      await slide.locator(".main-svg").first().waitFor();
      await slide.getByRole("slider").press("ArrowRight");
      await slide.locator(".gtitle", { hasText: "η = 0.75" }).waitFor();
      await slide.getByRole("textbox").press("Control+End");
      await page.keyboard.type(" // a b");
      expect(await slide.getByRole("textbox").innerText()).toContain("// a b");
      expect(await violations(page)).toEqual([]);
      await page.screenshot({ path: path.join(pictures, "site-slide-live.png") });
      await page.getByRole("link", { name: "Read" }).click();
      await page.locator("nav.around").first().waitFor();
      expect(page.url()).toBe(`${address}trial.html`);
      expect(wrong).toEqual([]);
    }));

  test("runs without headers, under a path: one reload isolates it, stop keeps variables, and offline it goes on", () =>
    within({}, async (context) => {
      const { page, wrong } = await open(context, `${address}trial.html`);
      expect(await page.evaluate(() => crossOriginIsolated)).toBe(false);
      await pressRun(page);
      expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
      await runCell(page, 1);
      await idle(page);
      expect(await shown(page, 1)).toBe("42");

      await runCell(page, 2);
      await idle(page);
      const cell = page.locator(".cell").nth(2);
      await cell.locator(".main-svg").first().waitFor();
      await cell.getByRole("slider").press("ArrowRight");
      await cell.locator(".gtitle", { hasText: "η = 0.75" }).waitFor();
      expect(await violations(page)).toEqual([]);

      // One call of the engine does not read the stop word: a second press ends it with its kernel.
      await page.locator(".cell").nth(1).getByRole("textbox").fill(endlessCall);
      await runCell(page, 1);
      await page.locator('.cell[data-state="running"]').waitFor();
      await page.waitForTimeout(300);
      await page.getByRole("button", { name: "Stop" }).click();
      await page.locator(".bar .status", { hasText: "press Stop again" }).waitFor();
      await page.getByRole("button", { name: "Stop" }).click();
      await idle(page);
      expect(await shown(page, 1)).toContain("a call that cannot be interrupted");
      await page.locator(".cell").nth(1).getByRole("textbox").fill(cells[1]!);

      await runCell(page, 3);
      await page.locator('.cell[data-state="running"]', { hasText: "while (true) k++" }).waitFor();
      await page.waitForTimeout(300);
      await page.getByRole("button", { name: "Stop" }).click();
      await idle(page);
      expect(await shown(page, 3)).toContain("KeyboardInterrupt");
      // Only this cell: the loop above has not run to its end, and would run first.
      await page.locator(".cell").nth(3).getByRole("textbox").fill("k > 1000");
      await runCell(page, 3);
      await idle(page);
      expect(await shown(page, 3)).toBe("true");

      // Nor does a cell come by the means to start workers of its own, through those of a training.
      await page.locator(".cell").nth(3).getByRole("textbox").fill(espionage);
      await runCell(page, 3);
      await idle(page);
      expect(await shown(page, 3)).toMatch(
        /^EventTarget.prototype.addEventListener: the notebook itself needs .*\n\[ true, false \]$/,
      );

      await runCell(page, 4);
      await idle(page);
      await page.locator(".cell").nth(4).getByRole("textbox").fill("Math.sqr");
      await page.keyboard.press("Control+Space");
      await page.locator(".cm-tooltip-autocomplete li", { hasText: "sqrt" }).first().waitFor();
      await page.keyboard.press("Escape");
      const line = page.locator(".cell").nth(0).locator(".cm-line").first();
      await line.scrollIntoViewIfNeeded();
      const { x, y } = await line.evaluate((element) => {
        const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
        for (let node = walker.nextNode(); node; node = walker.nextNode()) {
          const at = node.textContent!.indexOf("lineChart");
          if (at < 0) continue;
          const range = document.createRange();
          range.setStart(node, at);
          range.setEnd(node, at + 9);
          const { x, y, width, height } = range.getBoundingClientRect();
          return { x: x + width / 2, y: y + height / 2 };
        }
        throw new Error("no lineChart");
      });
      await page.mouse.move(x, y);
      await page.locator(".cm-tooltip .hover", { hasText: "lineChart" }).waitFor();

      // Without a network, in a page that is opened again.
      await expect
        .poll(() =>
          page.evaluate(async () =>
            (
              await Promise.all(
                (await caches.keys()).map(async (name) => (await (await caches.open(name)).keys()).length),
              )
            ).reduce((a, b) => a + b, 0),
          ),
        )
        .toBeGreaterThan(30);
      await context.setOffline(true);
      await page.goto(`${address}01-gradient-descent.html`);
      expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
      await pressRun(page);
      await context.setOffline(false);
      expect(wrong).toEqual([]);
    }));

  test("cells whose buttons are pressed while the kernel loads wait for it, in the order of the page", () =>
    within({ serviceWorkers: "block" }, async (context) => {
      const held = new Map<string, () => void>();
      await context.route(/\/(live|kernel-worker)\.js$/, async (route) => {
        const name = path.basename(new URL(route.request().url()).pathname);
        await new Promise<void>((resolve) => held.set(name, resolve));
        await route.continue();
      });
      const { page, wrong } = await open(context, `${address}trial.html`);
      const states = () =>
        page
          .locator(".cell")
          .evaluateAll((cells) => cells.map((cell) => (cell as HTMLElement).dataset.state));
      const release = async (name: string) => {
        await expect.poll(() => held.has(name), { timeout: 60_000 }).toBe(true);
        held.get(name)!();
      };
      await page.getByRole("button", { name: "Run", exact: true }).click();
      await runCell(page, 1);
      expect(await page.locator(".cell").nth(1).innerText()).toContain("waiting");
      await release("live.js");
      await page.getByRole("button", { name: "Run all" }).waitFor();
      await runCell(page, 2);
      expect((await states()).slice(0, 4)).toEqual(["waiting", "waiting", "waiting", undefined]);
      expect(await page.locator(".bar .status").innerText()).toBe("Loading the kernel…");
      await release("kernel-worker.js");
      await idle(page);
      expect((await states()).slice(0, 4)).toEqual(["done", "done", "done", undefined]);
      expect(await shown(page, 1)).toBe("42");
      expect(wrong).toEqual([]);
    }));

  test("a kernel that cannot be loaded is tried once, and once more with the next press", () =>
    within({ serviceWorkers: "block" }, async (context) => {
      for (const [program, reason] of [
        ["kernel-worker.js", "its program could not be loaded"],
        ["typescript-*.bin", "the compiler could not be loaded (status 404)"],
      ]) {
        let requests = 0;
        await context.route(`**/${program}`, (route) => {
          requests++;
          return route.fulfill({ status: 404 });
        });
        const { page } = await open(context, `${address}trial.html`);
        const status = page.locator(".bar .status");
        await page.getByRole("button", { name: "Run", exact: true }).click();
        const said = `The kernel could not be started: ${reason}. Is there a network? Then press Run again`;
        await status.filter({ hasText: said }).waitFor();
        expect(await page.locator('.cell:is([data-state="waiting"], [data-state="running"])').count()).toBe(
          0,
        );
        expect(requests).toBe(1);
        await runCell(page, 1);
        await expect.poll(() => requests).toBe(2);
        await status.filter({ hasText: said }).waitFor();
        expect(requests).toBe(2);
        await context.unroute(`**/${program}`);
        await runCell(page, 1);
        await idle(page);
        expect(await shown(page, 1)).toBe("42");
        await page.close();
      }
    }));

  test("a press before the reload that isolates the page outlives it", () =>
    within({}, async (context) => {
      const { page } = await open(context, `${address}trial.html`);
      await page.evaluate(() => {
        document.querySelector<HTMLButtonElement>("[data-bar] button.main")!.click();
        document.querySelector<HTMLButtonElement>('[aria-label="Run cell 2"]')!.click();
      });
      await page.locator('.cell[data-state="done"]').nth(1).waitFor();
      expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
      expect(await shown(page, 1)).toBe("42");
    }));

  test("a cell edits, keeps, resets and carries its code by a link", () =>
    within({ permissions: ["clipboard-read", "clipboard-write"] }, async (context) => {
      const { page, wrong } = await open(context, `${address}trial.html`);
      await pressRun(page);
      const cell = page.locator(".cell").nth(1);
      await cell.getByRole("textbox").fill("k + 99 // ünïcode");
      await page.keyboard.press("Shift+Enter");
      await idle(page);
      expect(await shown(page, 1)).toBe("100");
      await cell.getByRole("button", { name: "Copy link, cell 2" }).click();
      await cell.getByText("link copied").waitFor();
      const link = await page.evaluate(() => navigator.clipboard.readText());
      await page.reload();
      expect(await cell.locator("code").innerText()).toBe("k + 99 // ünïcode");
      await pressRun(page);
      await cell.getByRole("button", { name: "Reset, cell 2" }).click();
      await page.reload();
      expect(await cell.locator("code").innerText()).toBe("k + 41");
      await page.goto("about:blank");
      await page.goto(link);
      expect(await cell.locator("code").innerText()).toBe("k + 99 // ünïcode");
      expect(await page.getByRole("alert").innerText()).toContain("Read it before you run it");
      // On the page itself the browser loads nothing by itself.
      await page.goto(link.slice(0, -4));
      await page.getByText("cannot be read").waitFor();
      expect(await cell.locator("code").innerText()).toBe("k + 41");
      expect(await page.getByRole("alert").innerText()).toContain("cannot be read");
      // On a live page Back leads to the link without the end of the kernel, and later edits replace that of the link.
      await page.goto("about:blank");
      await page.goto(link);
      await pressRun(page);
      await page.evaluate(() => {
        location.hash = "#top";
      });
      await page.goBack();
      await page.getByText("To open the edit in this link, reload the page").waitFor();
      await cell.getByRole("textbox").fill("k + 7");
      await page.keyboard.press("Shift+Enter");
      await idle(page);
      expect(await shown(page, 1)).toBe("8");
      expect(page.url()).not.toContain("#edit=");
      await page.reload();
      expect(await cell.locator("code").innerText()).toBe("k + 7");
      expect(wrong).toEqual([]);
    }));

  test("what it cannot do, it says in a line; cells cannot reach the page", () =>
    within({}, async (context) => {
      const { page, wrong } = await open(context, `${address}trial.html`);
      await page.evaluate(() => {
        Storage.prototype.setItem = () => {
          throw new DOMException("full", "QuotaExceededError");
        };
      });
      await pressRun(page); // no reload is possible either: what it is for cannot be kept
      const notes = page.locator(".bar .note");
      expect(await notes.first().innerText()).toContain("runs on one thread");
      const run = async (cell: number, code: string): Promise<string> => {
        await page.locator(".cell").nth(cell).getByRole("textbox").fill(code);
        await runCell(page, cell);
        await idle(page);
        return shown(page, cell);
      };
      const second = await run(1, 'import fs from "node:fs";\nfs');
      expect(await notes.last().innerText()).toContain("storage for the site is full");
      expect(second).toMatch(/node:fs/);
      expect(await run(1, 'import _ from "lodash";\n_')).toMatch(/lodash/);
      expect(
        await run(
          1,
          "[typeof caches, typeof indexedDB, typeof Worker, typeof BroadcastChannel, 'serviceWorker' in navigator, 'document' in globalThis]",
        ),
      ).toBe("[ 'undefined', 'undefined', 'undefined', 'undefined', false, false ]");
      // A loop can be stopped only with the kernel.
      await page.locator(".cell").nth(1).getByRole("textbox").fill("while (true);");
      await runCell(page, 1);
      await page.locator('.cell[data-state="running"]').waitFor();
      await page.waitForTimeout(300);
      await page.getByRole("button", { name: "Stop" }).click();
      await page.locator('.cell[data-state="failed"]').first().waitFor();
      expect(await shown(page, 1)).toContain("variables with it");
      expect(await run(1, "k + 1")).toBe("2");
      expect(wrong).toEqual([]);
    }));

  test("Check runs an assignment as it stands, and shows points and what failed", () =>
    within({ colorScheme: "dark" }, async (context) => {
      const { page, wrong } = await open(context, `${address}assignment.html`);
      await page.getByRole("button", { name: "Check", exact: true }).press("Enter");
      const dialog = page.getByRole("dialog", { name: "Check" });
      await dialog.getByRole("button", { name: "Close" }).waitFor();
      expect(await rowsOf(dialog)).toEqual(verdict);
      expect(await dialog.innerText()).toContain("2 of 6 points of the visible tests");
      expect(await dialog.locator("h3 + pre").innerText()).toContain("CheckFailed: cube(2) is 8");
      expect(await violations(page)).toEqual([]);
      // A link with an edit of this page, opened meanwhile, waits: a reload would lose the check.
      await page.evaluate(() => {
        location.hash = "#edit=c1~AAAA";
      });
      await page
        .locator(".note", { hasText: "close the check and reload the page" })
        .waitFor({ state: "attached" });
      expect(await rowsOf(dialog)).toEqual(verdict);
      await page.keyboard.press("Escape");
      await dialog.waitFor({ state: "detached" });

      // Code that is edited is checked as edited, and an edited test gives nothing.
      await pressRun(page);
      await page
        .locator(".cell")
        .nth(2)
        .getByRole("textbox")
        .fill("const cube = (x: number): number => x ** 3;");
      await page.locator(".cell").nth(1).locator("summary").click();
      await page.locator(".cell").nth(1).getByRole("textbox").fill("2");
      await page.getByRole("button", { name: "Check", exact: true }).click();
      await dialog.getByRole("button", { name: "Close" }).waitFor();
      expect((await rowsOf(dialog)).slice(0, 2)).toEqual([
        ["✗", "square-test", "edited", "2"],
        ["✓", "cube-test", "3", "3"],
      ]);
      await dialog.getByRole("button", { name: "Close" }).click();

      // A loop without an end is stopped by closing.
      await page.locator(".cell").nth(0).getByRole("textbox").fill("while (true);");
      await page.getByRole("button", { name: "Check", exact: true }).click();
      await dialog.getByText("Running cell 1 of 7").waitFor();
      await dialog.getByRole("button", { name: "Stop" }).click();
      await dialog.waitFor({ state: "detached" });
      expect(wrong).toEqual([]);
    }));

  test("controls move between pictures before there is a kernel, also from a folder", () =>
    within({}, async (context) => {
      const source = path.join(pictures, "site-trial", "sliders.ipynb");
      const interact =
        // biome-ignore lint/suspicious/noTemplateCurlyInString: it is a cell
        'await interact({ eta: { min: 0, max: 1, value: 0.3, step: 0.05 }, rule: { options: ["SGD", "Adam"] } }, ({ eta, rule }) => lineChart({ title: `${rule}: η = ${eta}`, x: { title: "k" }, y: { title: "F" }, series: [{ name: "F", y: [1, eta] }] }));';
      // biome-ignore lint/suspicious/noTemplateCurlyInString: it is a cell
      const text = "await interact({ n: { min: 1, max: 3, value: 1, step: 1 } }, ({ n }) => `n is ${n}`);";
      const notebook = notebookOf('import { interact, lineChart } from "nablab";', interact, text);
      writeFileSync(source, JSON.stringify(notebook));
      execFileSync(process.execPath, [path.join(root, "dist/cli/main.js"), "run", source], { stdio: "pipe" });
      const site = makeSite([source], { sliders: true });
      try {
        const { page, wrong } = await open(
          context,
          pathToFileURL(path.join(site.folder, "sliders.html")).href,
        );
        const cell = page.locator(".cell").nth(1);
        const title = cell.locator(".gtitle");
        const eta = cell.getByRole("slider", { name: "eta" });
        expect(await eta.getAttribute("aria-valuetext")).toBe("0.3");
        await eta.press("ArrowRight");
        await title.filter({ hasText: "SGD: η = 0.4" }).waitFor();
        await eta.press("End");
        await title.filter({ hasText: "SGD: η = 1" }).waitFor();
        // The other one is moved alone: the first goes back.
        await cell.getByRole("combobox", { name: "rule" }).selectOption("Adam");
        await title.filter({ hasText: "Adam: η = 0.3" }).waitFor();
        expect(await eta.getAttribute("aria-valuetext")).toBe("0.3");
        const third = page.locator(".cell").nth(2);
        await third.getByRole("slider", { name: "n" }).press("End");
        await third.getByText("n is 3").waitFor();
        expect(wrong).toEqual([]);
        await page.screenshot({ path: path.join(pictures, "site-sliders.png") });
        // axe loads the style sheets, which a page from a folder may not.
        const { server, address } = await serve(site.folder, { port: 0 });
        closing.push(() => server.close());
        const served = await open(context, `${address}sliders.html`);
        await served.page.getByRole("slider").first().press("End");
        await served.page.locator(".gtitle").first().waitFor();
        expect(await violations(served.page)).toEqual([]);
      } finally {
        site.remove();
      }
    }));

  test("a browser without SIMD gets a message that says so", () =>
    within({}, async (context) => {
      await context.addInitScript(() => {
        WebAssembly.validate = () => false;
      });
      const { page } = await open(context, `${address}trial.html`);
      await page.getByRole("button", { name: "Run", exact: true }).click();
      expect(await page.getByRole("alert").innerText()).toContain("no WebAssembly SIMD");
    }));

  test("by keyboard alone: to the text, to Run, into a cell and out of it", () =>
    within({ reducedMotion: "reduce" }, async (context) => {
      const { page } = await open(context, `${address}trial.html`);
      await page.keyboard.press("Tab");
      expect(await page.evaluate(() => document.activeElement?.textContent)).toBe("Skip to the text");
      const focusIs = (text: string) =>
        page.evaluate((text) => document.activeElement?.textContent === text, text);
      for (let i = 0; i < 10 && !(await focusIs("Run")); i++) await page.keyboard.press("Tab");
      await page.keyboard.press("Enter");
      await page.locator('.cell[data-state="done"]').first().waitFor({ state: "attached" });
      const isEditor = () =>
        page.evaluate(() => document.activeElement?.getAttribute("aria-label") === "Code of cell 1");
      for (let i = 0; i < 20 && !(await isEditor()); i++) await page.keyboard.press("Tab");
      expect(await isEditor()).toBe(true);
      await page.keyboard.press("Tab");
      expect(await isEditor()).toBe(false);
      const moves = await page.evaluate(
        () =>
          [...document.querySelectorAll("*")].filter(
            (element) => Number.parseFloat(getComputedStyle(element).transitionDuration) > 0,
          ).length,
      );
      expect(moves).toBe(0);
      expect(await page.evaluate(() => getComputedStyle(document.documentElement).scrollBehavior)).toBe(
        "auto",
      );
    }));
});
