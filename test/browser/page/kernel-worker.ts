/** The kernel in a browser's worker, as a page starts it. */
import ts from "typescript";
import { serveKernel } from "#nablab/browser/worker-kernel.js";
import * as nablab from "#nablab/index.js";

serveKernel({
  typescript: ts as never,
  declarations: await (await fetch("/declarations.json")).json(),
  modules: { nablab: async () => nablab },
  ownUrl: new URL(".", import.meta.url).href,
});
