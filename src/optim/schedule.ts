/**
 * Step-size schedules: the step size as a function of the step's number k = 1, 2, …; wherever a rule takes `eta`, it takes
 * a schedule as well.
 */
import { inspect } from "#platform";

/** η(k): the step size of step k = 1, 2, …; made by `inverse()`, `cosine()` and the like, or any function of k. */
export type Schedule = (k: number) => number;

/** A step size: a constant or a schedule. */
export type StepSize = number | Schedule;

/** The step size of step k. */
export function stepSizeAt(rule: string, eta: StepSize, k: number): number {
  if (typeof eta === "number") return eta;
  const size = eta(k);
  if (Number.isFinite(size) && size >= 0) return size;
  throw new RangeError(
    `${rule}: the schedule of eta must give finite numbers ≥ 0; at k = ${k} it gave ${inspect(size)}`,
  );
}

/** Throws unless `eta` is a finite number > 0, or a schedule. */
export function checkStepSize(rule: string, eta: StepSize): void {
  if (typeof eta === "function" || (Number.isFinite(eta) && eta > 0)) return;
  throw new RangeError(`${rule}: eta must be a finite number > 0 or a schedule, got ${inspect(eta)}`);
}

/** A step size in a rule's text. */
export function stepSizeText(eta: StepSize): string {
  if (typeof eta === "number") return String(eta);
  return Object.hasOwn(eta, "toString") ? String(eta) : eta.name || "custom schedule";
}

/**
 * The asymptotic decay of a schedule, up to factors bounded away from 0 and ∞: ratio^k k^(−power) (log k)^(−log), or 0 from
 * some step on. It determines whether the sums of its step sizes and of their squares are finite.
 */
export type Decay = { readonly ratio: number; readonly power: number; readonly log: number } | "zero";

/** The decay of a constant step size. */
export const constantDecay: Decay = { ratio: 1, power: 0, log: 0 };

const decays = new WeakMap<Schedule, Decay>();

/** The asymptotic decay of a step size; undefined for a custom function. */
export function decayOf(eta: StepSize): Decay | undefined {
  if (typeof eta === "number") return eta > 0 ? constantDecay : "zero";
  return decays.get(eta);
}

/** The schedule, which prints as `text` and rejects k below 1. */
export function makeSchedule(text: string, decay: Decay | undefined, at: Schedule): Schedule {
  const schedule: Schedule = (k) => {
    if (k >= 1) return at(k);
    throw new RangeError(`${text}: steps count from 1, so k must be at least 1, got ${inspect(k)}`);
  };
  if (decay) decays.set(schedule, decay);
  const show = { value: () => text };
  return Object.defineProperties(schedule, { toString: show, [inspect.custom]: show });
}
