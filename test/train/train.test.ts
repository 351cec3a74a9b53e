import { spawnSync } from "node:child_process";
import * as nablab from "nablab";
import {
  type Activation,
  adadelta,
  adagrad,
  adagradNorm,
  adam,
  adamw,
  amsgrad,
  averageGradients,
  averaging,
  chain,
  clipNorm,
  clipValue,
  compareRuns,
  cosine,
  crossEntropy,
  type Dataset,
  dataset,
  decayWeights,
  defineLayer,
  dense,
  divideByNorm,
  evaluate,
  type Loss,
  lastRun,
  lion,
  momentum,
  nesterov,
  type Rule,
  random,
  randomNormal,
  relu,
  rmsprop,
  type Sequential,
  scaleBy,
  sequential,
  sgd,
  squaredError,
  takeSign,
  tensor,
  toBundle,
  train,
} from "nablab";
import { afterEach, describe, expect, test, vi } from "vitest";
import { formulaOf } from "#nablab/compute/formula.js";
import { consoleHost, type DisplayMessage, setHost } from "#nablab/display/host.js";
import { findOpenblas } from "#nablab/platform/openblas.js";
import { makersOf } from "../makers.js";

afterEach(() => {
  setHost(consoleHost);
});

/** Points of three classes on 13 features, some of them noise; float64, or as bytes. */
function points(size: number, { bytes = false, seed = 1 } = {}): Dataset {
  const stream = random(seed);
  const y = Uint8Array.from({ length: size }, () => stream.integer(3));
  const x = Float64Array.from({ length: size * 13 }, (_, i) => {
    const label = y[Math.floor(i / 13)]!;
    return stream.normal() + (i % 13 < 3 ? 2 * Number(i % 13 === label) : 0);
  });
  const scaled = bytes ? Uint8Array.from(x, (v) => Math.max(0, Math.min(255, 128 + 30 * v))) : x;
  return dataset({ name: "points", x: scaled, y, sampleShape: [13], classes: 3, scale: bytes ? 1 / 64 : 1 });
}

const network = (): Sequential =>
  sequential([dense(13, 21), relu(), dense(21, 10), relu(), dense(10, 3)], { seed: 5 });
const rules: Rule[] = [
  sgd({ eta: 0.05 }),
  adagradNorm({ eta: 0.5 }),
  adagrad({ eta: 0.02 }),
  momentum({ eta: 0.01 }),
  adam({ eta: cosine({ eta: 0.002, steps: 209 }), epsilon: 1e-6 }),
];
const quiet = { live: false };

/** `make` called once for each rule: the float64 twin is the same for every backend that is compared with it. */
function oncePerRule<T>(make: (rule: Rule) => T): (rule: Rule) => T {
  const made = new Map<Rule, T>();
  return (rule) => {
    if (!made.has(rule)) made.set(rule, make(rule));
    return made.get(rule)!;
  };
}

// That OpenBLAS is there when it has to be is asked in test/compute.
const backends = (["wasm", "openblas"] as const).filter((backend) => backend === "wasm" || findOpenblas());

const twinOf = oncePerRule((rule) =>
  train(network(), points(330), { rule, epochs: 19, batchSize: 32, seed: 3, backend: "scalar", ...quiet }),
);

