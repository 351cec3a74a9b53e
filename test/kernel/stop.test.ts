/**
 * One press of the stop button is received in two ways, by a flag and by a signal, and must end one cell.
 */
import { setTimeout } from "node:timers/promises";
import { afterAll, describe, expect, test } from "vitest";
import { isLateSignal, signalUnlessAcknowledged } from "#nablab/kernel/stop-signal.js";
import { acknowledgeStop, isStopAcknowledged, raiseStop, stopFlag } from "#nablab/session/stop.js";

describe.skipIf(process.platform === "win32")("signals", () => {
  let signals = 0;
  const count = (): void => void signals++;
  process.on("SIGINT", count);
  afterAll(() => void process.off("SIGINT", count));

  test("an interrupt that the flag received sends none", async () => {
    raiseStop(stopFlag);
    signalUnlessAcknowledged(stopFlag);
    expect(isStopAcknowledged()).toBe(false);
    acknowledgeStop();
    await setTimeout(200); // ten times as long as it waits
    expect(signals).toBe(0);
  });

  test("an unacknowledged interrupt sends one; acknowledged meanwhile, it is late, and a foreign signal is not", async () => {
    raiseStop(stopFlag);
    signalUnlessAcknowledged(stopFlag);
    await expect.poll(() => signals).toBe(1);
    acknowledgeStop();
    expect(isLateSignal()).toBe(true);
    expect(isLateSignal()).toBe(false);
  });

  test("one that is unacknowledged on arrival is not late", async () => {
    raiseStop(stopFlag);
    signalUnlessAcknowledged(stopFlag);
    await expect.poll(() => signals).toBe(2);
    expect(isLateSignal()).toBe(false);
    acknowledgeStop();
  });
});
