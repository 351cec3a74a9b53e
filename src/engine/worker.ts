/**
 * The module that a thread of the pool starts with: it waits for jobs. Nothing else may import it: in a
 * program that uses nablab in a worker, it would take the program's messages for jobs.
 */
import { onParentMessage, postToParent } from "#platform";
import { wasmBuild } from "../compute/wasm.js";
import { type ThreadMessage, type ThreadStart, work } from "./work.js";

// While the main thread prepares the first job.
wasmBuild();

onParentMessage((start: ThreadStart) => {
  postToParent({ type: "done", ...work(start) } satisfies ThreadMessage);
});
