/**
 * One press of the stop button is received in two ways, by a flag and by a signal, and must end one cell.
 */
import { setTimeout } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { isLateSignal, signalUnlessAcknowledged } from "#nablab/kernel/stop-signal.js";
import { acknowledgeStop, isStopAcknowledged, raiseStop, stopFlag } from "#nablab/session/stop.js";
import { openCells } from "./cells.js";

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

describe.skipIf(process.platform === "win32")("a signal that comes late ends no other cell", () => {
  const { run, text } = openCells();
  const listen = (): void => void isLateSignal();
  beforeAll(() => void process.on("SIGINT", listen));
  afterAll(() => void process.off("SIGINT", listen));
  const cell = (begun: () => void): void => void Object.assign(globalThis, { begun });
  const longer = "let s = 0; for (let i = 0; i < 3e6; i++) s += i; s";

  // Node's own thread, which ends the script, then finds the signal in the next script.
  test("one sent as the cell's code ends", async () => {
    cell(() => {
      raiseStop(stopFlag);
      Atomics.store(stopFlag, 4, 1);
      process.kill(process.pid, "SIGINT");
      acknowledgeStop();
    });
    for (let i = 0; i < 10; i++) {
      await run("(globalThis as any).begun(); 1");
      expect(await text(longer)).toBe("4499998500000");
    }
  });

  test("one that another thread was about to send when the cell ended", async () => {
    const source = `const { parentPort, workerData: flag } = require("node:worker_threads");
      parentPort.on("message", () => {
        Atomics.wait(flag, 3, 2, 300);
        Atomics.store(flag, 4, 1);
        process.kill(process.pid, "SIGINT");
        Atomics.store(flag, 3, 0);
      });`;
    const sender = new Worker(source, { eval: true, workerData: stopFlag });
    cell(() => {
      raiseStop(stopFlag);
      Atomics.store(stopFlag, 3, 1);
      sender.postMessage("now");
    });
    await text("await null; (globalThis as any).begun()");
    expect(await text(longer)).toBe("4499998500000");
    await sender.terminate();
  });

  test("one that a listener of the cell took, and nobody else received", async () => {
    cell(() => Atomics.store(stopFlag, 4, 1));
    await text("await null; (globalThis as any).begun()");
    expect(await text(longer)).toBe("4499998500000");
  });

  test("and the next cell can still be stopped meanwhile", async () => {
    cell(() => Atomics.store(stopFlag, 4, 1));
    await text("await null; (globalThis as any).begun()");
    const ended = run("while (true);");
    raiseStop(stopFlag);
    expect(await ended).toMatchObject({ ename: "KeyboardInterrupt" });
  });
});
