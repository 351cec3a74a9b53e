/** Timers and the clock as they were at the start: cells may replace them, such as by fake timers, and keep theirs. */

export const { setTimeout, clearTimeout } = globalThis;
const { Date: OwnDate } = globalThis;

/** `performance.now`. */
export const now: () => number = performance.now.bind(performance);

/** The current date. */
export const date = (): Date => new OwnDate();
