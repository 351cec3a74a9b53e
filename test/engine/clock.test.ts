/** How long a stretch of a training lasts, and what is measured of it. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Clock } from "#nablab/engine/work.js";

beforeEach(() => void vi.useFakeTimers({ toFake: ["performance"] }));
afterEach(() => void vi.useRealTimers());

test("a stretch is over after its milliseconds, and one without never", () => {
  const [clock, endless] = [new Clock(30), new Clock()];
  expect(clock.isOver()).toBe(false);
  vi.advanceTimersByTime(30);
  expect(clock.isOver()).toBe(false);
  vi.advanceTimersByTime(1);
  expect([clock.isOver(), endless.isOver()]).toEqual([true, false]);
});

test("the first step, which may compile, is not measured, nor what lies between two steps", () => {
  const clock = new Clock();
  const steps = (...times: number[]): void => {
    for (const time of times) {
      vi.advanceTimersByTime(time);
      clock.step();
    }
  };
  steps(100, 4, 6);
  expect(clock.paced).toEqual({ steps: 2, milliseconds: 10 });
  clock.pause(); // for an epoch's end
  steps(50, 5);
  expect(clock.paced).toEqual({ steps: 3, milliseconds: 15 });
});
