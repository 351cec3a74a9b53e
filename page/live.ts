/**
 * A live page: loaded with the kernel by the first press of Run. Its cells become editors, their outputs live.
 */
import { gradingOf } from "#nablab/cli/course/points.js";
import type { Cell } from "#nablab/cli/notebook.js";
import { check } from "./check.ts";
import { Kernel } from "./kernel.ts";
import { codeNow, LiveCell, type LivePage } from "./live-cell.ts";
import type { OutputArea, Shown } from "./output-area.ts";
import { assets, cellElements, idOf, make } from "./places.ts";
import { Widgets } from "./widgets.ts";

/** The arguments from page.ts. */
export interface Start {
  bar: HTMLElement;
  /** The pressed button, which becomes "Run all". */
  button: HTMLButtonElement;
  status: HTMLElement;
  /** Shows a persistent message to the reader. */
  note(text: string): void;
  /** The code of the cells as published, by id. */
  originals: ReadonlyMap<string, string>;
  isIsolated: boolean;
  /** The cells to run once the kernel is ready, by their ids; "" for the first of the page. */
  pressed: readonly string[];
}

export interface LiveModule {
  start(options: Start): void;
  /** Runs the page's assignment as the grader will, and shows the results of its tests; `originals` as for `start`. */
  checkPage(originals: ReadonlyMap<string, string>): Promise<void>;
}

class Page implements LivePage {
  readonly widgets: Widgets;
  readonly assistant;
  readonly #options: Start;
  readonly #kernel: Kernel;
  readonly #cells: LiveCell[];
  /** The cells that requests run. */
  readonly #running = new Map<string, LiveCell>();
  /** The outputs by display id. */
  readonly #shown = new Map<string, Shown[]>();
  readonly #waiting: LiveCell[] = [];
  #current: LiveCell | undefined;
  #stop: HTMLButtonElement;
  /** Counts runs of cells, since a cell may run again at once. */
  #run = 0;
  /** Whether the kernel can run cells. */
  #isReady = false;
  /** Why it could not be started; the next press of Run tries again. */
  #failure: string | undefined;
  /** Whether the running cell has not reacted to an interrupt. */
  #isUnresponsive = false;
  /** Counts kernels, so that work awaiting an ended kernel does not continue. */
  #life = 0;

