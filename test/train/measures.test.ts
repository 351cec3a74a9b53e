/** What `train()` can measure, against the same written out: slowly, and obviously. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import {
  adam,
  backpropagation,
  clipNorm,
  crossEntropy,
  type Dataset,
  dataset,
  deadRelus,
  dense,
  everyEpochs,
  everySteps,
  flatGradient,
  full,
  gradientAngle,
  gradientNorm,
  gradientVariance,
  hessian,
  kinkHits,
  loadRun,
  type Measure,
  prelu,
  random,
  relu,
  type Sequential,
  saveRun,
  sequential,
  sgd,
  sharpness,
  signalToNoise,
  squaredError,
  stepTimesCurvature,
  type Tensor,
  type Traced,
  tanh,
  tensor,
  toBundle,
  train,
} from "nablab";
import { afterAll, describe, expect, test } from "vitest";

const folder = mkdtempSync(join(tmpdir(), "nablab-measures-"));
afterAll(() => rmSync(folder, { recursive: true }));

const stream = random(1);
const normals = (count: number) => Float64Array.from({ length: count }, () => stream.normal());
const data: Dataset = dataset({
  x: normals(40 * 4),
  y: Uint8Array.from({ length: 40 }, () => stream.integer(3)),
  sampleShape: [4],
  classes: 3,
});
const network = (): Sequential => sequential([dense(4, 6), relu(), dense(6, 3)], { seed: 2 });

async function measured(measure: Measure, { model = network(), on = data, loss = crossEntropy() } = {}) {
  const run = await train(model, on, { loss, measure: { it: measure }, live: false });
  return run.measured.it![0]!.value;
}

const gradient = (indices: number[], model = network()): number[] => {
  const { x, y } = data.batch(indices);
  return [...flatGradient(backpropagation(model, x, y, crossEntropy()))];
};
const all = Array.from({ length: 40 }, (_, i) => i);
const norm2 = (v: Float64Array) => Math.sqrt(squared([...v]));
const squared = (v: number[]) => v.reduce((sum, x) => sum + x * x, 0);

test("gradient norms: whole, and by layer", async () => {
  const whole = await measured(gradientNorm());
  expect(whole).toBeCloseTo(Math.sqrt(squared(gradient(all))), 12);
  const layers = [await measured(gradientNorm({ layer: 1 })), await measured(gradientNorm({ layer: 2 }))];
  expect(Math.hypot(...layers)).toBeCloseTo(whole, 12);
  await expect(measured(gradientNorm({ layer: 3 }))).rejects.toThrow(
    'layer must be a whole number from 1 to 2, the last layer, or "each", got 3',
  );
});

test("variance and signal-to-noise, from the covariance written out", async () => {
  const each = all.map((i) => gradient([i]));
  const mean = gradient(all);
  const variance = each.reduce((sum, g) => sum + squared(g.map((x, j) => x - mean[j]!)), 0) / 39;
  expect(await measured(gradientVariance())).toBeCloseTo(variance, 10);
  expect(await measured(signalToNoise())).toBeCloseTo(squared(mean) / variance, 10);
});

test("the same with weights of samples, and of a network through whose layers samples go one by one", async () => {
  const weights = Float64Array.from({ length: 40 }, (_, i) => 0.5 + (i % 3));
  const on = dataset({ x: data.x, y: data.y, sampleShape: [4], classes: 3, weights });
  const alone = (i: number, model: Sequential) => {
    const { x, y } = on.batch([i]);
    return [...flatGradient(backpropagation(model, x, y, crossEntropy()))].map((g) => weights[i]! * g);
  };
  for (const model of [network(), sequential([dense(4, 6), prelu(), dense(6, 3)], { seed: 2 })]) {
    const each = all.map((i) => alone(i, model));
    const mean = each[0]!.map((_, j) => each.reduce((sum, g) => sum + g[j]!, 0) / 40);
    const variance = each.reduce((sum, g) => sum + squared(g.map((x, j) => x - mean[j]!)), 0) / 39;
    expect((await measured(gradientVariance(), { model: model.copy(), on })) / variance).toBeCloseTo(1, 10);
    expect(
      (await measured(signalToNoise(), { model: model.copy(), on })) / (squared(mean) / variance),
    ).toBeCloseTo(1, 10);
  }
});

test("the angle to the gradient of all samples, also of those that fill no batch", async () => {
  const order = [...random(0).split("measure").permutation(40)];
  const whole = gradient(order);
  const angleOf = (part: number[]) => {
    const g = gradient(part);
    const inner = g.reduce((sum, x, j) => sum + x * whole[j]!, 0);
    return (Math.acos(inner / Math.sqrt(squared(g) * squared(whole))) * 180) / Math.PI;
  };
  const parts = [0, 12, 24].map((start) => order.slice(start, start + 12)); // 4 are left over
  const mean = parts.reduce((sum, part) => sum + angleOf(part), 0) / 3;
  expect(await measured(gradientAngle({ batchSize: 12 }))).toBeCloseTo(mean, 9);
});

test("the angle between mini-batches and all: none for all of them at once, larger for smaller ones", async () => {
  expect(await measured(gradientAngle({ batchSize: 40 }))).toBeLessThan(1e-4);
  const large = await measured(gradientAngle({ batchSize: 20 }));
  const small = await measured(gradientAngle({ batchSize: 2 }));
  expect(large).toBeGreaterThan(1);
  expect(small).toBeGreaterThan(large);
  await expect(measured(gradientAngle({ batchSize: 41 }))).rejects.toThrow("from 1 to 40, got 41");
});

test("sharpness is the largest eigenvalue of the Hessian, which the loss written out by hand gives", async () => {
  const model = sequential([dense(2, 2), tanh(), dense(2, 2)], { seed: 3 });
  const few = dataset({
    x: normals(8),
    y: tensor([...Array(4)].map(() => [...normals(2)])),
    sampleShape: [2],
  });
  const loss = squaredError();
  const { x, y } = few.batch(0, 4);
  /** Some entries of theta, as the product with a matrix that picks them. */
  const part = (theta: Traced, from: number, ...shape: number[]) => {
    const size = shape.reduce((product, n) => product * n, 1);
    const pick = [...model.theta].map((_, j) => [...Array(size)].map((_, i) => Number(j === from + i)));
    return theta.matmul(pick).reshape(...shape);
  };
  const F = (theta: Traced): Traced => {
    const hidden = part(theta, 0, 2, 2)
      .matmul(x.transpose())
      .transpose()
      .add(part(theta, 4, 2))
      .tanh();
    return hidden
      .matmul(part(theta, 6, 2, 2).transpose())
      .add(part(theta, 10, 2))
      .sub(y as Tensor)
      .pow(2)
      .sum()
      .mul(1 / 4);
  };
  // The power of the matrix; the largest in size may be below 0.
  const H = hessian(F)(model.theta);
  let v = full([model.parameterCount], 1);
  for (let i = 0; i < 2000; i++) {
    const w = H.matmul(v);
    v = w.mul(1 / w.norm());
  }
  const eigenvalue = v.mul(H.matmul(v)).sum();
  const found = await measured(sharpness({ iterations: 500 }), { model: model.copy(), on: few, loss });
  // Power iteration ends at a residual of 1e-6 λ, and the error of the eigenvalue is of the order of its square.
  expect(Math.abs(found - eigenvalue)).toBeLessThan(1e-10 * Math.abs(eigenvalue));
  const run = await train(model, few, {
    loss,
    measure: { it: stepTimesCurvature({ iterations: 500 }) },
    live: false,
  });
  expect(run.measured.it![0]!.value).toBeNaN();
  expect(run.measured.it![1]!.value).toBeGreaterThan(0);
});

