/**
 * The process that draws figures for notebooks that must not start threads; see `drawing.ts`.
 */
import "./optimise-later.js";
import { draw, type ImageReply, type ImageRequest } from "../display/static-image-worker.js";

let queue = Promise.resolve();

process.on("disconnect", () => process.exit());
process.on("message", (request: ImageRequest) => {
  const { id } = request;
  queue = queue.then(async () => {
    let reply: ImageReply;
    try {
      reply = { id, svg: await draw(request) };
    } catch (error) {
      reply = { id, error: error instanceof Error ? error.message : String(error) };
    }
    process.send?.(reply);
  });
});
