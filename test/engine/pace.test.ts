import { adagradNorm, dataset, dense, random, relu, sequential, train } from "nablab";
import { expect, test } from "vitest";
import { Pace } from "#nablab/engine/pace.js";

/** The threads of the next stretches, where so many threads take so many steps a millisecond. */
function stretches(pace: Pace, rates: Record<number, number>, count: number): number[] {
  return Array.from({ length: count }, () => {
    const pacing = pace.next();
    pace.took(pacing, rates[pacing.threads]! * pacing.milliseconds, pacing.milliseconds);
    return pacing.threads;
  });
}

test("the faster is taken, and the other looked at now and then", () => {
  expect(stretches(new Pace(1, 4), { 1: 1, 4: 3 }, 7)).toEqual([1, 1, 4, 4, 1, 4, 1]);
  const pace = new Pace(4, 4);
  expect(stretches(pace, { 1: 3, 4: 1 }, 4)).toEqual([4, 4, 1, 1]);
  // The machine is idle again.
  expect(stretches(pace, { 1: 3, 4: 5 }, 3)).toEqual([4, 4, 1]);
});

test("it goes on as it is where the other is hardly faster, and takes the other where no step is taken", () => {
  expect(stretches(new Pace(4, 4), { 1: 1.05, 4: 1 }, 6)).toEqual([4, 4, 1, 4, 1, 4]);
  expect(stretches(new Pace(4, 4), { 1: 1, 4: 0 }, 4)).toEqual([4, 4, 1, 1]);
});

test("a stretch that is cut short at an epoch's end goes on before the other is tried", () => {
  const pace = new Pace(4, 4);
  stretches(pace, { 1: 1, 4: 3 }, 3);
  const { threads, milliseconds } = pace.next();
  expect(threads).toBe(4);
  pace.took({ threads, milliseconds }, 3 * 1000, 1000, true);
  expect(pace.next()).toEqual({ threads: 4, milliseconds: milliseconds - 1000 });
  pace.took({ threads, milliseconds: milliseconds - 1000 }, 0, 0, true);
  expect(pace.next()).toEqual({ threads: 4, milliseconds: milliseconds - 1000 });
  pace.took({ threads, milliseconds: milliseconds - 1000 }, 3 * 2000, milliseconds - 1000);
  expect(pace.next().threads).toBe(1);
});

test("what was asked for is kept to, and one core leaves no choice", () => {
  expect(stretches(new Pace(3), { 3: 1 }, 3)).toEqual([3, 3, 3]);
  expect(new Pace(1, 1).next()).toEqual({ threads: 1, milliseconds: Number.POSITIVE_INFINITY });
});

test("a training that changes its threads comes to the same bits, the squares of AdaGrad-norm included", async () => {
  const stream = random(1);
  const y = Uint8Array.from({ length: 3000 }, () => stream.integer(3));
  const x = Float64Array.from({ length: 3000 * 100 }, () => stream.normal());
  const data = dataset({ name: "noise", x, y, sampleShape: [100], classes: 3 });
  const run = async (options: { threads?: number }) => {
    const model = sequential([dense(100, 200), relu(), dense(200, 3)], { seed: 2 });
    // Long enough that both are tried.
    const record = await train(model, data, {
      rule: adagradNorm({ eta: 0.1 }),
      epochs: 30,
      batchSize: 20,
      live: false,
      ...options,
    });
    return { theta: model.theta, loss: record.loss, epochs: record.epochs, threads: record.settings.threads };
  };
  const [chosen, one] = [await run({}), await run({ threads: 1 })];
  expect(chosen.theta).toEqual(one.theta);
  expect(chosen.loss).toEqual(one.loss);
  expect(chosen.epochs).toEqual(one.epochs);
  expect(one.threads).toBe(1);
});
