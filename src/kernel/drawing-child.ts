/**
 * The process that draws figures for notebooks that must not start threads; see `drawing.ts`.
 */
import "./optimise-later.js";
import type { ImageReply, ImageRequest } from "../display/static-image-worker.js";
import { bundleOf } from "../platform/threads.js";

const worker = bundleOf(new URL("../display/static-image-worker.js", import.meta.url));
const loaded: Promise<typeof import("../display/static-image-worker.js")> = import(worker.href);
let queue = Promise.resolve();

process.on("disconnect", () => process.exit());
process.on("message", (request: ImageRequest) => {
  const { id } = request;
  queue = queue.then(async () => {
    let reply: ImageReply;
    try {
      const { draw } = await loaded;
      reply = { id, svg: await draw(request) };
    } catch (error) {
      reply = { id, error: error instanceof Error ? error.message : String(error) };
    }
    process.send?.(reply);
  });
});
