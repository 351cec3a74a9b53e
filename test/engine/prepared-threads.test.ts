/**
 * The threads of a training start while MNIST is read, before anything asks for a training.
 */
import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";

const nablab = JSON.stringify(new URL("../../dist/index.js", import.meta.url).href);
/** What a program prints in a process of its own. */
const output = (script: string) =>
  execFileSync(process.execPath, ["--input-type=module", "--eval", script], {
    encoding: "utf8",
    maxBuffer: 2 ** 26,
  });

test("mnist starts as many threads as there are cores, once, and they keep no program alive", () => {
  const script = `
    import { mnist } from ${nablab};
    import { availableParallelism } from "node:os";
    let started = 0;
    process.on("worker", () => started++);
    await mnist();
    const first = started; // the event comes a turn later than the thread
    await mnist();
    await new Promise(setImmediate);
    console.log(first === Math.min(8, availableParallelism()), started === first);`;
  expect(output(script)).toBe("true true\n");
});

test("what warms them up changes no bit of a training that begins meanwhile, nor of the next", () => {
  const script = (before: string) => `
    import { dense, mnist, relu, sequential, sgd, logisticData, train } from ${nablab};
    ${before}
    const data = logisticData({ size: 4000, w: Array.from({ length: 200 }, (_, i) => (i % 7) - 3), seed: 3 });
    for (const threads of [2, 1]) {
      const net = sequential([dense(200, 150), relu(), dense(150, 2)], { seed: 4 });
      const run = await train(net, data, { rule: sgd({ eta: 0.1 }), batchSize: 100, epochs: 2, threads, live: false });
      console.log(run.steps, Array.from(run.loss).join(), net.theta.join());
    }`;
  const cold = output(script(""));
  expect(cold.slice(0, 3)).toBe("80 ");
  expect(output(script("await mnist();"))).toBe(cold);
});
