/**
 * Runs a job on its threads, off the main thread, which stays free for the notebook. Idle threads wait for
 * the next job: starting one takes longer than training a small network.
 */
import { cores, sharesMemory, startThread, type Thread, yieldTurn } from "#platform";
import { view } from "../compute/arena.js";
import { whileLoading } from "../data/while-loading.js";
import type { Sequential } from "../nn/index.js";
import { multiplyAdds } from "../nn/sequential.js";
import { control, type Job } from "./job.js";
import { lower } from "./lower.js";
import { type Stretch, type ThreadMessage, type ThreadResult, type ThreadStart, work } from "./work.js";

/** More threads than this would spend more time waiting than computing, at these sizes. */
const mostThreads = 8;

/** Operations of a step (about half a millisecond on one core) from which on it pays to share them, on an idle machine. */
const worthSharing = 2e7;

/** Operations of a step from which on it may: one is over in about the time in which threads meet a dozen times. */
const worthTrying = 2e6;

/** Operations of a step of a network with so many samples. */
const operations = ({ layers }: Sequential, rows: number): number =>
  6 * rows * layers.reduce((sum, layer) => sum + multiplyAdds(layer), 0);

/**
 * Whether a gradient takes the twin longer than handing it over to threads and back: about 2 ms; and as long for each time that it
 * comes back on the way. With one custom layer behind 200 → 100 the threads were faster from 64 samples on (busy machine).
 */
export const isWorthHandingOver = (model: Sequential, rows: number): boolean =>
  operations(model, rows) >=
  worthTrying * (1 + 2 * lower(model).filter(({ kind }) => kind === "custom").length);

/**
 * How many threads may work on steps of a network: as many as there are cores, or one where steps are so short that
 * threads would only wait for each other; and with how many to begin.
 *
 * @param rows samples that go through the network in a step
 */
export function defaultThreads(model: Sequential, rows: number): { first: number; most: number } {
  const all = sharesMemory ? Math.min(mostThreads, cores()) : 1;
  const count = operations(model, rows);
  return { first: count < worthSharing ? 1 : all, most: count < worthTrying ? 1 : all };
}

/** A finished epoch. */
export type Epoch = Extract<ThreadMessage, { type: "epoch" }>;

/** Idle threads; they do not keep the process alive. */
const idle: Thread[] = [];

/** How many of them wait: as many as there are cores, or as the largest job had, since the next one is likely to have as many. */
let kept = 0;

// Made before any cell runs: in a browser a cell could have put another `URL` in the place of the engine's.
const program = new URL("./worker.js", import.meta.url);
const start = (): Thread => startThread(program);

/**
 * Starts threads, if fewer are idle, that load while the main thread prepares the first job; later jobs find them there.
 */
export function prepareThreads(count: number): void {
  if (!sharesMemory) return;
  while (idle.length < count) {
    const thread = start();
    thread.keepAlive(false);
    idle.push(thread);
  }
}

// The first epoch of a process then takes 60 ms less, a tenth of one at batch 128.
whileLoading(() => prepareThreads(Math.min(mostThreads, cores())));

/**
 * Runs a job to its end, or a stretch of its training.
 *
 * @param stretch which part of the training; all of it by default
 * @param parts how many threads; as many as the job is planned for by default
 * @param onEpoch called after each epoch
 * @param signal when it aborts, the threads end before their next chunk of samples
 * @returns the first thread's result; numbers are in the job's memory
 * @throws Error when a thread fails
 */
export async function runJob(
  job: Job,
  {
    stretch,
    parts = job.scratch.length,
    onEpoch,
    signal,
  }: { stretch?: Stretch; parts?: number; onEpoch?(epoch: Epoch): void; signal?: AbortSignal } = {},
): Promise<ThreadResult> {
  const stop = (): void => {
    Atomics.store(view(job.memory, job.control), control.stop, 1);
  };
  if (signal?.aborted) stop();
  signal?.addEventListener("abort", stop);
  if (!sharesMemory) {
    return runHere(job, stretch, onEpoch).finally(() => signal?.removeEventListener("abort", stop));
  }
  kept = Math.max(kept, parts, cores());
  const threads = Array.from({ length: parts }, () => idle.pop() ?? start());
  try {
    const [result] = await Promise.all(
      threads.map((thread, part) => runPart(thread, { job, part, parts, stretch }, onEpoch)),
    );
    for (const thread of threads) {
      thread.keepAlive(false);
      if (idle.length < kept) idle.push(thread);
      else void thread.terminate();
    }
    return result!;
  } catch (error) {
    // The others wait for the one that failed.
    await Promise.all(threads.map((thread) => thread.terminate()));
    throw error;
  } finally {
    signal?.removeEventListener("abort", stop);
  }
}

/** How long training on the calling thread keeps it at a time, in milliseconds: with 100, an epoch of MNIST took 15 % longer. */
const slice = 500;

/**
 * Runs a job on the calling thread, which is free between slices of a training; the caller continues with the next one. The
 * bits are the same, as for any number of threads.
 */
async function runHere(
  job: Job,
  stretch: Stretch | undefined,
  onEpoch?: (epoch: Epoch) => void,
): Promise<ThreadResult> {
  await yieldTurn();
  const milliseconds = Math.min(stretch?.milliseconds ?? slice, slice);
  return work(
    { job, part: 0, parts: 1, stretch: stretch && { ...stretch, milliseconds } },
    undefined,
    (message) => {
      if (message.type === "epoch") onEpoch?.(message);
    },
  );
}

function runPart(
  thread: Thread,
  start: ThreadStart,
  onEpoch?: (epoch: Epoch) => void,
): Promise<ThreadResult> {
  return new Promise((resolve, reject) => {
    thread.listen({
      message(message: ThreadMessage) {
        if (message.type === "epoch") {
          onEpoch?.(message);
          return;
        }
        thread.listen();
        resolve(message);
      },
      failure: reject,
    });
    thread.keepAlive(true);
    thread.post(start);
  });
}
