/** nablab in a worker thread of the user's own program: messages to that thread are the program's, not jobs of training. */
import { Worker } from "node:worker_threads";
import { expect, test } from "vitest";

test("a program's own worker that imports nablab, and trains, gets its messages as they were sent", async () => {
  const source = `
    const { parentPort } = require("node:worker_threads");
    (async () => {
      const { dataset, dense, sequential, train } = await import(${JSON.stringify(import.meta.resolve("nablab"))});
      parentPort.on("message", async (message) => {
        const net = sequential([dense(1, 2)], { seed: 1 });
        const run = await train(net, dataset({ x: [[0], [1]], y: [0, 1], classes: 2 }), { epochs: 2, live: false });
        parentPort.postMessage({ message, steps: run.steps });
      });
      parentPort.postMessage("ready");
    })();`;
  const worker = new Worker(source, { eval: true });
  try {
    const replies: unknown[] = [];
    await new Promise<void>((resolve, reject) => {
      worker.on("error", reject);
      worker.on("message", (reply) => {
        if (reply === "ready") worker.postMessage({ question: 7 });
        else {
          replies.push(reply);
          resolve();
        }
      });
    });
    expect(replies).toEqual([{ message: { question: 7 }, steps: 2 }]);
  } finally {
    await worker.terminate();
  }
});
