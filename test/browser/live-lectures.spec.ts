/**
 * The lectures and the solved assignments as live pages and in JupyterLite, run from their first to their last cell by a
 * reader's browser: what every cell says is what Node stored. With NABLAB_ALL_PAGES=1 all of them, on both, or those whose
 * names begin as NABLAB_PAGES=00,07 says; else the quickest lecture, as a page. NABLAB_TIMES=20 runs each page so often, in a
 * new browser each time.
 *
 * Outputs of cells with the tag `timing` are not compared.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { read } from "../cli/nablab.js";
import { findChromium } from "./chromium.js";
import { findFirefox, openFirefox } from "./firefox.js";
import { type CellTexts, type Driven, LivePage, recordMessages } from "./live-page.js";
import { makeSite, serve, startChromium } from "./site.js";
import { until } from "./until.js";

const root = path.resolve(import.meta.dirname, "../..");
const lectures = path.join(root, "notebooks/lectures");
const classics = path.join(root, "notebooks/examples");
const isWhole = process.env.NABLAB_ALL_PAGES === "1";
const isWanted = (file: string): boolean =>
  process.env.NABLAB_PAGES?.split(",").some((start) => path.basename(file).startsWith(start)) ?? true;
const times = Number(process.env.NABLAB_TIMES ?? 1);

/** The notebooks, by the names of their pages; their outputs are Node's. */
const files: Record<string, string> = isWhole
  ? Object.fromEntries(
      [...[...notebooksIn(lectures), ...notebooksIn(classics)].filter(isWanted), ...assignmentsByNode()].map(
        (file) => [path.basename(file, ".ipynb"), file],
      ),
    )
  : {
      "08-nonsmooth": path.join(lectures, "08-nonsmooth.ipynb"),
      // It reads a file beside it.
      "cs231n-two-layers": path.join(classics, "cs231n-two-layers.ipynb"),
    };
const names = Object.keys(files);
const runs = names.flatMap((name) => Array.from({ length: times }, (_, i) => ({ name, i })));

function notebooksIn(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(".ipynb"))
    .map((name) => path.join(folder, name));
}

/** The assignments with their solutions, executed here. */
function assignmentsByNode(): string[] {
  const source = path.join(root, "notebooks/coursework/source");
  const folder = mkdtempSync(path.join(tmpdir(), "nablab-solved-"));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  const assignments = readdirSync(source)
    .flatMap((name) => notebooksIn(path.join(source, name)))
    .filter(isWanted);
  if (assignments.length === 0) return [];
  const nablab = path.join(root, "dist/cli/main.js");
  execFileSync(process.execPath, [nablab, "run", "--out", folder, ...assignments], { stdio: "pipe" });
  return notebooksIn(folder);
}

interface Cell {
  cell_type: string;
  metadata: { tags?: string[] };
  outputs?: { text?: string | string[]; data?: Record<string, string | string[]> }[];
}

/** What Node stored for each code cell; undefined where it may differ. */
function stored(name: string): (CellTexts | undefined)[] {
  const { cells } = read(files[name]!);
  const code = (cells as Cell[]).filter(({ cell_type }) => cell_type === "code");
  return code.map(({ metadata, outputs = [] }) => {
    if (metadata.tags?.includes("timing")) return undefined;
    return outputs.map(({ text, data }) => [text ?? data!["text/plain"]].flat().join(""));
  });
}

interface Opened {
  page: Driven;
  wrong: string[];
  close(): Promise<void>;
}
interface Driver {
  name: string;
  executable: string | undefined;
  start(): Promise<{ open(): Promise<Opened>; close(): Promise<void> }>;
}

const drivers: Driver[] = [
  {
    name: "Chromium",
    executable: findChromium(),
    async start() {
      const browser = await startChromium();
      return {
        async open() {
          const page = await browser.newPage();
          page.setDefaultTimeout(300_000);
          const wrong: string[] = [];
          page.on("console", (message) => message.type() === "error" && wrong.push(message.text()));
          page.on("pageerror", (error) => wrong.push(error.message));
          await page.addInitScript(recordMessages);
          return { page: page as unknown as Driven, wrong, close: () => page.close() };
        },
        close: () => browser.close(),
      };
    },
  },
  {
    name: "Firefox",
    executable: findFirefox(),
    async start() {
      const opened: Opened[] = [];
      return {
        async open() {
          const page = openFirefox(recordMessages);
          opened.push(page);
          return page;
        },
        close: async () => void (await Promise.all(opened.map(({ close }) => close()))),
      };
    },
  },
];

