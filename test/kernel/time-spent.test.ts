/** The time of graded cells: that of the processor, or a fifth of that of the clock. */
import { expect, test } from "vitest";
import { slack, timeSpent } from "#nablab/kernel/time-spent.js";

test("computing counts by the processor, waiting by a fifth of the clock", () => {
  const clock = performance.now();
  const cpu = process.cpuUsage();
  const spent = timeSpent();
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300);
  const waited = spent();
  expect(waited).toBeGreaterThanOrEqual(299 / slack);
  while (process.cpuUsage(cpu).user < 2e5);
  const all = spent();
  expect(all).toBeGreaterThanOrEqual(190);
  const passed = performance.now() - clock;
  const { user, system } = process.cpuUsage(cpu);
  expect(all).toBeLessThanOrEqual(Math.max((user + system) / 1000, passed / slack));
  expect(waited).toBeLessThan(all);
});
