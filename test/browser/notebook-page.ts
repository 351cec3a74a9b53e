/**
 * A notebook open in JupyterLab, in a browser, and what a test does with it.
 */
import { readFileSync } from "node:fs";
import path from "node:path";
import type { Browser, Locator, Page } from "playwright-core";
import type { Lab } from "./lab.js";
import { until } from "./until.js";

/** What was seen of one chart while it grew: at each change, its points and the last place on its x axis. */
export interface Sighting {
  points: number;
  last: number;
}

/** What the tests use of the application that JupyterLab shows to the page (`--expose-app-in-browser`). */
interface App {
  restored: Promise<void>;
  commands: { execute(command: string, args?: object): Promise<unknown> };
  shell: {
    currentWidget: {
      context: { ready: Promise<void>; path: string; model: { dirty: boolean } };
      content: { activeCellIndex: number; scrollToItem(index: number, align: "center"): Promise<void> };
      close(): void;
      sessionContext: {
        ready: Promise<void>;
        shutdown(): Promise<void>;
        session?: { kernel?: { status: string } };
      };
    };
  };
}

interface Window {
  jupyterapp: App;
  sightings: Sighting[][];
}
declare const window: Window & typeof globalThis;

export class NotebookPage {
  readonly page: Page;
  /** Errors of the page and of its console, and requests that would leave this machine. */
  readonly errors: string[] = [];
  readonly #lab: Lab;
  #file = "";

  private constructor(page: Page, lab: Lab) {
    this.page = page;
    this.#lab = lab;
    page.on("pageerror", (error) => this.errors.push(`page: ${error.stack ?? error}`));
    page.on("console", (message) => {
      if (message.type() === "error")
        this.errors.push(`console: ${message.text()} (${message.location().url})`);
    });
  }

  /** Opens a notebook of JupyterLab's folder in a fresh browser window. */
  static async open(browser: Browser, lab: Lab, name: string): Promise<NotebookPage> {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
    const page = await context.newPage();
    const opened = new NotebookPage(page, lab);
    await page.route(
      ({ hostname }) => hostname !== "127.0.0.1",
      (route) => {
        opened.errors.push(`request: ${route.request().url()}`);
        return route.abort();
      },
    );
    await page.goto(lab.url(`lab/tree/${name}`, { reset: "" })); // without the tabs of the page before
    await page.waitForFunction(() => window.jupyterapp !== undefined, undefined, { timeout: 300_000 });
    await opened.#shows(name);
    return opened;
  }

  /** Closes the notebook without saving and opens another: loading JupyterLab again takes six seconds of a processor. */
  async turnTo(name: string): Promise<void> {
    await this.page.evaluate(() => {
      const { currentWidget } = window.jupyterapp.shell;
      currentWidget.context.model.dirty = false; // otherwise it asks
      currentWidget.close();
    });
    await this.command("docmanager:open", { path: name });
    await this.#shows(name);
  }

