/** A live cell of a page: its editor, its buttons, its outputs. */
import type { EditorView } from "@codemirror/view";
import { type Assistant, makeEditor } from "./editor.ts";
import { keepEdit, linkWith } from "./edits.ts";
import { OutputArea } from "./output-area.ts";
import { codeOf, idOf, make, outputsOf } from "./places.ts";
import type { Widgets } from "./widgets.ts";

export type State = "idle" | "waiting" | "running" | "done" | "failed";

/** The page's functions for a cell. */
export interface LivePage {
  readonly assistant: Assistant;
  readonly widgets: Widgets;
  run(cell: LiveCell): void;
  stop(): void;
  note(text: string): void;
  focusAfter(cell: LiveCell): void;
}

/** The live cells of the page, by their elements. */
const liveCells = new WeakMap<HTMLElement, LiveCell>();

/** The current code of a cell. */
export const codeNow = (cell: HTMLElement): string =>
  liveCells.get(cell)?.code ?? codeOf(cell).textContent ?? "";

export class LiveCell {
  readonly id: string;
  readonly element: HTMLElement;
  readonly output: OutputArea | undefined;
  readonly number: number;
  readonly #page: LivePage;
  readonly #original: string;
  readonly #editor: EditorView | undefined;
  readonly #state = make("span", { className: "state" });
  readonly #reset = make("button", { type: "button", textContent: "Reset" });
  readonly #link = make("button", { type: "button", textContent: "Copy link" });
  #code: string;
  /** The code that was run last. */
  #ran: string | undefined;
  #isFresh = false;
  #noted = false;
  state: State = "idle";

  constructor(element: HTMLElement, number: number, original: string, page: LivePage) {
    this.element = element;
    liveCells.set(element, this);
    this.id = idOf(element);
    this.number = number;
    this.#page = page;
    this.#original = original;
    const place = codeOf(element);
    this.#code = place.textContent ?? "";
    const outputs = outputsOf(element);
    this.output = outputs ? new OutputArea(outputs, page.widgets) : undefined;
    if (element.hidden) return;
    const label = `Code of cell ${number}`;
    this.#editor = makeEditor(place, {
      code: this.#code,
      label,
      assistant: page.assistant,
      onChange: (code) => this.#changed(code),
      onRun: (next) => {
        page.run(this);
        if (next) page.focusAfter(this);
      },
      onStop: () => page.stop(),
    });
    this.#reset.title = "Bring back the code as it was published";
    this.#link.title = "Copy a link that carries this code";
    for (const button of [this.#reset, this.#link])
      button.setAttribute("aria-label", `${button.textContent}, cell ${number}`);
    this.#reset.addEventListener("click", () => this.reset());
    this.#link.addEventListener("click", () => void this.#copyLink());
    const tools = element.querySelector(".tools")!;
    // The static button would load the kernel again.
    const old = tools.querySelector("button")!;
    const run = old.cloneNode(true) as HTMLButtonElement;
    run.addEventListener("click", () => page.run(this));
    old.replaceWith(run);
    tools.append(this.#reset, this.#link, this.#state);
    this.#showEdited();
  }

  get code(): string {
    return this.#code;
  }

  /** Whether its current code has run. */
  get isFresh(): boolean {
    return this.#isFresh;
  }

  focus(): void {
    this.#editor?.focus();
  }

  #changed(code: string): void {
    this.#code = code;
    this.#isFresh = false;
    this.element.classList.toggle("stale", code !== (this.#ran ?? this.#original));
    this.#showEdited();
    try {
      keepEdit(this.id, code === this.#original ? undefined : code);
      this.#noted = false;
    } catch (error) {
      if (!this.#noted) this.#page.note((error as Error).message); // once, not with each keystroke
      this.#noted = true;
    }
  }

  #showEdited(): void {
    const isEdited = this.#code !== this.#original;
    this.#reset.hidden = this.#link.hidden = !isEdited;
  }

  /** The code as it was published. */
  reset(): void {
    this.#editor?.dispatch({
      changes: { from: 0, to: this.#editor.state.doc.length, insert: this.#original },
    });
    this.#editor?.focus();
  }

  async #copyLink(): Promise<void> {
    let link: string;
    try {
      link = await linkWith(this.id, this.#code);
    } catch (error) {
      this.#state.textContent = (error as Error).message;
      return;
    }
    try {
      await navigator.clipboard.writeText(link);
      this.#state.textContent = "link copied";
    } catch {
      history.replaceState(null, "", link); // no permission to copy: the link is put into the address bar
      this.#state.textContent = "the link is in the address bar";
    }
  }

  /** Shows its state. */
  become(state: State, text = ""): void {
    this.state = state;
    this.element.dataset.state = state;
    this.#state.textContent = text;
    if (state === "running") {
      this.output?.clear(true);
      this.#ran = this.#code;
    }
    if (state === "done" || state === "failed") {
      this.output?.settle();
      this.element.classList.toggle("stale", this.#code !== this.#ran);
    }
    this.#isFresh = state === "done" && this.#code === this.#ran;
  }

  /** Its kernel has ended. */
  forget(): void {
    this.#isFresh = false;
    if (this.state === "done") this.become("idle");
  }
}
