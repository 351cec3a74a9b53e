// How soon a site answers in Chromium: its pages, its kernel, and its JupyterLab.
//
//   npm run bench -- --site [--rounds 5] [--out DIR]
//
// Makes a site of lecture 01 with a JupyterLab, and serves it as a static host does, under a path and without headers. A first
// visit fills the browser's caches and is not counted; each round opens the pages anew. Every time is taken in the page, from
// the press of a key or a button, or from the start of a navigation, to what the reader sees; of completion and hover texts,
// to the kernel's reply. Medians, with the most in brackets, beside the budget.
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { serve } from "#nablab/cli/serve.js";
import { findChromium } from "../../scripts/lib/find-chromium.mjs";

/** @typedef {import("playwright-core").BrowserContext} BrowserContext */
/** @typedef {import("playwright-core").Page} Page */

const root = fileURLToPath(new URL("../..", import.meta.url));
const lecture = "01-gradient-descent";
const training =
  'import { dense, mnist, relu, sequential, sgd, train } from "nablab";\n' +
  "const net = sequential([dense(784, 512), relu(), dense(512, 384), relu(), dense(384, 10)], { seed: 1 });\n" +
  "await train(net, (await mnist()).train, { rule: sgd({ eta: 0.1 }), epochs: 1000 });";

/** What is measured, and what it may take, in ms. */
const budgets = {
  "press of Run to the first cell's answer": 3000,
  "stop of a loop": 100,
  "stop of a loop after an await": 100,
  "stop of a training": 100,
  "completion while a cell awaits": 100,
  "hover text while a cell awaits": 100,
  "completion while a network trains": 100,
  "hover text while a network trains": 100,
  "JupyterLab shown": 6000,
  "JupyterLab's kernel ready": 8000,
};

