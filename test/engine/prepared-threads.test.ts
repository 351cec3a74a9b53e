/**
 * The threads of a training start while MNIST is read, before anything asks for a training.
 */
import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";

test("mnist starts as many threads as there are cores, once, and they keep no program alive", () => {
  const script = `
    import { mnist } from ${JSON.stringify(new URL("../../dist/index.js", import.meta.url).href)};
    import { availableParallelism } from "node:os";
    let started = 0;
    process.on("worker", () => started++);
    await mnist();
    const first = started; // the event comes a turn later than the thread
    await mnist();
    await new Promise(setImmediate);
    console.log(first === Math.min(8, availableParallelism()), started === first);`;
  const output = execFileSync(process.execPath, ["--input-type=module", "--eval", script], {
    encoding: "utf8",
  });
  expect(output).toBe("true true\n");
});
