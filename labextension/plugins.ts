/** The plugins that JupyterLab loads at its start. */
import type { FrontEnd, NotebookPanel, PanelClass, Plugin } from "./jupyterlab.ts";
import { showStillWidgets } from "./still-widgets.ts";
import { keepWordsWhole } from "./whole-words.ts";

export { mimeExtension } from "./mime-extension.ts";

/** The extensions of notebooks, on JupyterLab's own Panel class. */
export function notebookExtension(Panel: PanelClass): Plugin {
  const showWidgets = showStillWidgets(Panel);
  const createNew = (panel: NotebookPanel): void => {
    keepWordsWhole(panel);
    showWidgets(panel);
  };
  return {
    id: "@nablab/plotly:notebooks",
    description:
      "Shows what is stored of nablab's widgets where there is no kernel for them, and breaks lines at words.",
    autoStart: true,
    activate: (app: FrontEnd) => void app.docRegistry.addWidgetExtension("Notebook", { createNew }),
  };
}
