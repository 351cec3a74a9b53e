/**
 * Runs points, as many at a time as the executor allows, and adds their records to a store.
 */
import { versions } from "#platform";
import type { Grid } from "./grid.js";
import type { Executor, Outcome, Task } from "./job.js";
import { type PointRecord, seedOf } from "./record.js";
import type { Store } from "./store.js";
import type { Values } from "./values.js";

/** Callbacks for the events of points. */
export interface Watcher {
  begins?(task: Task): void;
  reports?(task: Task, values: Values): void;
  ended?(task: Task, record: PointRecord, outcome: Outcome): void;
  /** The point was stopped and has no record. */
  dropped?(task: Task): void;
}

/** The options of {@link runPoints}. */
export interface PointsToRun {
  grid: Grid;
  /** The numbers of the points, consumed lazily. */
  indices: Iterable<number>;
  executor: Executor;
  store: Store;
  /** Stops the running points and starts no more. */
  stop: AbortSignal;
  watcher: Watcher;
}

/** Runs points; resolves when all have ended or, after a stop, when the running ones have. @throws Error that ends the sweep */
export async function runPoints({
  grid,
  indices,
  executor,
  store,
  stop,
  watcher,
}: PointsToRun): Promise<void> {
  const next = indices[Symbol.iterator]();
  let failure: unknown;
  const halt = (): void => executor.stop();
  const work = async (): Promise<void> => {
    while (!stop.aborted && failure === undefined) {
      const { value: index, done } = next.next();
      if (done) return;
      const point = grid.point(index);
      const task: Task = { index, point, seed: seedOf(point) };
      watcher.begins?.(task);
      try {
        const outcome = await executor.run(task, (values) => watcher.reports?.(task, values));
        if (outcome === undefined) {
          watcher.dropped?.(task);
          continue;
        }
        const record = recordFrom(task, outcome);
        store.add(index, record);
        watcher.ended?.(task, record, outcome);
      } catch (error) {
        if (failure === undefined) halt();
        failure ??= error;
        watcher.dropped?.(task);
      }
    }
  };
  if (stop.aborted) return;
  stop.addEventListener("abort", halt);
  const lanes = new Set<Promise<void>>();
  let count = 0;
  executor.capacity((capacity) => {
    for (; count < capacity; count++) {
      const lane: Promise<void> = work().finally(() => lanes.delete(lane));
      lanes.add(lane);
    }
  });
  // Lanes may be added while it waits.
  while (lanes.size > 0) await Promise.all(lanes);
  stop.removeEventListener("abort", halt);
  if (failure !== undefined) throw failure;
}

function recordFrom({ point, seed }: Task, { values, error, seconds, host }: Outcome): PointRecord {
  const run = { nablab: versions.nablab!, node: versions.node ?? versions.browser!, seconds, host };
  return { point, seed, ...(values && { values }), ...(error && { error }), run };
}
