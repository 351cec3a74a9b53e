/**
 * Work for the time in which a dataset is read, above all of a training, which comes next: its threads take as long to start.
 */
let prepare: (() => void) | undefined;

/** Names what is to be done while a dataset is read; `data/` does not know who trains on it. */
export function whileLoading(work: () => void): void {
  prepare = work;
}

/** A dataset that takes its time is about to be read. */
export function startLoading(): void {
  prepare?.();
}