test("dead units and kinks are counted", async () => {
  const model = network();
  // The first two units never fire; the third has z = 0 for all samples.
  model.b[1]!.data.set([-100, -100, 0]);
  model.A[1]!.data.fill(0, 8, 12);
  expect(await measured(deadRelus(), { model: model.copy() })).toBeCloseTo(3 / 6, 12);
  expect(await measured(kinkHits(), { model: model.copy() })).toBe(40);
  expect(await measured(deadRelus(), { model: sequential([dense(4, 3)]) })).toBeNaN();
  await expect(measured(deadRelus({ samples: 0 }))).rejects.toThrow(
    "samples must be a whole number ≥ 1, got 0",
  );
});

test("norms of each layer are in the record, in a chart of their own, and in the table of epochs", async () => {
  const measure = { norm: gradientNorm({ layer: "each" }), everySecond: everyEpochs(2, gradientNorm()) };
  const run = await train(network(), data, { epochs: 3, measure, validation: data, live: false });
  expect(Object.keys(run.measured)).toEqual(["everySecond"]);
  const { norm } = run.measuredLayers;
  expect(norm!.map(({ step, values }) => [step, values.length])).toEqual([
    [0, 2],
    [1, 2],
    [2, 2],
    [3, 2],
  ]);
  expect(run.measured.everySecond!.map(({ step }) => step)).toEqual([0, 2]);
  const { value: whole } = run.measured.everySecond![1]!;
  expect(Math.hypot(...norm![2]!.values)).toBeCloseTo(whole, 12);
  const names = run.figure().data.map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining(["layer 1", "layer 2"]));
  const text = inspect(run.table());
  for (const word of [
    "epoch",
    "validation loss",
    "accuracy, %",
    "step size",
    "norm, layer 2",
    "everySecond",
  ]) {
    expect(text).toContain(word);
  }
  expect((await toBundle(run))["text/plain"]).toContain(text);
  expect(() => everyEpochs(0, gradientNorm())).toThrow("n must be a whole number ≥ 1, got 0");
});

