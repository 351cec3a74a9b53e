/**
 * The time that a graded cell has taken. On a busy machine a cell that computes takes long by the clock, through no fault of
 * its author, so its processor time counts. A cell that waits uses none: of its time by the clock a fifth counts.
 */
import { now } from "../session/clock.js";

const cpuUsage = process.cpuUsage.bind(process);

/** How many times its limit a cell may take by the clock. */
export const slack = 5;

/** Starts to measure; the function it returns gives the milliseconds spent since: never more than passed by the clock. */
export function timeSpent(): () => number {
  const began = now();
  const before = cpuUsage();
  return () => {
    const passed = now() - began;
    const { user, system } = cpuUsage(before);
    return Math.min(passed, Math.max((user + system) / 1000, passed / slack));
  };
}
