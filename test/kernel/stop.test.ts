/**
 * One press of the stop button is received in two ways, by a flag and by a signal, and must end one cell.
 */
import { setTimeout } from "node:timers/promises";
import { afterAll, describe, expect, test } from "vitest";
import { isLateSignal, signalUnlessHeard } from "#nablab/kernel/stop-signal.js";
import { hearStop, isStopHeard, raiseStop, stopFlag } from "#nablab/session/stop.js";

describe.skipIf(process.platform === "win32")("signals", () => {
  let signals = 0;
  const count = (): void => void signals++;
  process.on("SIGINT", count);
  afterAll(() => void process.off("SIGINT", count));

  test("an interrupt that the flag received sends none", async () => {
    raiseStop(stopFlag);
    signalUnlessHeard(stopFlag);
    expect(isStopHeard()).toBe(false);
    hearStop();
    await setTimeout(200); // ten times as long as it waits
    expect(signals).toBe(0);
  });

  test("one that is not heard sends one; heard meanwhile, it is late, and one of somebody else's is not", async () => {
    raiseStop(stopFlag);
    signalUnlessHeard(stopFlag);
    await expect.poll(() => signals).toBe(1);
    hearStop();
    expect(isLateSignal()).toBe(true);
    expect(isLateSignal()).toBe(false);
  });

  test("one that is not heard when it comes is not late", async () => {
    raiseStop(stopFlag);
    signalUnlessHeard(stopFlag);
    await expect.poll(() => signals).toBe(2);
    expect(isLateSignal()).toBe(false);
    hearStop();
  });
});