test("a record that was saved with a name for each layer is read as lists", async () => {
  const measure = { norm: gradientNorm({ layer: "each" }), "a[1": () => 1, whole: gradientNorm() };
  const run = await train(network(), data, { epochs: 2, measure, live: false });
  const file = join(folder, "packed.json");
  saveRun(file, run);
  expect(loadRun(file).measuredLayers).toEqual(run.measuredLayers);
  const { measuredLayers, ...older } = JSON.parse(readFileSync(file, "utf8"));
  for (const t of [1, 2]) {
    older.measured[`norm[${t}]`] = measuredLayers.norm.map(
      ({ step, values }: { step: number; values: number[] }) => ({ step, value: values[t - 1] }),
    );
  }
  writeFileSync(file, JSON.stringify(older));
  const loaded = loadRun(file);
  expect(loaded.measured).toEqual(run.measured);
  expect(loaded.measuredLayers).toEqual(run.measuredLayers);
  expect(loaded.figure().toJSON()).toEqual(run.figure().toJSON());
});

test("a parameter that is neither A nor b counts", async () => {
  const model = sequential([dense(4, 6), prelu(), dense(6, 3)], { seed: 2 });
  const { x, y } = data.batch(all);
  const whole = norm2(flatGradient(backpropagation(model, x, y, crossEntropy())));
  expect(await measured(gradientNorm(), { model })).toBeCloseTo(whole, 12);
});

test("how long each epoch took is in the record, in the fast kernels and in float64", async () => {
  for (const backend of ["wasm", "scalar"] as const) {
    const run = await train(network(), data, { epochs: 4, batchSize: 10, backend, live: false });
    expect(run.timings.map(({ epoch }) => epoch)).toEqual([1, 2, 3, 4]);
    const sum = run.timings.reduce((all, { seconds }) => all + seconds, 0);
    expect(sum).toBeGreaterThan(0);
    expect(sum).toBeLessThanOrEqual(run.seconds);
    saveRun(join(folder, "timed.json"), run);
    expect(loadRun(join(folder, "timed.json")).timings).toEqual(run.timings);
  }
});

test("what was measured is drawn beside the losses", async () => {
  const run = await train(network(), data, { epochs: 2, measure: { "‖∇F‖": gradientNorm() }, live: false });
  expect(run.figure().alt).toContain("‖∇F‖");
});

