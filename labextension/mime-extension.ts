/**
 * The renderer as JupyterLab wants it: a widget for each output of Plotly's MIME type.
 */
import { figureText } from "./figure.ts";
import { FigureView } from "./figure-view.ts";
import type { MimeExtension, MimeModel, Renderer, WidgetClass } from "./jupyterlab.ts";

const mimeType = "application/vnd.plotly.v1+json";

/** The extension, on JupyterLab's own Widget class. */
export function mimeExtension(Widget: WidgetClass): MimeExtension {
  class FigureWidget extends Widget implements Renderer {
    readonly #view = new FigureView();

    constructor() {
      super();
      this.addClass("nablab-Figure");
      this.node.append(this.#view.node);
    }

    /** Resolves at once: what goes wrong with the figure is said in its place. The model is read, never written. */
    async renderModel(model: MimeModel): Promise<void> {
      const figure = model.data[mimeType];
      this.#view.show(figure, figureText(figure, model.data["text/plain"]));
    }

    override dispose(): void {
      if (this.isDisposed) return;
      this.#view.dispose();
      super.dispose();
    }
  }

  return {
    id: "@nablab/plotly:renderer",
    description: "Draws Plotly figures: live, in the colours of the theme, without a network.",
    dataType: "json",
    rank: 0,
    rendererFactory: {
      safe: true, // Plotly makes no script and no foreign HTML of a figure
      mimeTypes: [mimeType],
      createRenderer: () => new FigureWidget(),
    },
  };
}
