/**
 * A live page of a site as any browser's driver reaches it: Playwright's and Puppeteer's pages have `goto`, `evaluate`
 * and a way to run a script before a page's own in common.
 */
import { until } from "./until.js";

/** A page of a driver. */
export interface Driven {
  goto(address: string): Promise<unknown>;
  evaluate<T, A>(work: (argument: A) => T, argument: A): Promise<T>;
}

/** What one cell put out: texts printed and the text/plain of what was shown, in order. */
export type CellTexts = string[];

type Recorded = { nablabMessages: { type: string; request: string; content: Record<string, unknown> }[] };

/** Run in a page before its own scripts: keeps what its kernel sends. */
export function recordMessages(): void {
  const scope = globalThis as unknown as Recorded & { Worker: typeof Worker };
  scope.nablabMessages = [];
  scope.Worker = class extends scope.Worker {
    constructor(address: string | URL, options?: WorkerOptions) {
      super(address, options);
      this.addEventListener("message", ({ data }) => {
        if (data?.channel !== "iopub") return;
        const { header, parent, content } = data.message;
        scope.nablabMessages.push({ type: header.msg_type, request: parent.msg_id, content });
      });
    }
  };
}

export class LivePage {
  readonly page: Driven;

  constructor(page: Driven) {
    this.page = page;
  }

  /** Presses a button by its name; of a cell, if given. */
  async press(name: string, cell?: number): Promise<void> {
    const found = await this.page.evaluate(
      ([name, cell]) => {
        const place = cell === undefined ? document : document.querySelectorAll(".cell")[cell]!;
        const button = [...place.querySelectorAll("button")].find(
          (button) => (button.getAttribute("aria-label") ?? button.textContent) === name,
        );
        button?.click();
        return button !== undefined;
      },
      [name, cell] as const,
    );
    if (!found) throw new Error(`no button ${name}`);
  }

  /** Presses Run, and waits until the first cell has run. */
  async start(): Promise<void> {
    await this.press("Run");
    await until("the first cell has run", 300_000, async () => {
      try {
        return await this.page.evaluate(
          () => document.querySelector('.cell[data-state="done"]') !== null,
          undefined,
        );
      } catch {
        return false; // the page is loaded once more, and isolated then
      }
    });
  }

  /** Waits until no cell runs. */
  async idle(): Promise<void> {
    const status = () =>
      this.page.evaluate(() => document.querySelector(".bar .status")?.textContent, undefined);
    try {
      await until("no cell runs", 300_000, async () => (await status()) === "Ready");
    } catch (error) {
      throw new Error(`${(error as Error).message}; the page says ${JSON.stringify(await status())}`);
    }
  }

  /** Puts code into a cell and presses its button. */
  async run(cell: number, code: string): Promise<void> {
    await this.page.evaluate(
      ([cell, code]) => {
        const section = document.querySelectorAll(".cell")[cell]!;
        section.querySelector<HTMLElement>(".cm-content")!.focus();
        document.execCommand("selectAll");
        document.execCommand("insertText", false, code);
      },
      [cell, code] as const,
    );
    // The editor learns of it once the browser has come to rest.
    await until("the code is there", 60_000, () =>
      this.page.evaluate(
        ([cell, code]) =>
          document.querySelectorAll(".cell")[cell]!.querySelector<HTMLElement>(".cm-content")!.innerText ===
          code,
        [cell, code] as const,
      ),
    );
    await this.press(`Run cell ${cell + 1}`, cell);
  }

  /** `idle`, `running`, `done` or `failed`, of every cell. */
  states(): Promise<(string | undefined)[]> {
    return this.page.evaluate(
      () => [...document.querySelectorAll<HTMLElement>(".cell")].map((cell) => cell.dataset.state),
      undefined,
    );
  }

  /** What a cell shows, as a reader sees it. */
  shown(cell: number): Promise<string> {
    return this.page.evaluate(
      (cell) =>
        document.querySelectorAll(".cell")[cell]!.querySelector<HTMLElement>(".outputs")!.innerText.trim(),
      cell,
    );
  }

  /** What each execution so far has put out, in the order in which they began. */
  async texts(): Promise<CellTexts[]> {
    const messages = await this.page.evaluate(
      () => (globalThis as unknown as Recorded).nablabMessages,
      undefined,
    );
    const byRequest = new Map<string, { text: string; id: string | undefined; isStream: boolean }[]>();
    const all = () => [...byRequest.values()].flat();
    for (const { type, request, content } of messages) {
      if (type === "execute_input") byRequest.set(request, []);
      const outputs = byRequest.get(request);
      const id = (content.transient as { display_id?: string } | undefined)?.display_id;
      const text = String((content.data as Record<string, unknown> | undefined)?.["text/plain"]);
      if (type === "update_display_data") {
        for (const shown of all()) if (shown.id === id) shown.text = text;
      } else if (type === "display_data" || type === "execute_result") {
        outputs?.push({ text, id, isStream: false });
      } else if (type === "stream") {
        const last = outputs?.at(-1);
        if (last?.isStream) last.text += String(content.text);
        else outputs?.push({ text: String(content.text), id: undefined, isStream: true });
      } else if (type === "error") {
        outputs?.push({ text: (content.traceback as string[]).join("\n"), id: undefined, isStream: false });
      }
    }
    return [...byRequest.values()].map((outputs) => outputs.map(({ text }) => text));
  }
}
