/**
 * In which order a training sees its samples: with batches of one, by the targets that a custom loss is given.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import {
  backpropagation,
  batchNorm,
  dataset,
  dense,
  flatGradient,
  type Loss,
  random,
  sequential,
  sgd,
  squaredError,
  Tensor,
  train,
} from "nablab";
import { describe, expect, test } from "vitest";

const size = 20;
const numbers = Array.from({ length: size }, (_, i) => i);
const data = dataset({ x: numbers.map((i) => [i / size, 1]), y: numbers });
const network = () => sequential([dense(2, 1)], { seed: 1 });
const rule = sgd({ eta: 0.2 });

type Shuffle = NonNullable<NonNullable<Parameters<typeof train>[2]>["shuffle"]>;

/** The samples as they came, epoch by epoch. */
async function epochsOf(shuffle: Shuffle | undefined, seed: number, epochs = 3): Promise<number[][]> {
  const seen: number[] = [];
  const loss: Loss = {
    ...squaredError(),
    gradient(g, y) {
      seen.push((y instanceof Tensor ? y.data : y)[0]!);
      return squaredError().gradient(g, y);
    },
  };
  const options = { loss, rule, epochs, batchSize: 1, seed, live: false, ...(shuffle && { shuffle }) };
  await train(network(), data, options);
  return Array.from({ length: epochs }, (_, k) => seen.slice(k * size, (k + 1) * size));
}
const sorted = (list: number[]) => list.toSorted((a, b) => a - b);

describe("the order of samples", () => {
  test("by default is another one in each epoch, of all samples, and the same for the same seed", async () => {
    const epochs = await epochsOf(undefined, 1);
    for (const epoch of epochs) expect(sorted(epoch)).toEqual(numbers);
    expect(new Set(epochs.map(String)).size).toBe(3);
    expect(epochs.map(String)).not.toContain(String(numbers));
    expect(await epochsOf(undefined, 1)).toEqual(epochs);
    expect(await epochsOf("each epoch", 1)).toEqual(epochs);
    expect(await epochsOf(undefined, 2)).not.toEqual(epochs);
  });

  test("once: shuffled, the same in each epoch", async () => {
    const epochs = await epochsOf("once", 1);
    expect(sorted(epochs[0]!)).toEqual(numbers);
    expect(epochs[0]).not.toEqual(numbers);
    expect(epochs).toEqual([epochs[0], epochs[0], epochs[0]]);
  });

  test("never: as they stand in the data", async () => {
    expect(await epochsOf("never", 1)).toEqual([numbers, numbers, numbers]);
  });

  test("with replacement: some twice and others not at all, each as often in the long run", async () => {
    const epochs = await epochsOf("with replacement", 1, 100);
    expect(new Set(epochs[0]).size).toBeLessThan(size);
    const counts = numbers.map((i) => epochs.flat().filter((one) => one === i).length);
    // Of 2000 draws each sample has 100 ± 9.7; six of these, for 20 samples a false alarm in 2 · 10⁷.
    for (const count of counts) expect(Math.abs(count - 100)).toBeLessThan(60);
  });

  test.each(["each epoch", "once", "never", "with replacement"] as const)(
    "%s: the kernels see the order that the float64 twin sees",
    async (shuffle) => {
      const options = { rule, epochs: 2, batchSize: 1, shuffle, seed: 3, live: false };
      const [fast, slow] = [network(), network()];
      const run = await train(fast, data, { ...options, loss: squaredError() });
      expect(run.kernels).not.toMatch(/float64/);
      const twin = await train(slow, data, { ...options, loss: { ...squaredError() } });
      expect(twin.kernels).toMatch(/float64/);
      // Another order would change θ by about η times a residual, 0.1 and more.
      fast.theta.forEach((value, i) => {
        expect(Math.abs(value - slow.theta[i]!)).toBeLessThan(1e-4);
      });
    },
  );
});

describe("batches of more samples than there are", () => {
  const few = data.take(5);
  const options = {
    rule,
    batchSize: 200,
    epochs: 3,
    seed: 4,
    shuffle: "with replacement",
    live: false,
  } as const;
  /** 200 draws of 5, as the stream of the epoch gives them. */
  const drawn = (epoch: number) => {
    const stream = random(4).split(epoch);
    return Uint32Array.from({ length: 200 }, () => stream.integer(5));
  };

  test("are drawn with replacement, one for each epoch, by the kernels as in float64", async () => {
    const byHand = network();
    const losses = [1, 2, 3].map((epoch) => {
      const { x, y } = few.batch(drawn(epoch));
      const step = backpropagation(byHand, x, y, squaredError());
      rule.step(byHand.theta, flatGradient(step), rule.init(byHand.parameterCount));
      return step.loss;
    });
    const custom: Loss = { ...squaredError(), name: "custom" };
    for (const [kind, tolerance] of [
      [{ backend: "scalar" }, 0],
      // Sums of 200 products in float32.
      [{ threads: 1 }, 1e-5],
      [{ threads: 3 }, 1e-5],
      [{ backend: "wasm", loss: custom }, 1e-5],
    ] as const) {
      const net = network();
      const run = await train(net, few, { ...options, ...kind });
      expect(run.steps).toBe(3);
      expect(run.epochs.map(({ step }) => step)).toEqual([1, 2, 3]);
      run.loss.forEach((loss, k) => {
        expect(Math.abs(loss / losses[k]! - 1)).toBeLessThanOrEqual(tolerance);
        expect(run.epochs[k]!.loss).toBe(loss);
      });
      net.theta.forEach((x, i) => {
        expect(Math.abs(x / byHand.theta[i]! - 1)).toBeLessThanOrEqual(tolerance);
      });
    }
  });

  test("resume to the same bits, and normalise by what is drawn", async () => {
    const folder = mkdtempSync(path.join(tmpdir(), "nablab-order-"));
    try {
      const file = path.join(folder, "run.safetensors");
      const [whole, parts] = [network(), network()];
      await train(whole, few, options);
      await train(parts, few, { ...options, epochs: 1, checkpoint: file });
      await train(parts, few, { ...options, resume: file });
      expect(parts.theta).toEqual(whole.theta);
    } finally {
      rmSync(folder, { recursive: true });
    }
    // A single sample, drawn eight times: its variance is 0, but there are two values of it.
    const net = sequential([batchNorm(), dense(2, 1)], { input: [2] });
    await train(net, data.take(1), { ...options, batchSize: 8 });
    expect(net.buffers.every(Number.isFinite)).toBe(true);
  });

  test("are refused otherwise, with the way out", async () => {
    for (const shuffle of ["each epoch", "once", "never"] as const) {
      await expect(train(network(), few, { ...options, shuffle })).rejects.toThrow(
        'batchSize must be a whole number from 1 to 5, the number of samples (shuffle: "with replacement" draws more), got 200',
      );
    }
    await expect(train(network(), few, { ...options, batchSize: 1e12 })).rejects.toThrow(
      "from 1 to 10000000, got",
    );
  });
});
