/** Gradients of layers and losses by differences, at random shapes. */
import { inspect } from "node:util";
import fc from "fast-check";
import {
  avgPool2d,
  binaryCrossEntropy,
  conv2d,
  crossEntropy,
  defineLayer,
  dense,
  flatten,
  gelu,
  gradientCheck,
  hinge,
  huberLoss,
  type LayerDescription,
  type Loss,
  l2Penalty,
  leakyRelu,
  maxPool2d,
  prelu,
  random,
  randomNormal,
  relu,
  sequential,
  sigmoid,
  softplus,
  squaredError,
  tanh,
  withPenalty,
} from "nablab";
import { describe, expect, test } from "vitest";

describe("gradients by differences, at random shapes", () => {
  const activations: Record<string, () => LayerDescription> = {
    relu,
    leakyRelu,
    prelu,
    gelu,
    softplus,
    tanh,
    sigmoid,
  };
  const targets = (kind: string, samples: number, outputs: number, seed: number) => {
    const stream = random(seed).split("targets");
    if (kind === "labels") return Array.from({ length: samples }, () => stream.integer(outputs));
    const numbers = randomNormal([samples, outputs], { seed: stream });
    return kind === "probabilities" ? numbers.map((z) => 1 / (1 + Math.exp(-z))) : numbers;
  };
  const kinds = {
    crossEntropy: "labels",
    smoothed: "labels",
    hinge: "labels",
    squaredError: "numbers",
    huberLoss: "numbers",
    binaryCrossEntropy: "probabilities",
  };
  const each: Record<keyof typeof kinds, () => Loss> = {
    crossEntropy,
    smoothed: () => crossEntropy({ labelSmoothing: 0.2 }),
    hinge,
    squaredError,
    huberLoss,
    binaryCrossEntropy,
  };

  test("dense networks with every activation and loss", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...Object.values(activations)),
        fc.constantFrom(...(Object.keys(kinds) as (keyof typeof kinds)[])),
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 2, max: 3 }),
        fc.integer({ min: 0, max: 1e6 }),
        (activation, loss, samples, inputs, outputs, seed) => {
          const model = sequential([dense(inputs, 4), activation(), dense(4, outputs)], { seed });
          const x = randomNormal([samples, inputs], { seed: seed + 1 });
          const check = gradientCheck(
            model,
            x,
            targets(kinds[loss], samples, outputs, seed),
            withPenalty(each[loss](), l2Penalty(0.1)),
          );
          if (!check.ok) expect.fail(inspect(check)); // which takes long to write
        },
      ),
      { numRuns: 60, seed: 1 },
    );
  });

  test("convolutions and pooling", () => {
    fc.assert(
      fc.property(
        fc.record({
          channels: fc.integer({ min: 1, max: 2 }),
          height: fc.integer({ min: 3, max: 4 }),
          width: fc.integer({ min: 3, max: 5 }),
          kernel: fc.integer({ min: 1, max: 3 }),
          stride: fc.integer({ min: 1, max: 2 }),
          padding: fc.integer({ min: 0, max: 2 }),
          max: fc.boolean(),
          seed: fc.integer({ min: 0, max: 1e6 }),
        }),
        ({ channels, height, width, kernel, stride, padding, max, seed }) => {
          const convolution = conv2d(channels, 2, { kernel, stride, padding });
          const front = [convolution, tanh(), (max ? maxPool2d : avgPool2d)(1, { stride: 1 }), flatten()];
          const input = [channels, height, width];
          const probe = sequential(
            [...front, defineLayer({ name: "same", forward: (x) => x, backward: (d) => ({ x: d }) })()],
            { input },
          );
          const model = sequential([...front, dense(probe.outputs, 2)], { input, seed });
          const x = randomNormal([2, channels * height * width], { seed: seed + 1 });
          const check = gradientCheck(model, x, [0, 1], crossEntropy());
          if (!check.ok) expect.fail(inspect(check)); // which takes long to write
        },
      ),
      { numRuns: 25, seed: 2 },
    );
  });

  test("windows that overlap", () => {
    for (const pool of [maxPool2d(3, { stride: 2 }), avgPool2d(3, { stride: 1 }), maxPool2d(2)]) {
      const input = [2, 5, 5];
      const front = [conv2d(2, 2, { kernel: 2, padding: 1 }), pool, flatten()];
      const same = defineLayer({ name: "same", forward: (x) => x, backward: (d) => ({ x: d }) });
      const width = sequential([...front, same()], { input }).outputs;
      const model = sequential([...front, dense(width, 2)], { input, seed: 3 });
      const x = randomNormal([3, 50], { seed: 4 });
      expect(gradientCheck(model, x, [0, 1, 1], crossEntropy()).ok).toBe(true);
    }
  });
});
