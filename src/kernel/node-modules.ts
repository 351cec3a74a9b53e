/**
 * Node's modules for cells: packages, JavaScript files, nablab itself.
 */
import { createRequire } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";
import vm from "node:vm";
import type { MimeBundle } from "../display/bundle.js";
import { host } from "../display/host.js";
import type { Namespace } from "../session/host.js";
import { packageRoot } from "./own-packages.js";

const require = createRequire(import.meta.url);

type Importer = (specifier: string) => Promise<Namespace>;
const importers = new Map<string, Importer>();

/** Imports a module as a file in `folder` does; `"nablab"` is the nablab whose kernel runs. */
export async function importModule(specifier: string, folder: string): Promise<Namespace> {
  if (specifier === "nablab") return import(pathToFileURL(path.join(packageRoot, "dist", "index.js")).href);
  if (specifier === "tslab") return tslab();
  let load = importers.get(folder);
  if (!load) importers.set(folder, (load = importerOf(folder)));
  return load(specifier);
}

/** Imports a JavaScript file, again under another version. */
export function importFile(file: string, version: string): Promise<Namespace> {
  delete require.cache[path.resolve(file)]; // for CommonJS the version in the address makes no difference
  return importModule(`${pathToFileURL(file).href}?${version}`, path.dirname(file));
}

/** `import()` as files of a folder have it. */
function importerOf(folder: string): Importer {
  const load = new vm.Script("(specifier) => import(specifier)", {
    filename: path.join(folder, "cell.js"),
    importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  }).runInThisContext() as Importer;
  return (specifier) => {
    // Node says at the first call that this is experimental, which is no concern of the cell's.
    const { emitWarning } = process;
    process.emitWarning = () => {};
    try {
      return load(specifier);
    } finally {
      process.emitWarning = emitWarning;
    }
  };
}

/** tslab's `display` for the notebooks that were written for it. */
async function tslab(): Promise<Namespace> {
  const jupyter = require("tslab/dist/jupyter.js") as { lastWriteDisplayData: unknown };
  jupyter.lastWriteDisplayData = (
    content: {
      data: MimeBundle;
      metadata: Record<string, unknown>;
      transient: { display_id?: string };
    },
    update?: boolean,
  ) => {
    const { data, metadata, transient } = content;
    host().display({ data, metadata, displayId: transient.display_id, update });
  };
  return { ...require("tslab"), default: require("tslab") };
}