/** Measures, prints a table and keeps it in `out`/site.md. */
export async function benchSite({ rounds = 5, out = path.join("test", "output", "bench") } = {}) {
  const folder = mkdtempSync(path.join(tmpdir(), "nablab-bench-site-"));
  const notebook = path.join(root, "notebooks", "lectures", `${lecture}.ipynb`);
  const made = spawnSync(
    process.execPath,
    [path.join(root, "dist", "cli", "main.js"), "site", "--out", folder, notebook],
    { encoding: "utf8" },
  );
  if (made.status !== 0) throw new Error(`bench: no site could be made:\n${made.stderr}`);
  const { server, address } = await serve(folder, { port: 0, base: "/a/course/" });
  const browser = await chromium.launch({ executablePath: findChromium(), args: ["--no-sandbox"] });
  try {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
    context.setDefaultTimeout(180_000); // on a busy machine it is slow, not broken
    await context.addInitScript(timeRequests);
    /** @type {Record<string, number[]>} */
    const found = {};
    const loads = [];
    await visit(context, address);
    for (let round = 0; round < rounds; round++) {
      const times = { ...(await timePage(context, address)), ...(await timeLab(context, address)) };
      loads.push(loadavg()[0] ?? Number.NaN);
      for (const [name, time] of Object.entries(times)) (found[name] ??= []).push(time);
    }
    const text = [
      `${cpus().length} × ${cpus()[0]?.model}, Chromium ${browser.version()}, ${rounds} rounds, load ${median(loads).toFixed(1)}`,
      "",
      "| | median (most), ms | budget |",
      "|---|---|---|",
      ...Object.entries(budgets).map(([name, budget]) => {
        const times = found[name] ?? [];
        return `| ${name} | ${median(times).toFixed(0)} (${Math.max(...times).toFixed(0)}) | ${budget} |`;
      }),
      "",
    ].join("\n");
    mkdirSync(out, { recursive: true });
    writeFileSync(path.join(out, "site.md"), text);
    console.log(text);
  } finally {
    await browser.close();
    server.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

const median = (/** @type {number[]} */ values) =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

/** Run in a page before its scripts: how long the kernel takes to reply, by type of request. */
function timeRequests() {
  const scope = /** @type {any} */ (globalThis);
  scope.nablabReplies = /** @type {Record<string, number[]>} */ ({});
  scope.Worker = class extends scope.Worker {
    #sent = new Map();
    /** @param {[any, any]} given */
    constructor(...given) {
      super(...given);
      this.addEventListener("message", (/** @type {MessageEvent} */ { data }) => {
        const parent = data?.message?.parent;
        if (data?.channel !== "shell" || !this.#sent.has(parent?.msg_id)) return;
        (scope.nablabReplies[parent.msg_type] ??= []).push(performance.now() - this.#sent.get(parent.msg_id));
      });
    }
    /** @param {any} data */
    postMessage(data, ...more) {
      if (data?.message) this.#sent.set(data.message.header.msg_id, performance.now());
      super.postMessage(data, ...more);
    }
  };
}

/** The first visit, which is not counted: the browser keeps what it loads, and the service worker isolates what comes after. */
async function visit(/** @type {BrowserContext} */ context, /** @type {string} */ address) {
  const page = await context.newPage();
  await page.goto(`${address}${lecture}.html`);
  await page.getByRole("button", { name: "Run", exact: true }).click();
  await page.locator('.cell[data-state="done"]').first().waitFor({ state: "attached" });
  await runCell(page, 'import { mnist } from "nablab";\n(await mnist()).train.size');
  await ready(page);
  await page.close();
  const lab = await context.newPage();
  await lab.goto(`${address}lab/lab/index.html?path=${lecture}.ipynb`);
  await lab.getByText("TypeScript (nablab) | Idle").waitFor();
  await lab.close();
}

/** Times of a page that reads, and then runs. */
async function timePage(/** @type {BrowserContext} */ context, /** @type {string} */ address) {
  const page = await context.newPage();
  await page.goto(`${address}${lecture}.html`, { waitUntil: "networkidle" });
  const first = await page.evaluate(() => {
    const began = performance.now();
    const answered = new Promise((/** @type {(milliseconds: number) => void} */ resolve) => {
      const observer = new MutationObserver(() => {
        if (!document.querySelector('.cell[data-state="done"]')) return;
        observer.disconnect();
        resolve(performance.now() - began);
      });
      observer.observe(document.body, { attributeFilter: ["data-state"], subtree: true });
    });
    [...document.querySelectorAll("button")].find(({ textContent }) => textContent === "Run")?.click();
    return answered;
  });
  await runCell(page, "let turns = 0;");
  await ready(page);
  const whileIt = async (/** @type {string} */ code) => {
    await runCell(page, code);
    await page.locator('.cell[data-state="running"]').waitFor();
    await page.waitForTimeout(1500); // the engine has compiled the loop, the training is under way
  };
  await whileIt("while (true) turns++;");
  const loop = await stop(page);
  await whileIt("await Promise.resolve();\nfor (;;) turns++;");
  const afterAwait = await stop(page);
  await runCell(page, "turns > 1000");
  await ready(page);
  const kept = await openCells(page).first().locator(".outputs").innerText();
  if (kept.trim() !== "true") throw new Error(`bench: a stop lost the variables; got ${kept}`);
  await whileIt("await new Promise(() => {});");
  const awaiting = await assistance(page);
  await stop(page);
  await whileIt(training);
  const busy = await assistance(page);
  const ofTraining = await stop(page);
  await page.close();
  return {
    "press of Run to the first cell's answer": first,
    "stop of a loop": loop,
    "stop of a loop after an await": afterAwait,
    "stop of a training": ofTraining,
    "completion while a cell awaits": awaiting.complete,
    "hover text while a cell awaits": awaiting.inspect,
    "completion while a network trains": busy.complete,
    "hover text while a network trains": busy.inspect,
  };
}

/** The cells of a live page whose code is shown, not folded. */
const openCells = (/** @type {Page} */ page) =>
  page.locator(".cell").filter({ has: page.getByRole("textbox") });

/** Puts code into the first cell whose code is shown, and presses its button. */
async function runCell(/** @type {Page} */ page, /** @type {string} */ code) {
  const cell = openCells(page).first();
  await cell.getByRole("textbox").fill(code);
  await cell.getByRole("button", { name: /^Run cell/ }).click();
}

const ready = (/** @type {Page} */ page) => page.locator(".bar .status", { hasText: /^Ready$/ }).waitFor();

/** Presses Stop; the milliseconds until no cell runs. */
const stop = (/** @type {Page} */ page) =>
  page.evaluate(() => {
    const status = document.querySelector(".bar .status");
    const began = performance.now();
    const ended = new Promise((/** @type {(milliseconds: number) => void} */ resolve) => {
      const observer = new MutationObserver(() => {
        if (status?.textContent !== "Ready") return;
        observer.disconnect();
        resolve(performance.now() - began);
      });
      observer.observe(/** @type {Element} */ (status), {
        childList: true,
        characterData: true,
        subtree: true,
      });
    });
    [...document.querySelectorAll("button")].find(({ textContent }) => textContent === "Stop")?.click();
    return ended;
  });

/** Asks for completions and a hover text in the second of those cells, as a reader does; the milliseconds to the kernel's replies. */
async function assistance(/** @type {Page} */ page) {
  const cell = openCells(page).nth(1);
  const reply = async (/** @type {string} */ type) =>
    (
      await page.waitForFunction((type) => {
        const replies = /** @type {any} */ (globalThis).nablabReplies;
        const times = replies[type];
        delete replies[type];
        return times?.at(-1);
      }, type)
    ).jsonValue();
  await cell.getByRole("textbox").fill("Math.sqrt");
  await page.keyboard.press("Control+Space");
  const complete = await reply("complete_request");
  await page.keyboard.press("Escape");
  const { x, y, height } = /** @type {{ x: number, y: number, height: number }} */ (
    await cell.locator(".cm-line").first().boundingBox()
  );
  await page.mouse.move(x + 16, y + height / 2);
  const inspect = await reply("inspect_request");
  await page.mouse.move(0, 0);
  return { complete, inspect };
}

/** Times of JupyterLab, from the start of the navigation. */
async function timeLab(/** @type {BrowserContext} */ context, /** @type {string} */ address) {
  const page = await context.newPage();
  await page.goto(`${address}lab/lab/index.html?path=${lecture}.ipynb`, { waitUntil: "commit" });
  const now = () => page.evaluate(() => performance.now());
  await page.locator(".jp-Notebook .jp-CodeCell").first().waitFor();
  const shown = await now();
  await page.getByText("TypeScript (nablab) | Idle").waitFor();
  const ready = await now();
  await page.close();
  return { "JupyterLab shown": shown, "JupyterLab's kernel ready": ready };
}
