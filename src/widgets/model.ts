/**
 * The model of a widget: a state shared by cell and front end, by Jupyter's widget protocol 2.1, and a program that
 * draws it, which JupyterLab's extension anywidget loads.
 *
 * The connection opens when the widget is first shown. Without a front end, as in `nablab run` or a plain
 * script, the widget is an ordinary value and shows its text.
 */
import { inspect, sha256 } from "#platform";
import type { MimeBundle } from "../display/bundle.js";
import { escapeHtml } from "../display/escape-html.js";
import { type Comm, type Host, host } from "../display/host.js";

type State = Record<string, unknown>;

const version = "2.1.0";

/** How many widgets of one kind and first state there were in each host. */
const counters = new WeakMap<Host, Map<string, number>>();

/** The parts of a model. */
export interface ModelOptions<S extends State> {
  /** An ES module whose default export has `render({ model, el })`, as anywidget loads it. */
  program: string;
  state: S;
  /** Describes a state in words, where the widget is shown as text. */
  describe?(state: Readonly<S>): string;
  /** Validates what the front end sends, and returns the changes to apply. */
  accept(sent: State): Partial<S>;
  /** Called when the program sends something by `model.send()`. */
  onEvent?(): void;
}

/** A widget's state, in step with its views. */
export class Model<S extends State> {
  readonly #options: ModelOptions<S>;
  readonly #listeners = new Set<(state: Readonly<S>) => void>();
  #state: S;
  #comm: Comm | undefined;
  #id: string | undefined;

  constructor(options: ModelOptions<S>) {
    this.#options = options;
    this.#state = { ...options.state };
  }

  get state(): Readonly<S> {
    return this.#state;
  }

  /** Changes the state, here and in all views. */
  set(changes: Partial<S>): void {
    this.#state = { ...this.#state, ...changes };
    this.#comm?.send({ method: "update", state: { ...changes, text: this.#text() }, buffer_paths: [] });
  }

  #text(): string {
    return this.#options.describe?.(this.#state) ?? "";
  }

  /** Calls back after the reader has changed something. */
  onChange(listener: (state: Readonly<S>) => void, options?: ListenerOptions): void {
    listen(this.#listeners, listener, options);
  }

  /** What shows the widget; what it says of itself, or the text and HTML that are given, where nothing can be moved. */
  bundle(text: string = this.#text(), html: string = `<p>${escapeHtml(text)}</p>`): MimeBundle {
    const target = host();
    this.#id ??= nextId(target, this.#options.program, this.#options.state);
    const still: MimeBundle = {
      "text/plain": text,
      "text/html": html,
      "application/vnd.nablab.widget+json": { model_id: this.#id },
    };
    if (!target.openComm) return still;
    this.#comm ??= target.openComm({
      target: "jupyter.widget",
      id: this.#id,
      data: { state: this.#fullState(), buffer_paths: [] },
      metadata: { version },
      state: () => this.#fullState(),
      onMessage: (data) => this.#receive(data),
    });
    const view = { version_major: 2, version_minor: 0, model_id: this.#comm.id };
    return { ...still, "application/vnd.jupyter.widget-view+json": view };
  }

  #fullState(): State {
    return {
      _model_module: "anywidget",
      _model_module_version: "*",
      _model_name: "AnyModel",
      _view_module: "anywidget",
      _view_module_version: "*",
      _view_name: "AnyView",
      _view_count: null,
      _anywidget_id: "nablab.widget",
      _esm: sayingText(this.#options.program),
      _css: widgetStyle,
      ...this.#state,
      text: this.#text(),
    };
  }

  #receive({ method, state }: State): void {
    if (method === "request_state") {
      this.#comm?.send({ method: "update", state: this.#fullState(), buffer_paths: [] });
    } else if (method === "custom") {
      this.#options.onEvent?.();
    } else if (method === "update") {
      const changes = this.#options.accept((state ?? {}) as State);
      this.#state = { ...this.#state, ...changes };
      // Other views of the same widget, in another window, learn what was accepted.
      this.#comm?.send({
        method: "echo_update",
        state: { ...changes, text: this.#text() },
        buffer_paths: [],
      });
      for (const listener of this.#listeners) listener(this.#state);
    }
  }
}

/**
 * An id derived from the widget's content, so that a notebook that is run again has the same ids, and a reopened one never
 * matches another cell's widget.
 */
function nextId(target: Host, program: string, state: State): string {
  const kind = sha256(program, JSON.stringify(state)).slice(0, 12);
  const counts = counters.get(target) ?? new Map<string, number>();
  counters.set(target, counts);
  const count = (counts.get(kind) ?? 0) + 1;
  counts.set(kind, count);
  return `nablab-widget-${kind}${count > 1 ? `-${count}` : ""}`;
}

/** A program that also leaves, where it draws, what the widget says of itself; JupyterLab's extension saves that. */
export const sayingText = (
  program: string,
): string => `${program.replace("export default {", "const widget = {")}
export default {
  render(context) {
    const { model, el } = context;
    const say = () => (el.dataset.nablabText = model.get("text") ?? "");
    model.on("change:text", say);
    const end = widget.render(context);
    say();
    return () => {
      model.off("change:text", say);
      end?.();
    };
  },
};
`;

/** What all widgets look like, in the colours of JupyterLab's theme. */
export const widgetStyle = `
.nablab-widget { display: flex; align-items: center; gap: 0.75em; padding: 2px 0; font: var(--jp-ui-font-size1, 13px) var(--jp-ui-font-family, sans-serif); color: var(--jp-ui-font-color1, inherit); }
.nablab-widget input[type="range"] { width: min(24em, 50%); accent-color: var(--jp-brand-color1, #1976d2); }
.nablab-widget output { min-width: 4em; font-variant-numeric: tabular-nums; }
.nablab-widget button, .nablab-widget select { font: inherit; color: inherit; padding: 4px 12px; border: 1px solid var(--jp-border-color1, #999); border-radius: 2px; background: var(--jp-layout-color2, #eee); cursor: pointer; }
.nablab-widget :focus-visible { outline: 2px solid var(--jp-brand-color1, #1976d2); outline-offset: 1px; }
`;

/** Options of a listener. */
export interface ListenerOptions {
  /** Ends it when it aborts. */
  signal?: AbortSignal;
}

/** Adds a listener, until the signal aborts. */
export function listen<F>(listeners: Set<F>, listener: F, { signal }: ListenerOptions = {}): void {
  if (signal?.aborted) return;
  listeners.add(listener);
  signal?.addEventListener("abort", () => listeners.delete(listener), { once: true });
}

/** @throws TypeError when a listener is no function */
export function checkListener(listener: unknown): void {
  if (typeof listener === "function") return;
  throw new TypeError(`widget: expected a function to call, got ${inspect(listener, { depth: 0 })}`);
}
