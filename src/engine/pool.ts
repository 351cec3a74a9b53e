/**
 * Runs a job on threads, so that the main thread stays free for the notebook. Idle threads wait for the
 * next job: starting one takes longer than training a small network.
 */
import { cores, sharesMemory, startThread, type Thread, yieldTurn } from "#platform";
import { release, view } from "../compute/arena.js";
import { whileLoading } from "../data/while-loading.js";
import type { Sequential } from "../nn/index.js";
import { multiplyAdds } from "../nn/sequential.js";
import { control, type Job } from "./job.js";
import { lower } from "./lower.js";
import { copyOf, spareMemory, type WarmUp, warmUpJob } from "./warm-up.js";
import {
  type JobEnded,
  type NextStretch,
  type Stretch,
  type ThreadMessage,
  type ThreadResult,
  type ThreadStart,
  work,
} from "./work.js";

/** More threads than this would spend more time waiting than computing, at these sizes. */
const mostThreads = 8;

/** The number of operations in a step (about half a millisecond on one core) above which sharing them pays off on an idle machine. */
const worthSharing = 2e7;

/** The number of operations above which it may pay off: a step takes about as long as a dozen synchronisations. */
const worthTrying = 2e6;

/** The number of operations in a step with this many samples. */
const operations = ({ layers }: Sequential, rows: number): number =>
  6 * rows * layers.reduce((sum, layer) => sum + multiplyAdds(layer), 0);

/**
 * Whether a gradient takes the float64 twin longer than offloading it to threads: about 2 ms, plus as much for each return to the
 * main thread on the way. With one custom layer behind 200 → 100 the threads were faster from 64 samples on (busy machine).
 */
export const isWorthHandingOver = (model: Sequential, rows: number): boolean =>
  operations(model, rows) >=
  worthTrying * (1 + 2 * lower(model).filter(({ kind }) => kind === "custom").length);

/**
 * How many threads may work on steps of a network: as many as there are cores, or one if steps are so short that
 * threads would only wait for each other; and the number to begin with.
 *
 * @param rows the number of samples in a step
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

/** The job that a thread had last, if it came in stretches. */
const lastStarts = new WeakMap<Thread, ThreadStart>();

/** How many idle threads are kept: as many as there are cores, or as the largest job had, since the next one is likely to need as many. */
let kept = 0;

// Evaluated before any cell runs: in a browser a cell could replace the global `URL`.
const program = new URL("./worker.js", import.meta.url);
const start = (): Thread => startThread(program);

/**
 * Starts threads, if fewer are idle, which load while the main thread prepares the first job; later jobs reuse them.
 */
export function prepareThreads(count: number): void {
  if (!sharesMemory) return;
  while (idle.length < count) {
    const thread = start();
    thread.keepAlive(false);
    idle.push(thread);
  }
}

// Threads start and warm up, with room for so many bytes of samples. The first epoch of a process then takes 1.12 times as long as
// later ones (reference network, batch 128, idle machine); a program that only loads data takes 0.1 s of the processor and
// 70 MB more.
whileLoading((bytes) => {
  if (!sharesMemory || kept > 0 || idle.length > 0) return;
  prepareThreads(Math.min(mostThreads, cores()));
  try {
    const job = warmUpJob();
    const memory = spareMemory(bytes);
    const parts = idle.length;
    for (const [part, thread] of idle.entries()) {
      thread.post({ warmUp: part === 0 ? job : copyOf(job), memory, part, parts } satisfies WarmUp);
    }
  } catch {
    // Where there is no room, the training says so, if there is one.
  }
});

/**
 * Runs a job to completion, or a stretch of its training.
 *
 * @param stretch the part of the training to run; all of it by default
 * @param parts the number of threads; by default as planned in the job
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
    // The first goes last and comes first again, so that each has the same part of the next stretch.
    for (const thread of threads.toReversed()) {
      thread.keepAlive(false);
      if (idle.length < kept) idle.push(thread);
      else void thread.terminate();
    }
    return result!;
  } catch (error) {
    // The others are waiting for the one that failed.
    await Promise.all(threads.map((thread) => thread.terminate()));
    throw error;
  } finally {
    signal?.removeEventListener("abort", stop);
  }
}

/** Frees the memory of a job that ran in stretches. */
export function endJob({ memory }: Job): void {
  for (const thread of idle) {
    if (lastStarts.get(thread)?.job.memory !== memory) continue;
    lastStarts.delete(thread);
    thread.post({ ended: true } satisfies JobEnded);
  }
  release(memory);
}

/** How long training blocks the calling thread at a time, in milliseconds: with 100, an epoch of MNIST took 15 % longer. */
const slice = 500;

/**
 * Runs a job on the calling thread, which is free between slices of a training; the caller starts the next one. The bits are
 * the same as for any number of threads.
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
    thread.post(messageFor(thread, start));
  });
}

/** To send a job takes longer than most steps, so another stretch of a thread's last job names only that. */
function messageFor(thread: Thread, start: ThreadStart): ThreadStart | NextStretch {
  const { job, part, parts, stretch } = start;
  const last = lastStarts.get(thread);
  if (stretch && last?.job === job && last.part === part && last.parts === parts) return { next: stretch };
  if (stretch) lastStarts.set(thread, start);
  else lastStarts.delete(thread);
  return start;
}
