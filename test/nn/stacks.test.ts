/** Networks of another form than the lecture's: dense layers that follow each other, and an activation at the end. */
import {
  backpropagation,
  crossEntropy,
  dataset,
  dense,
  evaluate,
  gradientCheck,
  type LayerDescription,
  predict,
  prelu,
  randomNormal,
  relu,
  sequential,
  sgd,
  sigmoid,
  softmax,
  squaredError,
  tanh,
  train,
} from "nablab";
import { describe, expect, test } from "vitest";

const stacks: Record<string, () => LayerDescription[]> = {
  "deep linear": () => [dense(4, 6), dense(6, 5), dense(5, 3)],
  "two linear ones among others": () => [dense(4, 6), tanh(), dense(6, 5), dense(5, 3)],
  "a sigmoid at the end": () => [dense(4, 6), tanh(), dense(6, 3), sigmoid()],
  "a ReLU at the end": () => [dense(4, 6), tanh(), dense(6, 3), relu()],
  "linear ones with an activation at the end": () => [dense(4, 6), dense(6, 3), tanh()],
  "a softmax at the end": () => [dense(4, 6), relu(), dense(6, 3), softmax()],
  "a PReLU at the end": () => [dense(4, 6), relu(), dense(6, 3), prelu()],
};
const x = randomNormal([24, 4], { seed: 1 });
const y = randomNormal([24, 3], { seed: 2 });
const data = dataset({ x: x.toArray() as number[][], y: y.toArray() as number[][] });

describe.each(Object.entries(stacks))("%s", (_, layers) => {
  test("the gradient is that of differences", () => {
    const net = sequential(layers(), { seed: 3 });
    expect(gradientCheck(net, x, y, squaredError()).verdict).toBe("yes");
  });

  test("trains and evaluates on threads, where they know it, as in float64", async () => {
    const of = async (backend: "wasm" | "scalar" | undefined) => {
      const net = sequential(layers(), { seed: 3 });
      const rule = sgd({ eta: 0.02 });
      const options = { epochs: 5, batchSize: 7, rule, live: false };
      const run = await train(net, data, { ...options, ...(backend && { backend }) });
      return { net, run, evaluation: await evaluate(net, data) };
    };
    const [usual, slow] = [await of(undefined), await of("scalar")];
    expect(Math.max(...usual.net.theta.map((value, i) => Math.abs(value - slow.net.theta[i]!)))).toBeLessThan(
      1e-5,
    );
    expect(usual.evaluation.loss).toBeCloseTo(slow.evaluation.loss, 5);
    expect(usual.run.loss.at(-1)!).toBeLessThan(usual.run.loss[0]!);
  });
});

test("a deep linear network is the product of its matrices", () => {
  const net = sequential(stacks["deep linear"]!(), { seed: 3 });
  const [, A, B, C] = net.A;
  const { g, z, delta } = { ...backpropagation(net, x, y, squaredError()) };
  const product = x.matmul(A!.transpose()).matmul(B!.transpose()).matmul(C!.transpose());
  expect(g.allClose(product, { relative: 1e-12 })).toBe(true);
  expect([z.length, delta.length, net.hidden]).toEqual([4, 4, 2]);
  expect(delta[2]!.allClose(delta[3]!.matmul(C!), { relative: 1e-12 })).toBe(true);
});

test("the kernels know stacks, and activations at the end", async () => {
  const kernels = async (name: string) => {
    const net = sequential(stacks[name]!(), { seed: 3 });
    return (await train(net, data, { live: false, backend: "wasm", batchSize: 7 })).kernels;
  };
  for (const name of [
    "deep linear",
    "a sigmoid at the end",
    "linear ones with an activation at the end",
    "a ReLU at the end",
  ])
    expect(await kernels(name)).toMatch(/^wasm/);
});

test("probabilities do not go into a loss that makes its own", async () => {
  const labels = dataset({
    x: [
      [1, 2],
      [2, 1],
    ],
    y: [0, 1],
    classes: 2,
  });
  for (const last of [softmax(), sigmoid()]) {
    const net = sequential([dense(2, 2), last]);
    const message = `crossEntropy() brings its own softmax, so the last layer must be dense; leave out the last, or take squaredError(); it is ${last}`;
    await expect(train(net, labels, { live: false })).rejects.toThrow(`train: ${message}`);
    await expect(evaluate(net, labels, { loss: crossEntropy() })).rejects.toThrow(`evaluate: ${message}`);
  }
  // A softmax at the end gives probabilities.
  expect(predict(sequential([dense(2, 2), softmax()], { seed: 1 }), [[1, 2]]).sum()).toBeCloseTo(1, 12);
});