  async #shows(name: string): Promise<void> {
    await this.page.evaluate(async (expected) => {
      const { restored, shell } = window.jupyterapp;
      await restored;
      while (shell.currentWidget?.context?.path !== expected) await new Promise(requestAnimationFrame);
      await shell.currentWidget.context.ready;
    }, name);
    this.#file = path.join(this.#lab.folder, name);
  }

  /** Runs a command of JupyterLab's; resolves when it is done. */
  async command(name: string, args: object = {}): Promise<void> {
    await this.page.evaluate(
      ([name, args]) => window.jupyterapp.commands.execute(name, args).then(() => {}),
      [name, args] as const,
    );
  }

  /** Runs all cells, to the end. */
  async runAll(): Promise<void> {
    await this.kernelReady();
    await this.command("notebook:run-all-cells");
  }

  /** Runs one cell, to its end. */
  async run(cell: number): Promise<void> {
    await this.kernelReady();
    await this.page.evaluate((index) => {
      window.jupyterapp.shell.currentWidget.content.activeCellIndex = index;
    }, cell);
    await this.command("notebook:run-cell");
  }

  /** Waits until the kernel is there and has nothing to do. */
  async kernelReady(): Promise<void> {
    await this.page.evaluate(() => window.jupyterapp.shell.currentWidget.sessionContext.ready);
    await this.page.waitForFunction(
      () => window.jupyterapp.shell.currentWidget.sessionContext.session?.kernel?.status === "idle",
      undefined,
      { timeout: 60_000 },
    );
  }

  /** Ends the kernel; whoever opens the notebook gets another. */
  async shutDownKernel(): Promise<void> {
    await this.page.evaluate(() => window.jupyterapp.shell.currentWidget.sessionContext.shutdown());
  }

  /** Brings a cell into view, where alone its outputs are drawn. */
  async scrollTo(cell: number): Promise<void> {
    await this.page.evaluate(
      (index) => window.jupyterapp.shell.currentWidget.content.scrollToItem(index, "center"),
      cell,
    );
  }

  /** What the notebook's file holds. */
  read(): Notebook {
    return JSON.parse(readFileSync(this.#file, "utf8"));
  }

  /** Saves the notebook and returns what the file holds then. */
  async save(): Promise<Notebook> {
    await this.command("docmanager:save");
    return this.read();
  }

  async useTheme(name: "JupyterLab Light" | "JupyterLab Dark"): Promise<void> {
    await this.command("apputils:change-theme", { theme: name });
    await this.page.waitForFunction(
      (name) => document.body.getAttribute("data-jp-theme-name") === name,
      name,
    );
    await this.page.locator("#jupyterlab-splash").waitFor({ state: "detached" }); // it covers the page meanwhile
  }

  /** The range of a chart's x axis, zoomed or not. */
  range(chart: Locator): Promise<number[]> {
    return chart.evaluate((node) => [
      ...(node as unknown as { _fullLayout: { xaxis: { range: number[] } } })._fullLayout.xaxis.range,
    ]);
  }

  /** The outputs of one cell, counted from 0 over all cells. */
  outputs(cell: number): Locator {
    return this.page.locator(
      `.jp-Notebook .jp-Cell[data-windowed-list-index="${cell}"] .jp-OutputArea-output`,
    );
  }

  /** Looks at all charts in each frame from now on. */
  async watch(): Promise<void> {
    await this.page.evaluate(() => {
      type Trace = { x?: ArrayLike<number>; _length?: number };
      const seen = new Map<Element, Sighting[]>();
      const sightings: Sighting[][] = [];
      window.sightings = sightings;
      const look = () => {
        if (window.sightings !== sightings) return;
        for (const node of document.querySelectorAll(".js-plotly-plot")) {
          const traces = (node as unknown as { _fullData?: Trace[] })._fullData;
          if (!traces) continue;
          const points = traces.reduce((sum, { _length = 0 }) => sum + _length, 0);
          const last = Math.max(0, ...traces.map(({ x }) => Number(x?.[x.length - 1] ?? 0)));
          let list = seen.get(node);
          if (!list) {
            list = [];
            seen.set(node, list);
            sightings.push(list);
          }
          const before = list.at(-1);
          if (before?.points !== points || before.last !== last) list.push({ points, last });
        }
        requestAnimationFrame(look);
      };
      look();
    });
  }

  /** What was seen since `watch()`, one list a chart. */
  sightings(): Promise<Sighting[][]> {
    return this.page.evaluate(() => window.sightings);
  }

  /** Waits until a condition on the page's side of the test holds. */
  until(what: string, condition: () => Promise<boolean>, limit = 20_000): Promise<true> {
    return until(what, limit, condition) as Promise<true>;
  }

  close(): Promise<void> {
    return this.page.context().close();
  }
}

/** A notebook file, as far as the tests look into it. */
export interface Notebook {
  nbformat: number;
  nbformat_minor: number;
  metadata: Record<string, unknown>;
  cells: {
    cell_type: string;
    id: string;
    metadata: object;
    source: string | string[];
    execution_count?: number | null;
    outputs?: { output_type: string; data?: Record<string, unknown>; text?: string | string[] }[];
  }[];
}

/** A notebook with these code cells, for the kernel of this package. */
export function notebookOf(...sources: string[]): Notebook {
  return {
    nbformat: 4,
    nbformat_minor: 5,
    metadata: {
      kernelspec: { name: "nablab", display_name: "TypeScript (nablab)", language: "typescript" },
      language_info: { name: "typescript" },
    },
    cells: sources.map((source, i) => ({
      cell_type: "code",
      id: `cell-${i}`,
      metadata: {},
      source,
      execution_count: null,
      outputs: [],
    })),
  };
}
