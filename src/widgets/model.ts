/**
 * What a widget is made of: a state that cell and front end share, by Jupyter's widget protocol 2.1, and a program that
 * draws it, which JupyterLab's extension anywidget loads.
 *
 * The connection is opened when the widget is first shown. Where there is no front end, as in `nablab run` or a plain
 * script, the widget is a value like any other and shows its text.
 */
import { inspect } from "#platform";
import type { MimeBundle } from "../display/bundle.js";
import { type Comm, type Host, host } from "../display/host.js";

type State = Record<string, unknown>;

const version = "2.1.0";

/** Widgets count up from 1 in each host, so that a notebook that is run again sends the same messages. */
const counters = new WeakMap<Host, number>();

/** The parts of a model. */
export interface ModelOptions<S extends State> {
  /** An ES module whose default export has `render({ model, el })`, as anywidget loads it. */
  program: string;
  state: S;
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
    this.#comm?.send({ method: "update", state: changes, buffer_paths: [] });
  }

  /** Calls back after the reader has changed something. */
  onChange(listener: (state: Readonly<S>) => void, options?: ListenerOptions): void {
    listen(this.#listeners, listener, options);
  }

  /** What shows the widget; `text` and `html` stand for it where nothing can be moved. */
  bundle(text: string, html: string): MimeBundle {
    const still: MimeBundle = { "text/plain": text, "text/html": html };
    const target = host();
    if (!target.openComm) return still;
    this.#comm ??= target.openComm({
      target: "jupyter.widget",
      id: nextId(target),
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
      _esm: this.#options.program,
      _css: widgetStyle,
      ...this.#state,
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
      this.#comm?.send({ method: "echo_update", state: changes, buffer_paths: [] });
      for (const listener of this.#listeners) listener(this.#state);
    }
  }
}

function nextId(target: Host): string {
  const count = (counters.get(target) ?? 0) + 1;
  counters.set(target, count);
  return `nablab-widget-${count}`;
}

/** What all widgets look like, in the colours of JupyterLab's theme. */
export const widgetStyle = `
.nablab-widget { display: flex; align-items: center; gap: 0.75em; padding: 2px 0; font: var(--jp-ui-font-size1, 13px) var(--jp-ui-font-family, sans-serif); color: var(--jp-ui-font-color1, inherit); }
.nablab-widget input[type="range"] { width: min(24em, 50%); accent-color: var(--jp-brand-color1, #1976d2); }
.nablab-widget output { min-width: 4em; font-variant-numeric: tabular-nums; }
.nablab-widget button, .nablab-widget select { font: inherit; color: inherit; padding: 4px 12px; border: 1px solid var(--jp-border-color1, #999); border-radius: 2px; background: var(--jp-layout-color2, #eee); cursor: pointer; }
.nablab-widget :focus-visible { outline: 2px solid var(--jp-brand-color1, #1976d2); outline-offset: 1px; }
`;

/** How long a listener is called. */
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