describe.each(backends.flatMap((backend) => rules.map((rule) => ({ name: String(rule), rule, backend }))))(
  "$name by $backend",
  ({ rule, backend }) => {
    test("float32 in threads follows the float64 twin for 200 steps to 1e-4", async () => {
      const options = { rule, epochs: 19, batchSize: 32, seed: 3, ...quiet };
      const fast = await train(network(), points(330), { ...options, backend });
      const slow = await twinOf(rule);
      expect(fast.settings.backend).toBe(backend);
      expect(fast.kernels.startsWith("OpenBLAS")).toBe(backend === "openblas");
      expect(fast.steps).toBe(209);
      expect(slow.steps).toBe(209);
      for (let k = 0; k < 200; k++) {
        expect(Math.abs(fast.loss[k]! - slow.loss[k]!)).toBeLessThanOrEqual(1e-4 * slow.loss[k]!);
        expect(Math.abs(fast.stepSize[k]! - slow.stepSize[k]!)).toBeLessThanOrEqual(1e-4 * slow.stepSize[k]!);
      }
    });

    test("the same seed gives the same bits for one, two and three threads; another seed does not", async () => {
      const data = points(100, { bytes: true });
      const parameters = async (threads: number, seed: number): Promise<Float64Array> => {
        const model = network();
        await train(model, data, { rule, epochs: 3, batchSize: 32, seed, threads, backend, ...quiet });
        return model.theta;
      };
      const one = await parameters(1, 3);
      expect(await parameters(2, 3)).toEqual(one);
      expect(await parameters(3, 3)).toEqual(one);
      expect(await parameters(2, 4)).not.toEqual(one);
    });
  },
);

/** Points with four features that are mostly not zero, and nine that mostly are. */
const sparsePoints = ((): Dataset => {
  const stream = random(5);
  const shareOf = (k: number): number => ([1, 2, 3, 12].includes(k) ? 0.7 : 0.05);
  const x = Array.from({ length: 330 }, () =>
    Array.from({ length: 13 }, (_, k) => (stream.uniform() < shareOf(k) ? stream.normal() : 0)),
  );
  const y = x.map(([_, a, b, c]) => (a! > b! ? 0 : c! > 0 ? 1 : 2));
  return dataset({ x, y, classes: 3 });
})();
const sparseTwinOf = oncePerRule((rule) =>
  train(network(), sparsePoints, { rule, epochs: 7, batchSize: 32, seed: 3, backend: "scalar", ...quiet }),
);

test.each(backends.flatMap((backend) => rules.map((rule) => ({ name: String(rule), rule, backend }))))(
  "where a few inputs are dense and the others sparse, $name by $backend does the same",
  async ({ rule, backend }) => {
    const data = sparsePoints;
    const slow = await sparseTwinOf(rule);
    const thetas: Float64Array[] = [];
    for (const threads of [1, 2, 3]) {
      const model = network();
      const options = { rule, epochs: 7, batchSize: 32, seed: 3, threads, validation: data, ...quiet };
      const fast = await train(model, data, { ...options, backend });
      thetas.push(model.theta);
      for (let k = 0; k < 77; k++) {
        expect(Math.abs(fast.loss[k]! - slow.loss[k]!)).toBeLessThanOrEqual(1e-4 * slow.loss[k]!);
      }
      // Sums of floats in another order.
      const { loss } = await evaluate(model, data);
      expect(Math.abs(fast.epochs.at(-1)!.validationLoss! - loss)).toBeLessThanOrEqual(1e-5 * loss);
    }
    for (const theta of thetas) expect(theta).toEqual(thetas[0]);
  },
);

test("no rule with fast kernels was left out", () => {
  const known = makersOf(["Rule"]).flatMap((name) => {
    try {
      const rule = (nablab as unknown as Record<string, () => Rule>)[name]!();
      return formulaOf("rule", rule)?.name ?? [];
    } catch {
      return []; // one that is made around another rule, or for an objective
    }
  });
  expect(known.length).toBeGreaterThanOrEqual(6);
  expect(new Set(rules.map((rule) => formulaOf("rule", rule)!.name))).toEqual(new Set(known));
});

test.each(backends)(
  "the squared error by %s follows its float64 twin for 200 steps to 1e-4",
  async (backend) => {
    const options = { rule: sgd({ eta: 0.05 }), epochs: 20, batchSize: 32, seed: 3, ...quiet };
    const y = randomNormal([330, 3], { seed: 2 });
    const data = dataset({ x: randomNormal([330, 13], { seed: 1 }), y });
    const fast = await train(network(), data, { ...options, backend });
    const slow = await train(network(), data, { ...options, backend: "scalar" });
    for (let k = 0; k < 200; k++) {
      expect(Math.abs(fast.loss[k]! - slow.loss[k]!)).toBeLessThanOrEqual(1e-4 * slow.loss[k]!);
    }
  },
);

