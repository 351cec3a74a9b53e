/**
 * Early stopping, by validation losses that are given: what counts as better, and when there is no hope left.
 */
import { dataset, dense, type EarlyStopping, type Loss, sequential, squaredError, train } from "nablab";
import { expect, test } from "vitest";

const [data, validation] = [
  dataset({ x: [[1], [2]], y: [1, 2] }),
  dataset({ x: [[1], [2], [3]], y: [1, 2, 3] }),
];

/** The epoch that it goes back to and the epochs that it trains, when the validation losses are these. */
async function after(losses: number[], earlyStopping: EarlyStopping) {
  let epoch = 0;
  const loss: Loss = {
    ...squaredError(),
    perSample: ({ shape: [n] }) => new Float64Array(n!).fill(n === validation.size ? losses[epoch++]! : 0),
  };
  const options = { loss, epochs: losses.length, validation, earlyStopping, live: false };
  const run = await train(sequential([dense(1, 1)], { seed: 1 }), data, options);
  expect(run.epochs.map(({ validationLoss }) => validationLoss)).toEqual(losses.slice(0, run.epochs.length));
  return [run.restored, run.epochs.length];
}

test("without minDelta the least improvement counts", async () => {
  expect(await after([5, 4.9, 4.8, 4.7, 4.9, 5, 5], { patience: 2 })).toEqual([4, 6]);
});

test("an improvement by less than minDelta is none, and small ones add up", async () => {
  expect(await after([5, 4.9, 4.8, 4.7], { patience: 3, minDelta: 0.5 })).toEqual([1, 4]);
  expect(await after([5, 4.7, 4.4, 4.4, 4.4, 4.4], { patience: 2, minDelta: 0.5 })).toEqual([3, 5]);
});

test("the first epoch counts as better than none, whatever minDelta", async () => {
  expect(await after([5, 5, 5], { patience: 2, minDelta: 100 })).toEqual([1, 3]);
});
