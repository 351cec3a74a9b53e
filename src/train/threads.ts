/**
 * Runs a job on its threads, off the main thread, which stays free for the notebook.
 */
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { view } from "../compute/arena.js";
import type { Sequential } from "../nn/index.js";
import { control, type Job } from "./job.js";
import type { ThreadMessage } from "./thread.js";

/** More threads than this would wait for each other more than they compute, at these sizes. */
const most = 8;

/** Operations of a step (about half a millisecond on one core) from which on it pays to share them. */
const worthSharing = 2e7;

/**
 * As many threads as there are cores, or one where a step is so short that threads would mostly wait for each other,
 * most of all on a machine that is busy otherwise.
 *
 * @param rows samples that go through the network in a step
 */
export function defaultThreads({ parameterCount }: Sequential, rows: number): number {
  return 6 * parameterCount * rows < worthSharing ? 1 : Math.min(most, availableParallelism());
}

type Done = Extract<ThreadMessage, { type: "done" }>;
type Epoch = Extract<ThreadMessage, { type: "epoch" }>;

/**
 * Runs a job to its end.
 *
 * @param onEpoch is told when an epoch is over
 * @param signal when it aborts, the threads end before their next step
 * @returns what the first thread says at its end; the results lie in the job's memory
 * @throws Error when a thread fails
 */
export async function runJob(
  job: Job,
  { onEpoch, signal }: { onEpoch?(epoch: Epoch): void; signal?: AbortSignal } = {},
): Promise<Done> {
  const parts = job.scratch.length;
  const stop = (): void => {
    Atomics.store(view(job.memory, job.control), control.stop, 1);
  };
  if (signal?.aborted) stop();
  signal?.addEventListener("abort", stop);
  const threads = job.scratch.map(
    (_, part) => new Worker(new URL("./thread.js", import.meta.url), { workerData: { job, part, parts } }),
  );
  try {
    return await new Promise<Done>((resolve, reject) => {
      for (const thread of threads) {
        thread.on("error", reject);
        thread.on("message", (message: ThreadMessage) => {
          if (message.type === "done") resolve(message);
          else onEpoch?.(message);
        });
      }
    });
  } finally {
    signal?.removeEventListener("abort", stop);
    // Those that have ended are gone; after a failure the others wait for the one that failed.
    await Promise.all(threads.map((thread) => thread.terminate()));
  }
}