test("while it trains the record grows, and a stop that comes after the last step stops nothing", async () => {
  const data = points(4000);
  const stop = new AbortController();
  const steps: number[] = [];
  const running = train(network(), data, { epochs: 30, batchSize: 16, signal: stop.signal, ...quiet });
  const run = lastRun()!;
  const looking = setInterval(() => {
    steps.push(run.steps);
    if (run.epochs.length === 30) stop.abort("too late");
  }, 1);
  await running;
  clearInterval(looking);
  expect(run.steps).toBe(30 * 250);
  expect(run.stopped).toBeUndefined();
  expect(steps[0]).toBeLessThan(run.steps);
  expect(steps).toEqual([...steps].sort((a, b) => a - b));
});

test("it learns, and the record says how", async () => {
  const data = points(600);
  const validation = points(200, { seed: 2 });
  const model = network();
  const run = await train(model, data, { rule: rules[2]!, epochs: 5, batchSize: 32, validation, ...quiet });
  const found = await evaluate(model, validation);
  expect(run.epochs.map(({ step }) => step)).toEqual([19, 38, 57, 76, 95]);
  expect(run.epochs[4]!.accuracy).toBe(found.accuracy);
  expect(Math.abs(run.epochs[4]!.validationLoss! - found.loss)).toBeLessThan(1e-12);
  expect(found.accuracy).toBeGreaterThan(0.8);
  expect(run.epochs[4]!.loss).toBeLessThan(run.epochs[0]!.loss / 2);
  expect(lastRun()).toBe(run);
  expect(run.summary()).toMatch(
    /^AdaGrad\(.*\): 5 of 5 epochs, 95 steps of 32, loss 0\.\d+, accuracy \d\d\.\d\d %$/,
  );
  const bundle = await toBundle(run);
  expect(Object.keys(bundle).sort()).toEqual([
    "application/vnd.plotly.v1+json",
    "image/svg+xml",
    "text/plain",
  ]);
  expect(await toBundle(run)).toEqual(bundle);
  expect(compareRuns([run, run]).data.length).toBe(4);
});

test("runs whose epochs are not as many steps are compared over epochs", async () => {
  const data = points(120);
  const runs = [];
  for (const batchSize of [1, 120]) {
    runs.push(
      await train(network(), data, { epochs: 3, batchSize, name: `batches of ${batchSize}`, ...quiet }),
    );
  }
  const { data: traces, layout } = compareRuns(runs);
  expect(layout.xaxis).toMatchObject({ title: { text: "epoch" } });
  expect(traces[1]!.x).toEqual([1, 2, 3]);
  expect((traces[0]!.x as number[]).at(-1)).toBeCloseTo(3, 1); // the mean of the last two steps
  expect(compareRuns([runs[0]!, runs[0]!]).layout.xaxis).toMatchObject({ title: { text: "step k" } });
});

test("evaluation in float32 agrees with float64", async () => {
  const data = points(1203);
  const model = network();
  const twin = sequential([dense(13, 21), relu({ atZero: 0.5 }), dense(21, 10), relu(), dense(10, 3)], {
    seed: 5,
  });
  const [fast, slow] = [await evaluate(model, data), await evaluate(twin, data)];
  expect(fast.predicted).toEqual(slow.predicted);
  fast.losses.forEach((loss, i) => {
    expect(Math.abs(loss - slow.losses[i]!)).toBeLessThan(1e-5);
  });
});

test("NaN is never right: a network of it has accuracy 0, by kernels and in float64, with one output and with several", async () => {
  const data = points(60);
  const slow = [dense(13, 21), relu({ atZero: 0.5 }), dense(21, 10), relu(), dense(10, 3)];
  for (const model of [network(), sequential(slow, { seed: 5 })]) {
    model.theta.fill(Number.NaN);
    const found = await evaluate(model, data);
    expect([found.accuracy, found.loss]).toEqual([0, Number.NaN]);
    expect(new Set(found.predicted)).toEqual(new Set([-1]));
  }
  const yesOrNo = dataset({ x: [[1], [2]], y: [0, 0], classes: 2 });
  const one = sequential([dense(1, 1)]);
  one.theta.fill(Number.NaN);
  expect((await evaluate(one, yesOrNo, { loss: nablab.binaryCrossEntropy() })).accuracy).toBe(0);
});

