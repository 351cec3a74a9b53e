/** The outputs of a live cell: text, tables, pictures, figures that are updated in place, widgets. */

import { escapeHtml } from "#nablab/display/escape-html.js";
import { figureMime } from "#nablab/display/figure-page.js";
import { ansiToHtml } from "#nablab/html/ansi.js";
import { bundleToHtml, pictureElement, type Ways } from "#nablab/html/outputs.js";
import { overwritten } from "#nablab/html/overwritten.js";
import { figureText } from "../labextension/figure.ts";
import { FigureView } from "../labextension/figure-view.ts";
import { place } from "./place.ts";
import { make } from "./places.ts";
import type { Widgets } from "./widgets.ts";

type Bundle = Record<string, unknown>;
const widgetMime = "application/vnd.jupyter.widget-view+json";

/** The most characters of a cell's printed output; earlier ones are removed. */
const longest = 200_000;

/** Figures are drawn by a view, so HTML never holds one, but in a bundle that comes from Markdown. */
const ways: Ways = { picture: pictureElement, figure: (_, alt) => `<p>${escapeHtml(alt)}</p>` };

/** A single output. */
export class Shown {
  readonly node = make("div");
  #figure: FigureView | undefined;
  #release: () => void = () => {};
  readonly #widgets: Widgets;

  constructor(data: Bundle, widgets: Widgets) {
    this.#widgets = widgets;
    this.show(data);
  }

  show(data: Bundle): void {
    const figure = data[figureMime];
    if (figure !== undefined) {
      if (!this.#figure) {
        this.#empty();
        this.#figure = new FigureView(place);
        this.node.append(this.#figure.node);
      }
      this.#figure.show(figure, figureText(figure, data["text/plain"]));
      return;
    }
    this.#empty();
    const view = data[widgetMime] as { model_id?: unknown } | undefined;
    const release = view && this.#widgets.show(String(view.model_id), this.node);
    if (release) this.#release = release;
    else this.node.innerHTML = bundleToHtml(data, ways);
  }

  #empty(): void {
    this.#figure?.dispose();
    this.#figure = undefined;
    this.#release();
    this.#release = () => {};
    this.node.replaceChildren();
  }

  dispose(): void {
    this.#empty();
    this.node.remove();
  }
}

export class OutputArea {
  readonly node: HTMLElement;
  readonly #widgets: Widgets;
  #shown: Shown[] = [];
  #stream: { name: string; text: string; node: HTMLPreElement; isDue: boolean } | undefined;
  #clearsNext = false;

  constructor(node: HTMLElement, widgets: Widgets) {
    this.node = node;
    this.#widgets = widgets;
  }

  /** Removes all outputs; with `wait`, once a new one arrives. */
  clear(wait = false): void {
    this.#clearsNext = wait;
    if (wait) return;
    for (const shown of this.#shown) shown.dispose();
    this.#shown = [];
    this.#stream = undefined;
    // Avoids a jump of the page when a cell runs again: the next frame usually has its outputs.
    this.node.replaceChildren();
  }

  /** The cell has ended: removes outputs still waiting to be replaced. */
  settle(): void {
    if (this.#clearsNext) this.clear();
  }

  #add(node: HTMLElement): void {
    if (this.#clearsNext) this.clear();
    this.#stream = undefined;
    this.node.append(node);
  }

  show(data: Bundle): Shown {
    const shown = new Shown(data, this.#widgets);
    this.#add(shown.node);
    this.#shown.push(shown);
    return shown;
  }

  stream(name: string, text: string): void {
    if (this.#clearsNext) this.clear();
    if (this.#stream?.name !== name) {
      const node = make("pre", { className: name === "stderr" ? "stderr" : "stdout" });
      this.#add(node);
      this.#stream = { name, text: "", node, isDue: false };
    }
    const stream = this.#stream!;
    stream.text = overwritten(stream.text + text).slice(-longest);
    if (stream.isDue) return;
    stream.isDue = true;
    // Once per frame, however much is printed; not by requestAnimationFrame, which does not fire on a hidden page.
    setTimeout(() => {
      stream.isDue = false;
      stream.node.innerHTML = ansiToHtml(stream.text.replace(/\n$/, ""));
    }, 16);
  }

  error(traceback: readonly string[]): void {
    const node = make("pre", { className: "error", innerHTML: ansiToHtml(traceback.join("\n")) });
    node.setAttribute("role", "alert");
    this.#add(node);
  }

  /** A question of `prompt()`; calls back with the answer. */
  ask(question: string, password: boolean, answer: (text: string) => void): void {
    const field = make("input", { type: password ? "password" : "text" });
    const row = make("form", { className: "question" }, make("label", {}, `${question} `, field));
    const button = make("button", { textContent: "Answer" });
    row.append(button);
    row.addEventListener("submit", (event) => {
      event.preventDefault();
      field.disabled = button.disabled = true;
      answer(field.value);
    });
    this.#add(row);
    field.focus();
  }
}
