/**
 * The lectures as live pages, run from their first to their last cell by a reader's browser: what every cell says is
 * what Node stored. With NABLAB_ALL_PAGES=1 all of them; else the quickest.
 *
 * Outputs of cells with the tag `timing` are not compared.
 */
import { readdirSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { read } from "../cli/nablab.js";
import { findChromium } from "./chromium.js";
import { findFirefox, startFirefox } from "./firefox.js";
import { type CellTexts, type Driven, LivePage, recordMessages } from "./live-page.js";
import { makeSite, serve, startChromium } from "./site.js";

const root = path.resolve(import.meta.dirname, "../..");
const lectures = path.join(root, "notebooks/lectures");
const all = [
  "00-welcome",
  "01-gradient-descent",
  "02-backpropagation",
  "03-stochastic-gradient-descent",
  "04-robbins-monro",
  "05-rates",
  "06-adagrad",
  "07-mnist",
  "08-nonsmooth",
  "09-momentum-and-adam",
];
// One of the classics reads a file beside it.
const classics = path.join(root, "notebooks/examples");
const allClassics = readdirSync(classics)
  .filter((name) => name.endsWith(".ipynb"))
  .map((name) => name.slice(0, -6));
const names = process.env.NABLAB_ALL_PAGES ? [...all, ...allClassics] : ["08-nonsmooth", "cs231n-two-layers"];
const folderOf = (name: string) => (allClassics.includes(name) ? classics : lectures);

interface Cell {
  cell_type: string;
  metadata: { tags?: string[] };
  outputs?: { text?: string | string[]; data?: Record<string, string | string[]> }[];
}

/** What Node stored for each code cell; undefined where it may differ. */
function stored(name: string): (CellTexts | undefined)[] {
  const { cells } = read(folderOf(name), `${name}.ipynb`);
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
      const browser = await startFirefox();
      return {
        async open() {
          const page = await browser.newPage();
          page.setDefaultTimeout(300_000);
          const wrong: string[] = [];
          page.on("console", (message) => message.type() === "error" && wrong.push(message.text()));
          page.on("pageerror", (error) => wrong.push(String(error)));
          await page.evaluateOnNewDocument(recordMessages);
          return { page: page as unknown as Driven, wrong, close: () => page.close() };
        },
        close: () => browser.close(),
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
      site = makeSite(names.map((name) => path.join(folderOf(name), `${name}.ipynb`)));
      served = await serve(site.folder, { port: 0, base: "/a/course/" });
      browser = await start();
    });
    afterAll(async () => {
      await browser?.close();
      served?.server.close();
      site?.remove();
    });

    test.each(names)("%s says what Node says, in every cell", async (name) => {
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