test("nor between epochs: a validation whose readout overflows to NaN has accuracy 0", async () => {
  const model = sequential([dense(1, 4), relu(), dense(4, 2)], { seed: 1 });
  model.theta.fill(1);
  const data = dataset({ x: [[0], [0]], y: [0, 0], classes: 2 });
  // 4 · 3e38 is ∞ in float32, and ∞ − ∞ is NaN.
  const validation = dataset({ x: [[3e38]], y: [0], classes: 2 });
  const run = await train(model, data, {
    validation,
    rule: sgd({ eta: 1e-9 }),
    epochs: 1,
    batchSize: 2,
    ...quiet,
  });
  expect([run.epochs[0]!.validationLoss, run.epochs[0]!.accuracy]).toEqual([Number.NaN, 0]);
});

test("targets are learned with the squared error", async () => {
  const stream = random(1);
  const x = Float64Array.from({ length: 400 }, () => stream.normal());
  const y = Float64Array.from({ length: 200 }, (_, i) => 2 * x[2 * i]! - x[2 * i + 1]! + 0.5);
  const data = dataset({ name: "line", x, y, sampleShape: [2] });
  const model = sequential([dense(2, 1)]);
  const run = await train(model, data, { rule: sgd({ eta: 0.1 }), epochs: 20, batchSize: 20, ...quiet });
  expect(run.settings.backend).toBe("wasm");
  // float32 keeps seven digits
  [2, -1, 0.5].forEach((value, i) => {
    expect(Math.abs(model.theta[i]! - value)).toBeLessThan(1e-5);
  });
});

test("no OpenBLAS is an error that says what to do", () => {
  const module = new URL("../../dist/platform/openblas.js", import.meta.url);
  const said = (library: string): string =>
    spawnSync(process.execPath, ["--input-type=module", "-e", `(await import("${module}")).loadOpenblas()`], {
      env: { ...process.env, NABLAB_OPENBLAS: library },
      encoding: "utf8",
    }).stderr;
  expect(said("/nowhere/libopenblas.so")).toMatch(
    /Error: backend "openblas": the library cannot be used: .*; \/nowhere\/libopenblas\.so\n/s,
  );
});

test("what the fast kernels do not know is trained in float64, and asking for them says so", async () => {
  const own = defineLayer({ name: "own", forward: (x) => x.tanh() });
  const model = sequential([dense(13, 4), own(), dense(4, 3)]);
  const run = await train(model, points(64), { batchSize: 16, ...quiet });
  expect(run.settings.backend).toBe("scalar");
  const layer = own();
  const all = sequential([layer, layer], { input: [3] });
  const labels = dataset({ x: new Array(9).fill([1, 2, 3]), y: new Array(9).fill(1), classes: 3 });
  await expect(train(all, labels, { backend: "wasm", ...quiet })).rejects.toThrow("do not know own()");
});

