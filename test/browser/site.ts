/** A site in headless Chromium: made by the command line, served as a static host would. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { type Browser, type BrowserContext, chromium, type Locator, type Page } from "playwright-core";
import { serve } from "#nablab/cli/serve.js";
import { findChromium } from "./chromium.js";

const root = path.resolve(import.meta.dirname, "../..");

/** The headers that isolate a page, as a careful host sends them. */
export const isolating = {
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
};

/** Makes a site in a folder, which `remove` removes; with a JupyterLab, if wanted. */
export function makeSite(
  notebooks: readonly string[],
  { lab = false, sliders = false }: { lab?: boolean; sliders?: boolean } = {},
): { folder: string; remove(): void } {
  const folder = mkdtempSync(path.join(tmpdir(), "nablab-site-"));
  const options = [...(lab ? [] : ["--no-lab"]), ...(sliders ? ["--sliders"] : []), "--out", folder];
  const args = [path.join(root, "dist/cli/main.js"), "site", ...options, ...notebooks];
  execFileSync(process.execPath, args, { stdio: "pipe" });
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** Starts the machine's Chromium. */
export async function startChromium(): Promise<Browser> {
  const executablePath = findChromium();
  if (!executablePath) throw new Error("no Chromium or Chrome found: install one, or set NABLAB_CHROMIUM");
  return chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu", "--no-first-run"] });
}

/** A page of a site, with what went wrong on it. */
export interface Opened {
  page: Page;
  /** Errors of the console, and requests that failed or went elsewhere. */
  wrong: string[];
}

/** Opens an address in a context. */
export async function open(context: BrowserContext, address: string): Promise<Opened> {
  const page = await context.newPage();
  page.setDefaultTimeout(300_000); // what a busy machine takes is no fault
  const wrong: string[] = [];
  const { origin } = new URL(address);
  page.on("console", (message) => message.type() === "error" && wrong.push(message.text()));
  page.on("pageerror", (error) => wrong.push(error.message));
  page.on("request", (request) => {
    const url = request.url();
    if (!url.startsWith(origin) && !/^(data|blob|file):/.test(url)) wrong.push(url);
  });
  page.on("requestfailed", (request) => {
    const { errorText } = request.failure()!;
    // What was still under way when a link was followed, or a page reloaded.
    if (errorText !== "net::ERR_ABORTED") wrong.push(`${errorText}: ${request.url()}`);
  });
  await page.goto(address);
  return { page, wrong };
}

/** Presses Run and waits until the first cell has run; the seconds that it took. */
export async function pressRun(page: Page): Promise<number> {
  const began = performance.now();
  await page.getByRole("button", { name: "Run", exact: true }).click();
  await page.locator('.cell[data-state="done"]').first().waitFor({ state: "attached" });
  return (performance.now() - began) / 1000;
}

/** Runs all cells and waits until none runs any more; their states. */
export async function runAll(page: Page): Promise<(string | undefined)[]> {
  await page.getByRole("button", { name: "Run all" }).click();
  await idle(page);
  return page
    .locator(".cell")
    .evaluateAll((cells) => cells.map((cell) => (cell as HTMLElement).dataset.state));
}

/** Waits until no cell runs. */
export async function idle(page: Page): Promise<void> {
  await page.locator(".bar .status", { hasText: /^Ready$/ }).waitFor({ timeout: 300_000 });
}

/** The texts of the rows of a table in the dialog of Check. */
export const rowsOf = (dialog: Locator): Promise<string[][]> =>
  dialog
    .locator("tbody tr")
    .evaluateAll((rows) => rows.map((row) => [...row.children].map((cell) => cell.textContent ?? "")));

export { serve };
