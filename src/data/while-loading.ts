/**
 * Work to do while a dataset is read, above all starting the threads of the training that usually follows, which takes as long.
 */
let prepare: (() => void) | undefined;

/** Registers work to do while a dataset is read; `data/` does not know the trainer. */
export function whileLoading(work: () => void): void {
  prepare = work;
}

/** Runs that work: a large dataset is about to be read. */
export function startLoading(): void {
  prepare?.();
}
