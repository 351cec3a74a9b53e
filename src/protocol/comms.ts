/**
 * Comms: connections between objects in cells and their views in the front end, such as a slider and its handle. The
 * kernel opens them when a widget is shown; the front end sends the reader's actions.
 */
import type { Comm, CommOptions } from "../display/host.js";
import type { Attachments, Content, Message } from "./message.js";

type Publish = (type: string, content: Content, parent?: Message, attachments?: Attachments) => void;

/** A reloaded page requests all widget states here. */
const widgetControl = "jupyter.widget.control";
const widget = "jupyter.widget";

export class Comms {
  readonly #publish: Publish;
  readonly #open = new Map<string, CommOptions>();

  constructor(publish: Publish) {
    this.#publish = publish;
  }

  /** Opens a connection on behalf of a cell. */
  open(options: CommOptions, parent: Message): Comm {
    const { id, target, data, metadata } = options;
    this.#open.set(id, options);
    const content = { comm_id: id, target_name: target, data };
    this.#publish("comm_open", content, parent, { metadata: metadata ?? {} });
    return {
      id,
      send: (data, buffers = []) => this.#publish("comm_msg", { comm_id: id, data }, undefined, { buffers }),
      close: () => {
        if (this.#open.delete(id)) this.#publish("comm_close", { comm_id: id, data: {} });
      },
    };
  }

  /** Handles a message of the front end: `comm_open`, `comm_msg` or `comm_close`. */
  receive(request: Message): void {
    const { content, buffers } = request;
    const id = String(content.comm_id);
    const data = (content.data ?? {}) as Content;
    switch (request.header.msg_type) {
      case "comm_open":
        // An unknown target must be closed, or the front end would wait.
        if (content.target_name === widgetControl) this.#open.set(id, this.#controlOf(id, request));
        else this.#publish("comm_close", { comm_id: id, data: {} }, request);
        return;
      case "comm_msg":
        this.#open.get(id)?.onMessage(data, buffers);
        return;
      case "comm_close":
        this.#open.delete(id);
    }
  }

  /** The open connections, of one target or of all. */
  info(target?: unknown): Record<string, { target_name: string }> {
    const wanted = [...this.#open.values()].filter((comm) => target === undefined || comm.target === target);
    return Object.fromEntries(wanted.map((comm) => [comm.id, { target_name: comm.target }]));
  }

  /** The connection over which a reloaded page gets the state of all widgets. */
  #controlOf(id: string, request: Message): CommOptions {
    return {
      id,
      target: widgetControl,
      data: {},
      onMessage: ({ method }) => {
        if (method !== "request_states") return;
        const widgets = [...this.#open.values()].filter(({ target, state }) => target === widget && state);
        const states = widgets.map((comm) => {
          const state = comm.state!();
          const { _model_name, _model_module, _model_module_version } = state;
          const model = { model_name: _model_name, model_module: _model_module };
          return [comm.id, { ...model, model_module_version: _model_module_version, state }];
        });
        const data = { method: "update_states", states: Object.fromEntries(states), buffer_paths: [] };
        this.#publish("comm_msg", { comm_id: id, data }, request);
      },
    };
  }
}
