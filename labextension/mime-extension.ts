/**
 * The renderer as a JupyterLab MIME extension: a widget for each output of Plotly's MIME type.
 */
import { figureText } from "./figure.ts";
import { FigureView, type Place } from "./figure-view.ts";
import type { MimeExtension, MimeModel, Renderer, WidgetClass } from "./jupyterlab.ts";
import { loadPlotly } from "./plotly.ts";
import { onThemeChange, themeAt } from "./theme.ts";

const mimeType = "application/vnd.plotly.v1+json";

const place: Place = { loadPlotly, themeAt, onThemeChange, hovers: matchMedia("(hover: hover)").matches };

/** The extension, on JupyterLab's own Widget class. */
export function mimeExtension(Widget: WidgetClass): MimeExtension {
  class FigureWidget extends Widget implements Renderer {
    readonly #view = new FigureView(place);

    constructor() {
      super();
      this.addClass("nablab-Figure");
      this.node.append(this.#view.node);
    }

    /** Resolves immediately: errors are shown in place of the figure. The model is not modified. */
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
      safe: true, // Plotly creates no scripts and no arbitrary HTML from a figure
      mimeTypes: [mimeType],
      createRenderer: () => new FigureWidget(),
    },
  };
}
