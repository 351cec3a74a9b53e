import { avgPool2d, conv2d, dense, flatten, operationCounts, relu, sequential, toBundle } from "nablab";
import { expect, test } from "vitest";

/** The multiplications of a gradient, counted one by one in the loops of the lecture (A9 to A11). */
function counted(sizes: number[]): { forward: number; gradient: number } {
  let forward = 0;
  let backward = 0;
  for (let t = 1; t < sizes.length; t++) {
    for (let i = 0; i < sizes[t]!; i++) {
      for (let j = 0; j < sizes[t - 1]!; j++) {
        forward++; // A[t][i, j] · x[j]
        backward++; // δ[i] · x[j]
        if (t > 1) backward++; // A[t][i, j] · δ[i], for the delta below
      }
    }
  }
  return { forward, gradient: forward + backward };
}

test.each([[[3, 4, 2]], [[784, 512, 384, 10]], [[5, 1]]])("a dense network of sizes %j", (sizes) => {
  const layers = sizes.slice(1).flatMap((size, t) => [...(t > 0 ? [relu()] : []), dense(sizes[t]!, size)]);
  const counts = operationCounts(sequential(layers), { samples: 1000, batchSize: 10 });
  const { forward, gradient } = counted(sizes);
  const M = sizes.slice(1).reduce((sum, size, t) => sum + size * (sizes[t]! + 1), 0);
  expect(counts).toMatchObject({
    forward,
    backpropagation: gradient,
    differences: 2 * M * forward,
    sgdStep: 10 * gradient + M,
    gradientDescentStep: 1000 * gradient + M,
  });
  expect(counts.backpropagation / forward).toBeGreaterThanOrEqual(2);
  expect(counts.backpropagation / forward).toBeLessThan(3);
});

test("a convolution multiplies at each place; memory holds what every layer puts out", () => {
  const net = sequential([conv2d(1, 2, { kernel: 3 }), relu(), avgPool2d(2), flatten(), dense(8, 3)], {
    input: [1, 6, 6],
  });
  const counts = operationCounts(net, { batchSize: 7 });
  expect(counts.forward).toBe(2 * 9 * 16 + 24);
  expect(counts.backpropagation).toBe(2 * counts.forward + 24);
  expect(counts.memory).toEqual({
    parameters: net.parameterCount,
    gradient: net.parameterCount,
    activations: 7 * (36 + 32 + 32 + 8 + 8 + 3),
  });
});

test("shows itself as a table, and refuses what cannot be counted", async () => {
  const net = sequential([dense(3, 2)]);
  expect((await toBundle(operationCounts(net)))["text/plain"]).toMatch(
    /M = 8 parameters[\s\S]*a step of SGD, B = 128/,
  );
  expect(() => operationCounts({} as never)).toThrow("expected a network");
  expect(() => operationCounts(net, { batchSize: 0 })).toThrow("batchSize must be a whole number ≥ 1, got 0");
});