describe("a rule that the kernels do not know takes the gradient from them", () => {
  // Not Lion, which takes signs: where rounding changes one the paths part.
  const rules = [
    nesterov({ eta: 0.02 }),
    rmsprop({ eta: 0.002 }),
    adamw({ eta: 0.002 }),
    averaging(clipNorm(decayWeights(momentum({ eta: 0.01 }), 0.01), 1)),
    chain(divideByNorm(), averageGradients(), scaleBy(0.1)),
  ];

  const data = points(1300);
  const validation = points(50, { seed: 2 });
  const trained = async (rule: Rule, backend: "scalar" | (typeof backends)[number]) => {
    const model = network();
    const options = { rule, epochs: 10, batchSize: 600, validation, backend, ...quiet }; // more than at once
    return { model, run: await train(model, data, options) };
  };
  const twinOf = oncePerRule((rule) => trained(rule, "scalar"));

  test.each(rules.flatMap((rule) => backends.map((backend) => [String(rule), backend, rule] as const)))(
    "%s by %s follows the twin",
    async (_, backend, rule) => {
      const { model: fast, run } = await trained(rule, backend);
      const { model: slow, run: twin } = await twinOf(rule);
      expect(twin.steps).toBe(30);
      twin.loss.forEach((loss, k) => {
        expect(Math.abs(run.loss[k]! - loss)).toBeLessThanOrEqual(1e-5 * loss);
        expect(Math.abs(run.stepSize[k]! / twin.stepSize[k]! - 1)).toBeLessThan(1e-5);
      });
      twin.epochs.forEach(({ gradientNorms, validationLoss, accuracy }, i) => {
        const record = run.epochs[i]!;
        expect(record.accuracy).toBe(accuracy);
        expect(Math.abs(record.validationLoss! - validationLoss!)).toBeLessThan(1e-5);
        gradientNorms!.forEach((norm, t) => {
          expect(Math.abs(record.gradientNorms![t]! - norm)).toBeLessThan(1e-4 * norm);
        });
      });
      // Thirty steps, each a few roundings of numbers around 1.
      slow.theta.forEach((value, i) => {
        expect(Math.abs(fast.theta[i]! - value)).toBeLessThan(1e-4);
      });
    },
  );

  test("with the same bits for one, two and three threads", async () => {
    const parameters = async (threads: number): Promise<Float64Array> => {
      const model = network();
      await train(model, points(200), { rule: adamw(), batchSize: 32, backend: "wasm", threads, ...quiet });
      return model.theta;
    };
    const one = await parameters(1);
    expect(await parameters(2)).toEqual(one);
    expect(await parameters(3)).toEqual(one);
  });

  test("where that pays", async () => {
    const options = { rule: adamw(), batchSize: 64, ...quiet };
    const small = await train(network(), points(64), options);
    expect(small.kernels).toBe("scalar float64, no fast kernel for the rule adamw");
    const large = await train(sequential([dense(13, 600), relu(), dense(600, 3)]), points(64), options);
    expect(large.settings.backend).toBe("wasm");
  });
});

describe("what the user wrote is what trains", () => {
  const plain = (name: string): Rule => ({
    name,
    options: { eta: 0.1 },
    init: () => ({ k: 0 }),
    step(theta, gradient, state) {
      state.k++;
      for (let i = 0; i < theta.length; i++) theta[i]! -= 0.1 * gradient[i]!;
    },
    stepSize: () => 0.1,
  });

  test.each(["mine", "sgd", "adagrad"])("a custom rule called %s", async (name) => {
    const model = network();
    const run = await train(model, points(64), { rule: plain(name), batchSize: 16, ...quiet });
    expect(run.name).toBe(name);
    expect(run.kernels).toBe(`scalar float64, no fast kernel for the rule ${name}`);
    const same = network();
    await train(same, points(64), { rule: sgd({ eta: 0.1 }), batchSize: 16, backend: "scalar", ...quiet });
    expect(model.theta).toEqual(same.theta);
    // Asked for, the kernels give it the gradients.
    const fast = network();
    const asked = await train(fast, points(64), {
      rule: plain(name),
      batchSize: 16,
      backend: "wasm",
      ...quiet,
    });
    expect(asked.kernels).toMatch(/^wasm simd.*; the rule in float64$/);
    model.theta.forEach((value, i) => {
      expect(Math.abs(fast.theta[i]! - value)).toBeLessThan(1e-5);
    });
  });

  test("a rule spread from another, with its own step", async () => {
    const still: Rule = { ...sgd({ eta: 0.1 }), step: () => {} };
    const model = network();
    const before = model.theta.slice();
    await train(model, points(64), { rule: still, ...quiet });
    expect(model.theta).toEqual(before);
  });

  test.each(["hinge", "crossEntropy"])("a custom loss called %s", async (name) => {
    const loss: Loss = { ...crossEntropy(), name, perSample: (g) => new Float64Array(g.shape[0]!).fill(7) };
    const run = await train(network(), points(64), { loss, validation: points(32), ...quiet });
    expect(run.kernels).toBe(`scalar float64, no fast kernel for the loss ${name}`);
    expect(run.epochs[0]!.validationLoss).toBe(7);
    expect((await evaluate(network(), points(32), { loss })).loss).toBe(7);
  });

  test("a custom activation called relu", async () => {
    const leaky: Activation = {
      kind: "relu",
      options: { atZero: 0 },
      value: (z) => (z > 0 ? z : z / 2),
      derivative: (z) => (z > 0 ? 1 : 0.5),
    };
    const run = await train(sequential([dense(13, 4), leaky, dense(4, 3)]), points(64), quiet);
    expect(run.kernels).toBe("scalar float64, no fast kernel for the custom activation relu");
  });
});

