/**
 * Work to do while a dataset is read, above all starting the threads of the training that usually follows, which takes as long.
 */
let prepare: ((bytes: number) => void) | undefined;

/** Registers work to do while a dataset is read; `data/` does not know the trainer. */
export function whileLoading(work: (bytes: number) => void): void {
  prepare = work;
}

/** Runs that work: a dataset of about so many bytes is about to be read. */
export function startLoading(bytes: number): void {
  prepare?.(bytes);
}