describe.each(drivers)("in $name", ({ executable, start }) => {
  describe.skipIf(!executable && !process.env.CI)("live pages", () => {
    let site: ReturnType<typeof makeSite>;
    let served: Awaited<ReturnType<typeof serve>>;
    let browser: Awaited<ReturnType<Driver["start"]>>;
    beforeAll(async () => {
      site = makeSite(Object.values(files));
      served = await serve(site.folder, { port: 0, base: "/a/course/" });
      browser = await start();
    });
    afterAll(async () => {
      await browser?.close();
      served?.server.close();
      site?.remove();
    });

    test.each(runs)("$name says what Node says, in every cell", async ({ name, i }) => {
      if (i > 0) {
        await browser.close();
        browser = await start();
      }
      const { page, wrong, close } = await browser.open();
      await page.goto(`${served.address}${name}.html`);
      const live = new LivePage(page);
      await live.start();
      await live.press("Run all");
      await live.idle();
      expect((await live.states()).filter((state) => state !== "done")).toEqual([]);
      const expected = stored(name);
      // The first cell has run twice.
      const texts = (await live.texts()).slice(1);
      expect(texts).toHaveLength(expected.length);
      // Where it may differ, nothing is compared.
      expect(texts.map((shown, i) => expected[i] && shown)).toEqual(expected);
      expect(wrong).toEqual([]);
      await close();
    });

    test("a stop ends loops of every kind, and names keep their values", async () => {
      const { page, wrong, close } = await browser.open();
      await page.goto(`${served.address}${names[0]}.html`);
      const live = new LivePage(page);
      await live.start();
      const cell = (await live.states()).indexOf("done");
      await live.run(cell, "let turns = 0;");
      await live.idle();
      for (const loop of [
        "while (true);",
        "for (;;) {}",
        "do ; while (true)",
        "for (;;) turns++;",
        "await Promise.resolve();\nwhile (true) turns += Math.cos(0);",
        "function* count() { for (;;) yield 1; }\nfor (const one of count()) turns += one;",
        "for (;;) await Promise.resolve();",
      ]) {
        await live.run(cell, loop);
        // Long enough for an engine to compile the loop.
        await new Promise((resolve) => setTimeout(resolve, 1000));
        expect((await live.states())[cell], loop).toBe("running");
        await live.press("Stop");
        await live.idle();
        expect(await live.shown(cell), loop).toContain("KeyboardInterrupt");
      }
      await live.run(cell, "turns > 1000");
      await live.idle();
      expect(await live.shown(cell)).toBe("true");
      expect(wrong).toEqual([]);
      await close();
    });
  });
});

describe.skipIf(!isWhole)("in JupyterLite", () => {
  let site: ReturnType<typeof makeSite>;
  let served: Awaited<ReturnType<typeof serve>>;
  let browser: Awaited<ReturnType<typeof startChromium>>;
  beforeAll(async () => {
    site = makeSite(Object.values(files), { lab: true });
    served = await serve(site.folder, { port: 0, base: "/a/course/" });
    browser = await startChromium();
  });
  afterAll(async () => {
    await browser?.close();
    served?.server.close();
    site?.remove();
  });

  test.each(names)("%s says what Node says, in every cell", async (name) => {
    const page: Page = await browser.newPage();
    await page.addInitScript(recordMessages);
    await page.goto(`${served.address}lab/lab/index.html?path=${name}.ipynb`);
    await page.getByText("TypeScript (nablab) | Idle").waitFor({ timeout: 120_000 });
    await page.getByRole("menuitem", { name: "Run", exact: true }).click();
    await page.getByText("Run All Cells", { exact: true }).click();
    const expected = stored(name);
    const live = new LivePage(page as unknown as Driven);
    const isIdle = page.getByText("TypeScript (nablab) | Idle");
    await until("every cell has run", 300_000, async () => {
      return (await live.texts()).length === expected.length && (await isIdle.isVisible());
    });
    const texts = await live.texts();
    expect(texts.map((shown, i) => expected[i] && shown)).toEqual(expected);
    await page.close();
  });
});
