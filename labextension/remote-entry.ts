/**
 * The entry point that JupyterLab loads at its start: a module-federation container, handwritten because it exposes only
 * two modules. It is a classic script of a few hundred bytes that registers itself under its package name; `get` loads the
 * renderer, and the first figure loads Plotly (1.5 MB).
 */
import type { MimeExtension, PanelClass, Plugin, ShareScope, WidgetClass } from "./jupyterlab.ts";

/** The URL of the renderer's chunk relative to this script, inserted by the build. */
declare const rendererUrl: string;

type Containers = Record<string, { init(scope: ShareScope): void; get(name: string): Promise<() => object> }>;

interface Plugins {
  mimeExtension(base: WidgetClass): MimeExtension;
  notebookExtension(base: PanelClass): Plugin;
}

const name = "@nablab/plotly";
let shared: ShareScope = {};

const global = globalThis as unknown as { _JUPYTERLAB?: Containers };
global._JUPYTERLAB ??= {};
global._JUPYTERLAB[name] = {
  init(scope) {
    shared = scope;
  },
  async get(module) {
    if (module !== "./mimeExtension" && module !== "./extension")
      throw new Error(`${name}: there is no module ${module}`);
    const [{ mimeExtension, notebookExtension }, { Panel, Widget }] = await Promise.all([
      import(rendererUrl) as Promise<Plugins>,
      fromJupyterLab<{ Panel: PanelClass; Widget: WidgetClass }>("@lumino/widgets"),
    ]);
    const plugin = module === "./extension" ? notebookExtension(Panel) : mimeExtension(Widget);
    // Without __esModule JupyterLab takes the module itself for the plugin and hangs at its start.
    const exported = { __esModule: true, default: plugin };
    return () => exported;
  },
};

async function fromJupyterLab<Module>(module: string): Promise<Module> {
  const [offer] = Object.values(shared[module] ?? {});
  if (offer === undefined) throw new Error(`${name}: this JupyterLab does not share ${module}`);
  const factory = await offer.get();
  return factory() as Module;
}