describe("every n steps", () => {
  const points = dataset({
    x: Array.from({ length: 10 }, (_, i) => [Math.sin(i), Math.cos(2 * i)]),
    y: Array.from({ length: 10 }, (_, i) => i % 2),
    classes: 2,
  });
  const net = () => sequential([dense(2, 4), tanh(), dense(4, 2)], { seed: 3 });
  const size: Measure = ({ model }) => Math.hypot(...model.theta);
  // Five steps an epoch.
  const options = { rule: adam({ eta: 0.05 }), batchSize: 2, epochs: 3, live: false };

  test.each([
    ["in the kernels", { threads: 1 }],
    ["on threads", { threads: 2 }],
    ["in float64", { backend: "scalar" }],
    ["by the kernels' gradients", { rule: clipNorm(adam({ eta: 0.05 }), 10), backend: "wasm" }],
  ] as const)("%s: after these, and the training has the same bits", async (_, kind) => {
    const [plain, measured, each] = [net(), net(), net()];
    const bare = await train(plain, points, { ...options, ...kind });
    const measure = { size: everySteps(3, size), at: size, few: everyEpochs(2, size) };
    const run = await train(measured, points, { ...options, ...kind, measure });
    const all = await train(each, points, { ...options, ...kind, measure: { size: everySteps(1, size) } });
    expect(measured.theta).toEqual(plain.theta);
    expect(each.theta).toEqual(plain.theta);
    expect(run.loss).toEqual(bare.loss);
    expect(run.epochs).toEqual(bare.epochs);
    const steps = (of: typeof run, name: string) => of.measured[name]!.map(({ step }) => step);
    expect(steps(run, "size")).toEqual([0, 3, 6, 9, 12, 15]);
    expect(steps(run, "at")).toEqual([0, 5, 10, 15]);
    expect(steps(run, "few")).toEqual([0, 10]);
    expect(steps(all, "size")).toEqual(Array.from({ length: 16 }, (_, k) => k));
    const values = new Map(all.measured.size!.map(({ step, value }) => [step, value]));
    expect(new Set(values.values()).size).toBe(16);
    for (const { step, value } of [...run.measured.size!, ...run.measured.at!])
      expect(value).toBe(values.get(step));
    expect(values.get(15)).toBe(Math.hypot(...plain.theta));
    expect(inspect(run.table())).toContain("size");
    expect((await toBundle(run))["text/plain"]).toContain("size");
  });

  test("also over an interruption, and after the last epoch that was looked at", async () => {
    const file = join(folder, "steps.safetensors");
    const measure = { size: everySteps(3, size) };
    const controller = new AbortController();
    const stopping: Measure = everySteps(7, ({ run }) => (run.steps === 7 ? void controller.abort() : 1));
    const resumed = net();
    await train(resumed, points, {
      ...options,
      measure: { ...measure, stopping },
      checkpoint: file,
      signal: controller.signal,
    });
    const rest = await train(resumed, points, { ...options, measure, resume: file });
    const whole = net();
    const run = await train(whole, points, { ...options, measure });
    expect(resumed.theta).toEqual(whole.theta);
    expect(rest.measured.size).toEqual(run.measured.size);
  });

  test("a training that runs away keeps the parameters of the last look", async () => {
    const model = net();
    const seen: Float64Array[] = [];
    const kept = everySteps(2, ({ model }) => seen.push(model.theta.slice()));
    const eta = (k: number) => (k > 7 ? 1e308 : 0.1);
    await expect(train(model, points, { ...options, rule: sgd({ eta }), measure: { kept } })).rejects.toThrow(
      /the network keeps the parameters from after step 6; try a smaller eta/,
    );
    expect(model.theta).toEqual(seen.at(-1));
    expect(seen.length).toBe(4);
  });

  test("n must be a whole number", () => {
    expect(() => everySteps(0, size)).toThrow("everySteps: n must be a whole number ≥ 1, got 0");
    expect(() => everySteps(2, 3 as never)).toThrow("everySteps: measure must be a function, got 3");
  });
});
