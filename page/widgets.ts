/**
 * Widgets of cells: only nablab's own, drawn by the programs bundled with the page. A program from a cell is never run, since
 * it would run in the page.
 */
import programs from "virtual:widget-programs";

type State = Record<string, unknown>;
type Listener = () => void;

/** The model passed to a widget's program, as by anywidget. */
export interface WidgetModel {
  get(key: string): unknown;
  set(key: string, value: unknown): void;
  save_changes(): void;
  send(content: unknown): void;
  on(event: string, listener: Listener): void;
  off(event: string, listener: Listener): void;
}

/** A widget's program. */
export interface Program {
  render(context: { model: WidgetModel; el: HTMLElement }): Listener | undefined;
}

class Model implements WidgetModel {
  readonly #send: (data: State) => void;
  readonly #listeners = new Map<string, Set<Listener>>();
  #state: State;
  #changed: State = {};

  constructor(state: State, send: (data: State) => void) {
    this.#state = state;
    this.#send = send;
  }

  get(key: string): unknown {
    return this.#state[key];
  }

  set(key: string, value: unknown): void {
    this.#state[key] = value;
    this.#changed[key] = value;
    this.#tell(key);
  }

  save_changes(): void {
    if (Object.keys(this.#changed).length > 0)
      this.#send({ method: "update", state: this.#changed, buffer_paths: [] });
    this.#changed = {};
  }

  send(content: unknown): void {
    this.#send({ method: "custom", content });
  }

  on(event: string, listener: Listener): void {
    const listeners = this.#listeners.get(event) ?? new Set();
    this.#listeners.set(event, listeners.add(listener));
  }

  off(event: string, listener: Listener): void {
    this.#listeners.get(event)?.delete(listener);
  }

  /** Applies changes by the cell. */
  receive(state: State): void {
    for (const [key, value] of Object.entries(state)) {
      this.#state[key] = value;
      this.#tell(key);
    }
  }

  #tell(key: string): void {
    for (const listener of this.#listeners.get(`change:${key}`) ?? []) listener();
  }
}

export class Widgets {
  readonly #send: (type: string, content: State) => void;
  readonly #models = new Map<string, { model: Model; program: Program | undefined }>();

  constructor(send: (type: string, content: State) => void) {
    this.#send = send;
  }

  /** Handles `comm_open`, `comm_msg` or `comm_close` of the kernel. */
  receive(type: string, content: State): void {
    const id = String(content.comm_id);
    const data = (content.data ?? {}) as { method?: string; state?: State };
    if (type === "comm_open") {
      if (content.target_name !== "jupyter.widget") return;
      const { _esm, _css: _, ...state } = data.state ?? {};
      const model = new Model(state, (sent) => this.#send("comm_msg", { comm_id: id, data: sent }));
      this.#models.set(id, { model, program: programs.get(String(_esm)) });
    } else if (type === "comm_close") this.#models.delete(id);
    else if (data.method === "update") this.#models.get(id)?.model.receive(data.state ?? {});
  }

  /** Draws a widget into `el`; returns a function that removes it, or undefined if it cannot be drawn. */
  show(id: string, el: HTMLElement): Listener | undefined {
    const { model, program } = this.#models.get(id) ?? {};
    if (!model || !program) return undefined;
    return program.render({ model, el }) ?? (() => {});
  }

  /** Drops all widgets when their kernel ends. */
  clear(): void {
    this.#models.clear();
  }
}