test("AdaGrad with epsilon 0 leaves alone what never has a gradient", async () => {
  const data = dataset({
    x: [
      [0, 1],
      [0, -1],
      [0, 2],
    ],
    y: [0, 1, 0],
    classes: 2,
  });
  for (const backend of ["wasm", "scalar"] as const) {
    const model = sequential([dense(2, 2)], { seed: 1 });
    const before = model.theta.slice();
    await train(model, data, { rule: adagrad({ epsilon: 0 }), backend, ...quiet });
    expect(model.theta[0]).toBeCloseTo(before[0]!, 6);
    expect(model.theta[1]).not.toBeCloseTo(before[1]!, 6);
  }
});

test("the whole data in one step, more rows than are packed at once", async () => {
  const data = points(30_000);
  const options = { batchSize: 30_000, epochs: 2, rule: sgd({ eta: 0.5 }), ...quiet };
  const [fast, slow] = [network(), network()];
  await train(fast, data, { ...options, threads: 2 });
  await train(slow, data, { ...options, backend: "scalar" });
  slow.theta.forEach((value, i) => {
    expect(Math.abs(fast.theta[i]! - value)).toBeLessThan(2e-5);
  });
});

test("two hundred trainings take no more memory than a few", async () => {
  // 5 MB of samples each, 1 GB in all
  const data = dataset({
    name: "heavy",
    x: new Uint8Array(5000 * 1000),
    y: new Uint8Array(5000),
    sampleShape: [1000],
    classes: 2,
  });
  const once = async (): Promise<void> => {
    const validation = data.take(100);
    await train(sequential([dense(1000, 2)]), data, { batchSize: 5000, threads: 1, validation, ...quiet });
  };
  for (let i = 0; i < 5; i++) await once();
  const before = process.memoryUsage.rss();
  for (let i = 0; i < 195; i++) await once();
  expect((process.memoryUsage.rss() - before) / 2 ** 20).toBeLessThan(200);
});

/** A host that calls `stop` once the chart has shown some steps of a training. */
function whenUnderWay(stop: () => void, host = consoleHost): void {
  setHost({ ...host, display: ({ update }) => update && stop() });
}