  constructor(options: Start) {
    this.#options = options;
    this.#kernel = new Kernel(
      (type, content, request) => this.#receive(type, content, request),
      () => {
        this.#isReady = true;
        void this.#work();
      },
      (reason) => this.#lost(reason),
      (reason) => this.#failed(reason),
    );
    this.widgets = new Widgets((type, content) => this.#kernel.send(type, content));
    this.assistant = {
      complete: (code: string, cursor_pos: number) =>
        this.#kernel.request("complete_request", { code, cursor_pos }).reply,
      inspect: (code: string, cursor_pos: number) =>
        this.#kernel.request("inspect_request", { code, cursor_pos, detail_level: 0 }).reply,
    };
    this.#cells = cellElements().map(
      (element, i) => new LiveCell(element, i + 1, options.originals.get(idOf(element)) ?? "", this),
    );
    const { button, bar, status } = options;
    const all = make("button", {
      type: "button",
      className: "main",
      textContent: "Run all",
      title: "Run all cells of the page",
    });
    all.addEventListener("click", () => this.#enqueue(this.#cells));
    const had = document.activeElement === button || document.activeElement === document.body;
    button.replaceWith(all);
    if (had) all.focus({ preventScroll: true });
    this.#stop = make("button", {
      type: "button",
      textContent: "Stop",
      title: "End the running cell; variables are kept",
      disabled: true,
    });
    this.#stop.addEventListener("click", () => this.stop());
    const reset = make("button", {
      type: "button",
      textContent: "Reset",
      title: "Bring back all code as published, and start the kernel again",
    });
    reset.addEventListener("click", () => this.#reset());
    bar.insertBefore(this.#stop, status);
    bar.insertBefore(reset, status);
  }

  /** Runs the cells whose buttons were `pressed`, once the kernel is ready. */
  open(pressed: readonly string[]): void {
    for (const pressedId of pressed) {
      const cell =
        this.#cells.find(({ id }) => id === pressedId) ?? this.#cells.find(({ element }) => !element.hidden);
      if (cell) this.run(cell);
    }
    if (!this.#options.isIsolated) {
      this.note(
        "This page runs on one thread, and Stop may restart its kernel: the browser shares no memory here, as in a private window or a frame.",
      );
    }
  }

  /** Runs a cell after those above it whose current code has not run. */
  run(cell: LiveCell): void {
    const above = this.#cells.slice(0, this.#cells.indexOf(cell)).filter(({ isFresh }) => !isFresh);
    this.#enqueue([...above, cell]);
  }

  #enqueue(cells: readonly LiveCell[]): void {
    if (this.#failure !== undefined) {
      this.#restart();
      this.#say();
    }
    for (const cell of cells) {
      if (this.#waiting.includes(cell) || cell === this.#current) continue;
      cell.become("waiting", "waiting");
      this.#waiting.push(cell);
    }
    void this.#work();
  }

  async #work(): Promise<void> {
    if (this.#current || !this.#isReady) return;
    const life = this.#life;
    for (let cell = this.#waiting.shift(); cell; cell = this.#waiting.shift()) {
      this.#current = cell;
      this.#run++;
      const began = performance.now();
      cell.become("running", "running…");
      this.#say();
      const { id, reply } = this.#kernel.request("execute_request", {
        code: cell.code,
        silent: false,
        store_history: true,
        allow_stdin: true,
        stop_on_error: true,
        user_expressions: {},
      });
      this.#running.set(id, cell);
      const content = await reply;
      if (life !== this.#life) return; // its kernel has ended
      this.#current = undefined;
      const seconds = (performance.now() - began) / 1000;
      if (content?.status === "ok") cell.become("done", seconds < 1 ? "✓" : `✓ ${seconds.toFixed(1)} s`);
      else {
        cell.become("failed", content?.ename === "KeyboardInterrupt" ? "stopped" : "failed");
        this.#dropWaiting();
      }
    }
    this.#say();
  }

  #dropWaiting(): void {
    for (const cell of this.#waiting.splice(0)) cell.become("idle");
  }

  stop(): void {
    this.#dropWaiting();
    const run = this.#run;
    if (this.#isUnresponsive) {
      this.#kernel.giveUp("it was in a call that cannot be interrupted");
      return;
    }
    this.#kernel.stop(
      () => this.#current !== undefined && this.#run === run,
      () => {
        this.#isUnresponsive = true;
        this.#say();
      },
    );
  }

  focusAfter(cell: LiveCell): void {
    const next = this.#cells
      .slice(this.#cells.indexOf(cell) + 1)
      .find(({ element }) => !element.hidden && element.offsetParent);
    next?.focus();
  }

  note(text: string): void {
    this.#options.note(text);
  }

  #say(): void {
    const { status } = this.#options;
    const cell = this.#current;
    this.#stop.disabled = !cell;
    if (!cell) this.#isUnresponsive = false;
    status.textContent = this.#isUnresponsive
      ? "It does not stop: press Stop again to restart the kernel, without its variables"
      : cell
        ? `Running cell ${cell.number} of ${this.#cells.length}${this.#waiting.length > 0 ? `, ${this.#waiting.length} waiting` : ""}`
        : this.#isReady
          ? "Ready"
          : (this.#failure ?? "Loading the kernel…");
  }

  #receive(type: string, content: Record<string, unknown>, request: string | undefined): void {
    if (type.startsWith("comm_")) {
      this.widgets.receive(type, content);
      return;
    }
    const output = request === undefined ? undefined : this.#running.get(request)?.output;
    const data = content.data as Record<string, unknown>;
    switch (type) {
      case "stream":
        output?.stream(String(content.name), String(content.text));
        break;
      case "execute_result":
        output?.show(data);
        break;
      case "display_data":
      case "update_display_data":
        this.#display(type === "display_data" ? output : undefined, data, content.transient);
        break;
      case "error":
        output?.error(content.traceback as string[]);
        break;
      case "clear_output":
        output?.clear(content.wait === true);
        break;
      case "input_request":
        output?.ask(String(content.prompt), content.password === true, (value) =>
          this.#kernel.send("input_reply", { value }),
        );
    }
  }

  /** Updates the outputs with a display id, and adds one to `output`, if given. */
  #display(output: OutputArea | undefined, data: Record<string, unknown>, transient: unknown): void {
    const { display_id: id } = (transient ?? {}) as { display_id?: string };
    const before = id === undefined ? [] : (this.#shown.get(id) ?? []).filter(({ node }) => node.isConnected);
    for (const shown of before) shown.show(data);
    if (!output) return;
    const shown = output.show(data);
    if (id !== undefined) this.#shown.set(id, [...before, shown]);
  }

  /** The kernel could not be started. */
  #failed(reason: string): void {
    this.#failure = `The kernel could not be started: ${reason}. Is there a network? Then press Run again`;
    this.#lost(reason);
  }

  /** Marks the kernel as ended: running and waiting cells stop, and all cells must run again. */
  #lost(reason: string): void {
    this.#isReady = false;
    this.#life++;
    const cell = this.#current;
    this.#current = undefined;
    this.#running.clear();
    this.widgets.clear();
    this.#dropWaiting();
    for (const one of this.#cells) one.forget();
    cell?.become("failed", "stopped");
    cell?.output?.error([reason]);
    this.#say();
  }

  #restart(): void {
    this.#failure = undefined;
    this.#isReady = false;
    this.#life++;
    this.#current?.become("idle");
    this.#current = undefined;
    this.#running.clear();
    this.widgets.clear();
    this.#dropWaiting();
    for (const cell of this.#cells) cell.forget();
    this.#kernel.restart();
  }

  #reset(): void {
    this.#restart();
    for (const cell of this.#cells) cell.reset();
    (document.activeElement as HTMLElement | null)?.blur();
    this.#say();
  }
}

export const checkPage: LiveModule["checkPage"] = (originals) => {
  const elements = [...document.querySelectorAll<HTMLElement>(".cell[data-cell], [data-grading]")];
  const edited = new Set<string>();
  const cells = elements.map((element): Cell => {
    const { grading } = element.dataset;
    const metadata = grading === undefined ? {} : { nbgrader: JSON.parse(grading) };
    const id = idOf(element);
    if (!element.matches(".cell")) return { cell_type: "markdown", id, metadata, source: "" };
    const cell: Cell = {
      cell_type: "code",
      id,
      metadata,
      source: codeNow(element),
      execution_count: null,
      outputs: [],
    };
    const original = originals.get(id);
    if (original !== undefined && original !== cell.source && gradingOf(cell)?.locked) {
      edited.add(id);
      cell.source = original; // as the grader does
    }
    return cell;
  });
  const isEdited = ({ id }: Cell): boolean => edited.has(id);
  return check(cells, { kernel: `${assets()}kernel-worker.js`, isEdited });
};

export const start: LiveModule["start"] = (options) => {
  new Page(options).open(options.pressed);
};
