/**
 * Wraps printed output between words, where JupyterLab breaks lines anywhere. Only in notebooks of this kernel.
 */
import type { NotebookPanel } from "./jupyterlab.ts";

const className = "nablab-Notebook";
const style = `.${className} .jp-OutputArea-output pre { word-break: normal; overflow-wrap: anywhere; }`;

let isStyled = false;

export function keepWordsWhole({ context, node }: NotebookPanel): void {
  if (!isStyled) {
    isStyled = true;
    document.head.append(Object.assign(document.createElement("style"), { textContent: style }));
  }
  void context.ready.then(() => {
    const { name } = (context.model.getMetadata("kernelspec") ?? {}) as { name?: unknown };
    node.classList.toggle(className, name === "nablab");
  });
}