describe("stopping", () => {
  test("a signal ends it with what it has", async () => {
    const controller = new AbortController();
    whenUnderWay(() => controller.abort(new Error("enough")));
    const model = network();
    const before = model.theta.slice();
    const run = await train(model, points(2000), {
      epochs: 1000,
      batchSize: 4,
      signal: controller.signal,
    });
    expect(run.stopped).toBe("enough");
    expect(run.steps).toBeGreaterThan(0);
    expect(run.loss.length).toBe(run.stepSize.length);
    expect(model.theta).not.toEqual(before);
  });

  test.each(["wasm", "scalar"] as const)(
    "the notebook's stop ends the %s backend; the network keeps what it learned",
    async (backend) => {
      const controller = new AbortController();
      const stop = (): void => controller.abort(new Error("stop"));
      whenUnderWay(stop, { ...consoleHost, interruptSignal: () => controller.signal });
      const model = network();
      const before = model.theta.slice();
      await expect(train(model, points(2000), { epochs: 1000, batchSize: 4, backend })).rejects.toThrow(
        "stop",
      );
      expect(lastRun()?.stopped).toBe("interrupted");
      expect(lastRun()?.steps).toBeGreaterThan(0);
      expect(model.theta).not.toEqual(before);
    },
  );

  test("the cell ends before the last picture is drawn, which comes after it", async () => {
    const pictures: unknown[] = [];
    const controller = new AbortController();
    let count = 0;
    setHost({
      ...consoleHost,
      interruptSignal: () => controller.signal,
      display: ({ data }) => {
        if (++count === 3) controller.abort(new Error("stop"));
        if (data["image/svg+xml"]) pictures.push(data["image/svg+xml"]);
      },
    });
    await expect(train(network(), points(2000), { epochs: 1000, batchSize: 4 })).rejects.toThrow("stop");
    expect(pictures).toEqual([]);
    await vi.waitFor(() => expect(pictures).toHaveLength(1), { timeout: 20_000 });
  });

  test.each([adam(), adamw()])("a step by %s that fails half-way leaves no trace", async (rule) => {
    const many = points(100_000);
    const options = { rule, batchSize: many.size, ...quiet };
    for (const milliseconds of [10, 40, 70, 100]) {
      const [stopped, whole] = [network(), network()];
      const signal = AbortSignal.timeout(milliseconds);
      const { steps, loss } = await train(stopped, many, { ...options, epochs: 1000, signal });
      if (steps === 0) expect(stopped.theta.map(Math.fround)).toEqual(whole.theta.map(Math.fround));
      else {
        const expected = await train(whole, many, { ...options, epochs: steps });
        expect(stopped.theta).toEqual(whole.theta);
        expect(loss).toEqual(expected.loss);
      }
    }
  });

  test.each(["wasm", "scalar"] as const)(
    "a loss that is not finite ends the %s backend and says where",
    async (backend) => {
      const model = network();
      const failing = train(model, points(320), {
        rule: sgd({ eta: 1e25 }),
        epochs: 3,
        batchSize: 32,
        backend,
        ...quiet,
      });
      await expect(failing).rejects.toThrow(
        /^train: the loss is not finite at step \d+ \(epoch 1\); the outputs of layer (\d), z\[\1\], are the first that are not finite; .*try a smaller eta, the last step size was 1\.000e\+25$/,
      );
      expect(lastRun()?.stopped).toBe("the loss is no longer finite");
    },
  );
});

const anyRules: Rule[] = [
  ...rules,
  nesterov(),
  rmsprop(),
  adadelta(),
  amsgrad(),
  adamw(),
  lion(),
  clipNorm(adam(), 1),
  clipValue(adam(), 1),
  averaging(amsgrad()),
  chain(takeSign(), scaleBy(0.1)),
];

test.each(anyRules)("a custom loss whose gradient is not a number ends the training by %s", async (rule) => {
  const loss: Loss = {
    ...squaredError(),
    gradient: (g) => tensor(Array.from({ length: g.shape[0]! }, () => [Number.NaN])),
  };
  const data = dataset({ x: [[1], [2], [3]], y: [[3], [6], [9]] });
  const model = sequential([dense(1, 1)], { seed: 1 });
  const before = model.theta.slice();
  await expect(train(model, data, { rule, loss, ...quiet })).rejects.toThrow(
    /^train: the parameters are not finite after step 1 \(epoch 1\), first those of layer 1, A\[1\] or b\[1\]; the network keeps the parameters from before the training/,
  );
  expect(model.theta).toEqual(before);
});

