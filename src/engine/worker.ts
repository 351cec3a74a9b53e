/**
 * The module that a thread of the pool starts with: it waits for jobs. Nothing else may import it: in a
 * program that uses nablab in a worker, it would take the program's messages for jobs.
 */
import { onParentMessage, postToParent } from "#platform";
import { view } from "../compute/arena.js";
import { wasmBuild } from "../compute/wasm.js";
import type { WarmUp } from "./warm-up.js";
import { type JobEnded, type NextStretch, type ThreadMessage, type ThreadStart, work } from "./work.js";

// While the main thread prepares the first job.
wasmBuild();

/** The last job, for its next stretch. */
let last: ThreadStart | undefined;

onParentMessage((message: ThreadStart | NextStretch | JobEnded | WarmUp) => {
  if ("warmUp" in message) {
    warm(message);
    return;
  }
  if ("ended" in message) {
    last = undefined;
    return;
  }
  const start: ThreadStart = "next" in message ? { ...last!, stretch: message.next } : message;
  last = start.stretch && start;
  postToParent({ type: "done", ...work(start) } satisfies ThreadMessage);
});

/** The milliseconds of the training that warms up: on a busy machine it ends early. */
const milliseconds = 120;

function warm({ warmUp, memory, part, parts }: WarmUp): void {
  const until = view(warmUp.memory, warmUp.training!.loss).length;
  work({ job: warmUp, part: 0, parts: 1, stretch: { steps: 0, until, milliseconds } }, undefined, () => {});
  touchPages(memory, part, parts);
}

/**
 * Writes to each page of a thread's share, so that the system maps it, without changing it: the main thread may use the memory
 * already.
 */
function touchPages({ buffer }: WebAssembly.Memory, part: number, parts: number): void {
  const words = new Int32Array(buffer);
  const end = Math.floor(((part + 1) * words.length) / parts);
  for (let i = Math.floor((part * words.length) / parts); i < end; i += 1024) Atomics.or(words, i, 0);
}
