/**
 * Widgets in notebooks. While the kernel knows a widget, the extensions of ipywidgets and anywidget show it; this one shows
 * its static content where they would show "Error displaying widget", as when the notebook is reopened. The references that
 * those extensions need are not saved, so that JupyterLab saves the same notebook as `nablab run` writes.
 */
import type { MimeModel, NotebookPanel, PanelClass, RenderMime, Widget } from "./jupyterlab.ts";
import { mimeType, savedNotebook, viewMimeType } from "./saved-notebook.ts";

/** Milliseconds before the static picture is shown: by then a live widget has appeared. */
const patience = 1000;

/** The extension of each opened notebook, on JupyterLab's own Panel class. */
export function showStillWidgets(Panel: PanelClass): (panel: NotebookPanel) => void {
  class WidgetOutput extends Panel {
    readonly #rendermime: RenderMime;
    readonly #still = document.createElement("div");
    #id: string | undefined;
    #model: MimeModel | undefined;
    #inner: Widget | undefined;
    #observer: MutationObserver | undefined;
    #timer = 0;

    constructor(rendermime: RenderMime) {
      super();
      this.#rendermime = rendermime;
      this.addClass("jp-RenderedHTMLCommon");
    }

    /** The current text of the widget; undefined if it does not exist. */
    get text(): string | undefined {
      return this.node.querySelector<HTMLElement>("[data-nablab-text]")?.dataset.nablabText;
    }

    get id(): string | undefined {
      return this.#id;
    }

    async renderModel(model: MimeModel): Promise<void> {
      const { model_id: id } = model.data[mimeType] as { model_id?: unknown };
      if (typeof id !== "string" || id === this.#id) return;
      this.#id = id;
      this.#model = model;
      this.#end();
      this.#inner?.dispose();
      const inner =
        this.#rendermime.getFactory(viewMimeType) && this.#rendermime.createRenderer(viewMimeType);
      this.#showStill(model, inner ? patience : 0);
      if (!inner) return;
      this.#inner = inner;
      inner.node.hidden = true;
      this.addWidget(inner);
      this.#observer = new MutationObserver(() => {
        if (this.text === undefined) return;
        this.#end();
        this.#still.remove();
        inner.node.hidden = false;
      });
      this.#observer.observe(inner.node, { childList: true, subtree: true, attributes: true });
      const view = { version_major: 2, version_minor: 0, model_id: id };
      await inner.renderModel({ data: { [viewMimeType]: view }, metadata: {}, trusted: true, setData() {} });
    }

    /** Asks again if there was no kernel the first time. */
    async renderAgain(): Promise<void> {
      if (!this.#model || this.text !== undefined) return;
      this.#id = undefined;
      await this.renderModel(this.#model);
    }

    /** Shows its stored content: HTML from `display`, sanitised by JupyterLab like any output. */
    #showStill({ data }: MimeModel, delay: number): void {
      const html = this.#rendermime.createRenderer("text/html");
      const source = data["text/html"] ?? "";
      void html.renderModel({ data: { "text/html": source }, metadata: {}, trusted: false, setData() {} });
      const hint = document.createElement("em");
      hint.textContent = "run the cell to use it";
      this.#still.replaceChildren(html.node, hint);
      this.#still.hidden = true;
      this.#still.className = "nablab-still-widget";
      this.node.append(this.#still);
      this.#timer = window.setTimeout(() => (this.#still.hidden = false), delay);
    }

    #end(): void {
      clearTimeout(this.#timer);
      this.#observer?.disconnect();
    }

    override dispose(): void {
      this.#end();
      super.dispose();
    }
  }

  const follow = ({ content: { rendermime }, context }: NotebookPanel): void => {
    const shown = new Set<WidgetOutput>();
    const createRenderer = (): WidgetOutput => {
      const output = new WidgetOutput(rendermime);
      shown.add(output);
      return output;
    };
    // Before the rank of ipywidgets, -10.
    rendermime.addFactory({ safe: false, mimeTypes: [mimeType], createRenderer }, -20);
    // Until the notebook has its kernel, the factory of ipywidgets waits for one, and is then replaced.
    const addFactory = rendermime.addFactory.bind(rendermime);
    rendermime.addFactory = (factory, rank) => {
      addFactory(factory, rank);
      if (factory.mimeTypes.includes(viewMimeType)) for (const output of shown) void output.renderAgain();
    };
    const { model } = context;
    const toJSON = model.toJSON.bind(model);
    model.toJSON = () => {
      const texts = new Map<string, string>();
      for (const output of shown) {
        if (output.isDisposed) shown.delete(output);
        else if (output.id && output.text) texts.set(output.id, output.text);
      }
      return savedNotebook(toJSON(), texts);
    };
  };

  return follow;
}