test.each(["wasm", "scalar"] as const)(
  "parameters that the last step made infinite are an error on the %s backend, which gives back what was",
  async (backend) => {
    const model = network();
    const before = model.theta.slice();
    const eta = backend === "wasm" ? 1e39 : 1e308;
    const big = dataset({
      x: points(64).x.map((v) => v * 10),
      y: points(64).y as Uint8Array,
      sampleShape: [13],
      classes: 3,
    });
    const failing = train(model, big, { rule: sgd({ eta }), batchSize: 64, backend, ...quiet });
    await expect(failing).rejects.toThrow(
      /^train: the parameters are not finite after step 1 \(epoch 1\), first those of layer (\d), A\[\1\] or b\[\1\]; the network keeps the parameters from before the training; try a smaller eta/,
    );
    expect(model.theta).toEqual(before);
    expect(lastRun()?.stopped).toBe("the parameters are no longer finite");
  },
);

test("a chart grows while it trains, and the last one carries the image and no clock", async () => {
  const messages: DisplayMessage[] = [];
  const controller = new AbortController();
  setHost({
    ...consoleHost,
    display: (message) => {
      if (messages.push(message) === 5) controller.abort(new Error("seen enough"));
    },
  });
  await train(network(), points(4000), { epochs: 1000, batchSize: 4, signal: controller.signal });
  const drawn = messages.map(({ data }) => JSON.stringify(data["application/vnd.plotly.v1+json"]).length);
  expect(messages[0]!.update).toBeFalsy();
  expect(new Set(messages.map(({ displayId }) => displayId)).size).toBe(1);
  expect(drawn[2]!).toBeGreaterThan(drawn[0]!);
  expect(JSON.stringify(messages[2])).toContain("samples/s");
  expect(JSON.stringify(messages.at(-1))).not.toContain("samples/s");
  expect(messages.at(-1)!.data["image/svg+xml"]).toContain("<svg");
});

test("what does not fit is said before anything is computed", async () => {
  const data = points(32);
  const wide = sequential([dense(14, 3)]);
  await expect(train(wide, data, quiet)).rejects.toThrow(
    "train: the samples of points have 13 entries but the network takes 14; the first layer should be dense(13, …)",
  );
  await expect(train(sequential([dense(13, 4)]), data, quiet)).rejects.toThrow(
    "train: points has 3 classes but the network has 4 outputs; the last layer should be dense(…, 3)",
  );
  await expect(train(network(), data, { batchSize: 33, ...quiet })).rejects.toThrow(
    'train: batchSize must be a whole number from 1 to 32, the number of samples (shuffle: "with replacement" draws more), got 33',
  );
  await expect(train(network(), data, { epochs: 0, ...quiet })).rejects.toThrow(
    "epochs must be a whole number ≥ 1, got 0",
  );
  await expect(train(network(), data, { shuffle: "always" as never, ...quiet })).rejects.toThrow(
    "got 'always'",
  );
  for (const [option, message] of [
    [{ batchSize: 0 }, "batchSize must be a whole number from 1 to 32, the number of samples, got 0"],
    [{ threads: 1e6 }, "threads must be a whole number from 1 to 256, one for each core, got 1000000"],
    [{ backend: "gpu" }, `backend must be "wasm", "openblas" or "scalar", got 'gpu'`],
    [{ rule: 0.1 }, "rule must be an update rule such as sgd({ eta: 0.1 }), got 0.1"],
    [{ rule: sgd }, "did you forget the brackets ()?, got [Function: sgd]"],
    [{ loss: crossEntropy }, "loss must be a loss such as crossEntropy(); did you forget the brackets ()?"],
    [{ validation: { train: data } }, "train: validation: expected a dataset"],
  ] as const) {
    await expect(train(network(), data, { ...option, ...quiet } as never)).rejects.toThrow(message);
  }
  await expect(train(network(), { train: data, test: data } as never)).rejects.toThrow(
    "did you mean its .train or .test?",
  );
  await expect(train([] as never, data)).rejects.toThrow("train: expected a network such as sequential(");
  await expect(evaluate(network(), undefined as never)).rejects.toThrow("got undefined");
  expect(() => compareRuns([])).toThrow("expected a list of runs");
  expect(() => compareRuns([1 as never])).toThrow("expected a list of runs");
});
