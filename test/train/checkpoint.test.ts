import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
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
  crossEntropy,
  type Dataset,
  dataset,
  decayWeights,
  defineLayer,
  dense,
  divideByNorm,
  dropout,
  inverse,
  type Loss,
  lastRun,
  lion,
  loadCheckpoint,
  loadNetwork,
  loadRun,
  momentum,
  nesterov,
  prelu,
  type Rule,
  random,
  relu,
  rmsprop,
  type Sequential,
  saveNetwork,
  saveRun,
  scaleBy,
  sequential,
  sgd,
  type TrainOptions,
  tanh,
  train,
  withPenalty,
} from "nablab";
import { afterAll, describe, expect, test } from "vitest";

const folder = mkdtempSync(path.join(tmpdir(), "nablab-checkpoints-"));
afterAll(() => rmSync(folder, { recursive: true }));
let files = 0;
const fresh = (): string => path.join(folder, `${files++}.safetensors`);

/** Points of three classes on 13 features, half of them zero. */
function points(size: number, seed = 1): Dataset {
  const stream = random(seed);
  const y = Uint8Array.from({ length: size }, () => stream.integer(3));
  const x = Float64Array.from({ length: size * 13 }, (_, i) =>
    Math.max(0, stream.normal() + Number(i % 13 === y[Math.floor(i / 13)])),
  );
  return dataset({ name: "points", x, y, sampleShape: [13], classes: 3 });
}
const data = points(70);
const network = (seed = 5): Sequential => sequential([dense(13, 21), relu(), dense(21, 3)], { seed });
const rules: Rule[] = [
  sgd({ eta: inverse({ eta: 10, offset: 100 }) }),
  momentum({ eta: 0.01 }),
  adagradNorm({ eta: 0.5 }),
  adagrad({ eta: 0.02 }),
  adam({ eta: 0.002 }),
  lion({ eta: 0.001 }),
  nesterov({ eta: 0.01 }),
  rmsprop({ eta: 0.002 }),
  adadelta(),
  amsgrad({ eta: 0.002 }),
  adamw({ eta: 0.002 }),
  averaging(clipNorm(decayWeights(momentum({ eta: 0.01 }), 0.01), 1)),
  chain(divideByNorm(), averageGradients(), scaleBy(0.1)),
];

describe.each([
  ...rules.map((rule) => ({ rule, backend: "wasm" as const })),
  ...rules.map((rule) => ({ rule, backend: "scalar" as const })),
])("$rule by $backend", ({ rule, backend }) => {
  const options: TrainOptions = {
    rule,
    backend,
    batchSize: 16,
    seed: 3,
    validation: points(20, 2),
    live: false,
  };

  test("a training that resumes equals one that never stopped, bit for bit", async () => {
    const [whole, parted] = [network(), network()];
    const expected = await train(whole, data, { ...options, epochs: 6 });
    const file = fresh();
    await train(parted, data, { ...options, epochs: 4, checkpoint: file });
    // Stopped within the fifth epoch: the signal is looked at before each step.
    const stop = new AbortController();
    let steps = 0;
    const counting: Rule = {
      ...rule,
      step(...all) {
        rule.step(...all);
        if (++steps === 2) stop.abort("enough");
      },
    };
    const middle = await train(parted, data, {
      ...options,
      ...(backend === "scalar" && { rule: Object.assign(counting, { toString: () => String(rule) }) }),
      epochs: backend === "scalar" ? 6 : 5,
      signal: stop.signal,
      resume: file,
      checkpoint: file,
    });
    expect(middle.steps).toBe(backend === "scalar" ? 22 : 25);
    const other = network(77); // its parameters come from the file
    const actual = await train(other, data, { ...options, epochs: 6, resume: file, checkpoint: file });
    expect(other.theta).toEqual(whole.theta);
    expect(actual.loss).toEqual(expected.loss);
    expect(actual.stepSize).toEqual(expected.stepSize);
    expect(actual.epochs).toEqual(expected.epochs);
    expect(actual.stopped).toBeUndefined();
    // And once more: nothing is left to do.
    const again = await train(other, data, { ...options, epochs: 6, resume: file });
    expect(other.theta).toEqual(whole.theta);
    expect(again.loss).toEqual(expected.loss);
  });
});

test.each([
  ["in threads", [dense(13, 21), tanh(), dropout(0.3), dense(21, 3)]],
  ["with slopes that are trained", [dense(13, 21), prelu(), dropout(0.3), dense(21, 3)]],
])("what dropout drops is the same, too, %s", async (_, layers) => {
  const [whole, parted] = [sequential(layers, { seed: 5 }), sequential(layers, { seed: 5 })];
  const options = { rule: adam(), batchSize: 16, live: false };
  await train(whole, data, { ...options, epochs: 3 });
  const file = fresh();
  await train(parted, data, { ...options, epochs: 2, checkpoint: file });
  const other = sequential(layers, { seed: 6 });
  await train(other, data, { ...options, epochs: 3, resume: file });
  expect(other.theta).toEqual(whole.theta);
});

test.each(["once", "never", "with replacement"] as const)(
  "a resumed training sees the samples in the same order: shuffle %s",
  async (shuffle) => {
    const [whole, parted] = [network(), network()];
    const options = { shuffle, batchSize: 16, live: false };
    await train(whole, data, { ...options, epochs: 3 });
    const file = fresh();
    await train(parted, data, { ...options, epochs: 1, checkpoint: file });
    await train(parted, data, { ...options, epochs: 3, resume: file });
    expect(parted.theta).toEqual(whole.theta);
  },
);

test("drawn with replacement, some samples come twice in an epoch; each backend draws the same", async () => {
  const options = { shuffle: "with replacement" as const, batchSize: 70, epochs: 1, live: false };
  const ordered = await train(network(), data, { ...options, shuffle: "each epoch" });
  const drawn = await train(network(), data, options);
  const twin = await train(network(), data, { ...options, backend: "scalar" });
  // The whole data give the same loss in any order.
  expect(Math.abs(drawn.loss[0]! - ordered.loss[0]!)).toBeGreaterThan(1e-3);
  // float32 keeps 24 bits, and 70 samples and 3 layers lose a few of them.
  expect(Math.abs(drawn.loss[0]! - twin.loss[0]!)).toBeLessThan(1e-5);
});

test("a stop in the middle of an epoch of the threads is resumed to the same bits", async () => {
  const large = points(4000);
  const options = { batchSize: 2, seed: 1, epochs: 4, live: false };
  const [whole, parted] = [network(), network()];
  const expected = await train(whole, large, options);
  const file = fresh();
  const stop = new AbortController();
  // Shortly after the first epoch: however slow the machine is, there is something behind it by then.
  const onEpoch = (): void => void setTimeout(() => stop.abort("enough"), 5);
  await train(parted, large, { ...options, signal: stop.signal, checkpoint: file, onEpoch });
  const { step } = loadCheckpoint(file);
  expect(step).toBeGreaterThanOrEqual(2000);
  const actual = await train(parted, large, { ...options, resume: file });
  expect(parted.theta).toEqual(whole.theta);
  expect(actual.loss).toEqual(expected.loss);
});

test("a stop within a validation: who resumes makes up for what the epoch still lacked, once", async () => {
  const seen: number[] = [];
  const options: TrainOptions = {
    rule: adam({ eta: 0.2 }), // so large that the first epochs are the best
    batchSize: 16,
    epochs: 8,
    validation: points(100_000, 2),
    earlyStopping: { patience: 2 },
    measure: { first: ({ model }) => model.theta[0] },
    onEpoch: ({ epoch }) => void seen.push(epoch),
    live: false,
  };
  const whole = network();
  const expected = await train(whole, data, options);
  const epochs = seen.splice(0);
  let cut = 0;
  // When the validations are is not known; most of the time is theirs. Stops are spread evenly until three were within one.
  for (let attempt = 1; cut < 3; attempt++) {
    const stopAt = Math.ceil(((attempt * 0.618) % 1) * 1000 * expected.seconds);
    const file = fresh();
    const parted = network();
    const signal = AbortSignal.timeout(stopAt);
    const { stopped, steps } = await train(parted, data, { ...options, signal, checkpoint: file });
    if (stopped !== signal.reason?.message || steps === 0) {
      seen.length = 0;
      continue;
    }
    cut += Number(loadCheckpoint(file).epochs.some(({ validationLoss }) => validationLoss === undefined));
    const actual = await train(parted, data, { ...options, resume: file, checkpoint: file });
    expect(parted.theta).toEqual(whole.theta);
    expect(actual.epochs).toEqual(expected.epochs);
    expect(actual.measured).toEqual(expected.measured);
    expect(actual.restored).toBe(expected.restored);
    expect(seen.splice(0)).toEqual(epochs);
  }
});

test("other options than the checkpoint's are refused, and nothing changes", async () => {
  const file = fresh();
  const net = network();
  await train(net, data, { batchSize: 16, epochs: 2, checkpoint: file, live: false });
  const before = net.theta.slice();
  const bytes = readFileSync(file);
  const resume = (options: TrainOptions) =>
    train(net, data, { batchSize: 16, epochs: 3, resume: file, live: false, ...options });
  await expect(resume({ batchSize: 8 })).rejects.toThrow("the checkpoint was made with batchSize 16");
  await expect(resume({ rule: adam() })).rejects.toThrow("the checkpoint was made with rule 'SGD(η = 0.1)'");
  await expect(resume({ seed: 1 })).rejects.toThrow("with seed 0");
  await expect(resume({ backend: "scalar" })).rejects.toThrow("with backend 'wasm'");
  await expect(resume({ epochs: 1 })).rejects.toThrow("has 2 epochs already; ask for at least as many");
  const wider = sequential([dense(13, 22), relu(), dense(22, 3)]);
  await expect(train(wider, data, { resume: file, live: false })).rejects.toThrow("with parameters 360");
  expect(net.theta).toEqual(before);
  expect(readFileSync(file)).toEqual(bytes);
});

test("a custom schedule that gave other step sizes is refused, at the first step that differs", async () => {
  for (const backend of ["wasm", "scalar"] as const) {
    const file = fresh();
    const options = { batchSize: 16, live: false, backend };
    const rules: [Rule, Rule, Rule, RegExp][] = [
      [
        sgd({ eta: (k) => 0.3 / k }),
        sgd({ eta: (k) => 0.3 / k }),
        sgd({ eta: (k) => 0.6 / k }),
        /at k = 10 0.03\d*;.* got 0.06/,
      ],
      [
        sgd({ eta: (k) => (k === 4 ? 0.2 : 0.1) }),
        sgd({ eta: (k) => (k === 4 ? 0.2 : 0.1) }),
        sgd({ eta: () => 0.1 }),
        /at k = 4 0.2\d*;.* got 0.1/,
      ],
      [
        adagrad({ eta: (k) => 0.1 / k }),
        adagrad({ eta: (k) => 0.1 / k }),
        adagrad({ eta: (k) => 0.2 / k }),
        /at k = 10 /,
      ],
      [
        adagradNorm({ eta: (k) => 0.1 / k, c0: 2 }),
        adagradNorm({ eta: (k) => 0.1 / k, c0: 2 }),
        adagradNorm({ eta: (k) => 0.1 / (k + 1), c0: 2 }),
        /at k = 10 /,
      ],
      [
        adam({ eta: (k) => 0.1 / k }),
        adam({ eta: (k) => 0.1 / k }),
        adam({ eta: (k) => 0.1 / (k + 1) }),
        /at k = 10 /,
      ],
      [
        chain(
          divideByNorm(),
          scaleBy((k) => 1 / k),
        ),
        chain(
          divideByNorm(),
          scaleBy((k) => 1 / k),
        ),
        chain(
          divideByNorm(),
          scaleBy((k) => 1 / (k + 1)),
        ),
        /at k = 10 /,
      ],
    ];
    for (const [rule, same, other, message] of rules) {
      if (backend === "wasm" && String(rule).startsWith("chain")) continue;
      await train(network(), data, { ...options, rule, epochs: 2, checkpoint: file });
      const resume = (rule: Rule) => train(network(), data, { ...options, rule, epochs: 3, resume: file });
      expect((await resume(same)).steps).toBe(15);
      await expect(resume(other)).rejects.toThrow(message);
    }
  }
});

test("functions among a rule's options and links are compared by what they do", async () => {
  const file = fresh();
  const options = { batchSize: 16, live: false, backend: "scalar" } as const;
  const rules: [Rule, Rule, Rule][] = [
    [momentum({ beta: () => 0.9 }), momentum({ beta: () => 0.9 }), momentum({ beta: () => 0.5 })],
    [
      nesterov({ beta: (k) => 1 - 1 / k }),
      nesterov({ beta: (k) => 1 - 1 / k }),
      nesterov({ beta: (k) => (k === 9 ? 0 : 1 - 1 / k) }),
    ],
    [
      clipNorm(momentum({ beta: () => 0.5 }), 1),
      clipNorm(momentum({ beta: () => 0.5 }), 1),
      clipNorm(momentum({ beta: () => 0.4 }), 1),
    ],
    [
      averaging(momentum({ beta: () => 0.5 })),
      averaging(momentum({ beta: () => 0.5 })),
      averaging(momentum({ beta: () => 0 })),
    ],
  ];
  for (const [rule, same, other] of rules) {
    await train(network(), data, { ...options, rule, epochs: 2, checkpoint: file });
    const resume = (rule: Rule) => train(network(), data, { ...options, rule, epochs: 3, resume: file });
    expect((await resume(same)).steps).toBe(15);
    await expect(resume(other)).rejects.toThrow(
      /^train: the checkpoint was made with another rule: given the same gradients, the parameters are elsewhere after k = \d+; resume with/,
    );
  }
  // What a rule would do later may change.
  await train(network(), data, {
    ...options,
    rule: momentum({ beta: () => 0.5 }),
    epochs: 2,
    checkpoint: file,
  });
  const later = momentum({ beta: (k) => (k > 10 ? 0.9 : 0.5) });
  expect((await train(network(), data, { ...options, rule: later, epochs: 3, resume: file })).steps).toBe(15);
});

test("nothing is loaded into a network while it trains", async () => {
  const file = fresh();
  const net = network();
  saveNetwork(file, network(9));
  const training = train(net, data, { epochs: 3, live: false, onEpoch: () => loadNetwork(file, net) });
  expect(() => loadNetwork(file, net)).toThrow(
    "loadNetwork: this network is already being trained, and the training would overwrite what is loaded; await it first",
  );
  await expect(training).rejects.toThrow("loadNetwork: this network is already being trained");
  expect(loadNetwork(file, net).theta).toEqual(network(9).theta);
});

test("a file that is a folder is refused at once, by its path", async () => {
  for (const checkpoint of [folder, { file: folder, every: 2 }]) {
    let epochs = 0;
    const options = { epochs: 2, live: false, checkpoint, onEpoch: () => epochs++ };
    await expect(train(network(), data, options)).rejects.toThrow(
      `train: the checkpoint cannot be written: a file cannot be written where a folder is; give a file in it, got ${folder}`,
    );
    expect(epochs).toBe(0);
  }
  const message = `give a file in it, got ${folder}`;
  expect(() => saveNetwork(folder, network())).toThrow(message);
  expect(() => saveRun(folder, lastRun()!)).toThrow(message);
  for (const load of [loadCheckpoint, (file: string) => loadNetwork(file, network())])
    expect(() => load(folder)).toThrow(`it is a folder, not a file, so cannot read ${folder}`);
  // What would be in a file is no place either.
  const file = fresh();
  writeFileSync(file, "");
  await expect(
    train(network(), data, { live: false, checkpoint: path.join(file, "run.safetensors") }),
  ).rejects.toThrow("train: the checkpoint cannot be written: ");
});

test("numbers beyond float32 are named where the kernels compute, and train in float64", async () => {
  for (const part of ["x", "y"] as const) {
    const x = [[1], [2], [3]];
    const y = [[1], [2], [3]];
    ({ x, y })[part][2] = [-1e39];
    const big = dataset({ name: "big", x, y });
    await expect(train(sequential([dense(1, 1)]), big, { live: false })).rejects.toThrow(
      `sample 2 of big has ${part === "x" ? "an entry" : "a target"} beyond the range of float32, ±3.4e38: scale it, as by normalise(), or take backend: "scalar" for float64, got -1e+39`,
    );
    const rule = sgd({ eta: 1e-80 });
    const run = await train(sequential([dense(1, 1)]), big, { live: false, backend: "scalar", rule });
    expect(run.loss[0]).toBeGreaterThan(1e76);
  }
});

describe("files", () => {
  const net = network();

  test("a checkpoint shows itself, and its parameters load into a network", async () => {
    const file = fresh();
    const trained = network();
    await train(trained, data, { epochs: 2, checkpoint: file, live: false });
    const checkpoint = loadCheckpoint(file);
    expect(checkpoint.step).toBe(2);
    expect(checkpoint.theta).toEqual(trained.theta);
    const { inspect } = await import("node:util");
    expect(inspect(checkpoint)).toContain("Checkpoint of SGD(η = 0.1)");
    expect(loadNetwork(file, network(9)).theta).toEqual(trained.theta);
  });

  test("a network comes back to the last bit, from a file that others can read", () => {
    const file = fresh();
    saveNetwork(file, net);
    expect(loadNetwork(file, network(9)).theta).toEqual(net.theta);
    const bytes = readFileSync(file);
    const length = Number(bytes.readBigUInt64LE());
    expect(length % 8).toBe(0);
    const header = JSON.parse(bytes.toString("utf8", 8, 8 + length));
    expect(Object.keys(header)).toEqual(["__metadata__", "A1", "b1", "A2", "b2"]);
    expect(header.A1).toEqual({ dtype: "F64", shape: [21, 13], data_offsets: [0, 21 * 13 * 8] });
    expect(bytes.readDoubleLE(8 + length)).toBe(net.theta[0]);
  });

  test("a file that is missing, cut, altered or another's is refused, and the network stays", () => {
    const file = fresh();
    saveNetwork(file, net);
    const whole = readFileSync(file);
    const target = network(9);
    const before = target.theta.slice();
    const load = (bytes: Uint8Array) => {
      writeFileSync(file, bytes);
      return () => loadNetwork(file, target);
    };
    expect(load(whole.subarray(0, 5))).toThrow("this is no safetensors file");
    expect(load(whole.subarray(0, 100))).toThrow("is cut off: its header has");
    expect(load(whole.subarray(0, whole.length - 1))).toThrow(
      "is cut off: it has 2879 of 2880 bytes of numbers",
    );
    expect(load(Buffer.concat([whole, Buffer.alloc(3)]))).toThrow("the file has 3 trailing bytes");
    const altered = Buffer.from(whole);
    altered[whole.length - 3]! ^= 1;
    expect(load(altered)).toThrow("was altered since it was written");
    expect(load(Buffer.from("PK\x03\x04 something else"))).toThrow("this is no safetensors file");
    expect(() => loadNetwork(path.join(folder, "nothing"), target)).toThrow("there is no file");
    expect(load(whole)().theta).toEqual(net.theta);
    expect(() => loadNetwork(file, sequential([dense(13, 3)]))).toThrow(
      "the network needs A1 of shape [3, 13]",
    );
    target.theta.set(before);
    expect(() => loadCheckpoint(file)).toThrow("is not a checkpoint of train()");
    expect(readdirSync(folder).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });

  test("whatever byte of a checkpoint is another, wherever it is cut: it is refused in words", async () => {
    const file = fresh();
    const few = dataset({ x: [[1, 2]], y: [1], classes: 2 });
    await train(sequential([dense(2, 2)]), few, { rule: adam(), checkpoint: file, live: false });
    const whole = readFileSync(file);
    expect(loadCheckpoint(file).step).toBe(1);
    const refused = (bytes: Uint8Array) => {
      writeFileSync(file, bytes);
      expect(() => loadCheckpoint(file)).toThrow(/^loadCheckpoint: .*; got /);
    };
    for (let i = 0; i < whole.length; i++) {
      const altered = Buffer.from(whole);
      altered[i]! ^= 1 << (i % 8);
      refused(altered);
      if (i % 7 === 0) refused(whole.subarray(0, i));
    }
  });

  test("a record of a training comes back as it was", async () => {
    const file = path.join(folder, "run.json");
    const run = await train(network(), data, {
      epochs: 2,
      validation: data,
      measure: { one: () => 1 },
      live: false,
    });
    saveRun(file, run);
    expect(loadRun(file)).toEqual(run);
    expect(loadRun(file).figure().toJSON()).toEqual(run.figure().toJSON());
    const text = readFileSync(file, "utf8");
    writeFileSync(file, text.slice(0, -20));
    expect(() => loadRun(file)).toThrow("the file is damaged or cut off");
    const { loss: _, ...rest } = JSON.parse(text);
    writeFileSync(file, JSON.stringify(rest));
    expect(() => loadRun(file)).toThrow("the record is damaged");
    writeFileSync(file, "{}");
    expect(() => loadRun(file)).toThrow("this is not a record that saveRun() wrote");
    expect(() => loadRun(path.join(folder, "nothing"))).toThrow("there is no file");
  });
});

describe("between epochs", () => {
  test("onEpoch sees the record and the network, and can end the training", async () => {
    const net = network();
    const seen: number[] = [];
    const run = await train(net, data, {
      epochs: 9,
      live: false,
      onEpoch(record, { steps }) {
        expect(record.step).toBe(steps);
        seen.push(net.theta[0]!);
        return record.epoch === 3 ? "stop" : undefined;
      },
    });
    expect(new Set(seen).size).toBe(3);
    expect(run.epochs.length).toBe(3);
    expect(run.stopped).toBe("by onEpoch");
    expect(net.theta[0]).toBe(seen[2]);
    // To look at each epoch changes nothing of what is computed.
    const unseen = network();
    await train(unseen, data, { epochs: 3, live: false });
    expect(unseen.theta).toEqual(net.theta);
  });

  test("it stops early, and goes back to the best epoch; also when resumed", async () => {
    const options: TrainOptions = {
      rule: sgd({ eta: 0.5 }),
      batchSize: 8,
      epochs: 60,
      validation: points(40, 2),
      earlyStopping: { patience: 4 },
      live: false,
    };
    const net = network();
    const thetas: Float64Array[] = [];
    const run = await train(net, data, { ...options, onEpoch: () => thetas.push(net.theta.slice()) });
    const losses = run.epochs.map(({ validationLoss }) => validationLoss!);
    const best = losses.indexOf(Math.min(...losses));
    expect(run.stopped).toBe("no better validation loss in 4 epochs");
    expect(run.epochs.length).toBe(best + 1 + 4);
    expect(run.restored).toBe(best + 1);
    expect(net.theta).toEqual(thetas[best]);

    const file = fresh();
    const parted = network();
    await train(parted, data, { ...options, epochs: best + 2, checkpoint: file });
    const rest = await train(parted, data, { ...options, resume: file });
    expect(rest.restored).toBe(best + 1);
    expect(rest.epochs).toEqual(run.epochs);
    expect(parted.theta).toEqual(net.theta);
  });

  test("what is measured is in the record, the first before any step", async () => {
    const net = network();
    const first = net.theta[0];
    const run = await train(net, data, {
      epochs: 2,
      live: false,
      measure: { theta0: ({ model }) => model.theta[0]!, later: async () => 2 },
    });
    expect(run.measured.theta0).toEqual([
      { step: 0, value: first },
      { step: 1, value: expect.any(Number) },
      { step: 2, value: net.theta[0] },
    ]);
    expect(run.measured.later!.length).toBe(3);
  });

  test("data that were changed in place are other data", async () => {
    const mine = points(70);
    const file = fresh();
    await train(network(), mine, { live: false, checkpoint: file });
    await train(network(), mine, { live: false, resume: file, epochs: 2 });
    const [label, entry] = [mine.y[3]!, mine.x[0]!];
    mine.y[3] = (label + 1) % 3;
    const again = () => train(network(), mine, { live: false, resume: file, epochs: 2 });
    await expect(again()).rejects.toThrow("made with other training data");
    mine.y[3] = label;
    mine.x[0] = entry + 1;
    await expect(again()).rejects.toThrow("made with other training data");
    mine.x[0] = entry;
    expect((await again()).epochs.length).toBe(2);
  });

  test("a network that is not finite is no training that went wrong", async () => {
    for (const backend of ["wasm", "scalar"] as const) {
      const broken = network();
      broken.theta[0] = Number.NaN;
      await expect(train(broken, data, { live: false, backend })).rejects.toThrow(
        "train: the parameters are not finite before the first step, first those of layer 1, A[1] or b[1]; make",
      );
    }
  });

  test("what does not fit is said", async () => {
    const wrong = (options: unknown) => train(network(), data, { live: false, ...(options as TrainOptions) });
    await expect(wrong({ earlyStopping: { by: "accuracy" } })).rejects.toThrow("needs data to validate on");
    await expect(wrong({ earlyStopping: { patience: 0 } })).rejects.toThrow(
      "patience must be a whole number",
    );
    await expect(wrong({ earlyStopping: { by: "luck" } })).rejects.toThrow("got 'luck'");
    const numbers = dataset({ name: "numbers", x: [[1], [2]], y: [1, 2] });
    const byAccuracy = { validation: numbers, earlyStopping: { by: "accuracy" as const }, live: false };
    await expect(train(sequential([dense(1, 1)]), numbers, byAccuracy)).rejects.toThrow(
      'by the accuracy needs labels, but numbers has targets; use by: "validationLoss"',
    );
    await expect(wrong({ checkpoint: true })).rejects.toThrow("checkpoint must be a file such as");
    await expect(wrong({ checkpoint: { every: 2 } })).rejects.toThrow("{ file, every }, got { every: 2 }");
    await expect(wrong({ resume: {} })).rejects.toThrow("resume must be a checkpoint's file such as");
    await expect(wrong({ onEpoch: 3 })).rejects.toThrow("onEpoch must be a function, got 3");
    await expect(wrong({ signal: 3 })).rejects.toThrow(
      "signal must be the signal of an AbortController, got 3",
    );
    await expect(wrong({ measure: { a: () => "b" } })).rejects.toThrow(
      "measure.a must return a number, or a list of them, one for each layer; got 'b'",
    );
    await expect(wrong({ epochs: 1e9 })).rejects.toThrow("ask for fewer epochs");
    await expect(wrong({ resume: path.join(folder, "nothing") })).rejects.toThrow("there is no file");
  });

  test("a network with layers that have no fast kernel keeps checkpoints too", async () => {
    const net = sequential([dense(13, 4), prelu(), dense(4, 3)]);
    const file = fresh();
    await train(net, data, { epochs: 2, checkpoint: { file, every: 5 }, live: false });
    expect(loadCheckpoint(file).theta).toEqual(net.theta);
  });
});

describe("custom functions of the same name", () => {
  const samples = dataset({
    x: Array.from({ length: 12 }, (_, i) => [Math.sin(i), Math.cos(i)]),
    y: Array.from({ length: 12 }, (_, i) => i % 2),
    classes: 2,
  });
  const scaled = (factor: number) => defineLayer({ name: "scaled", forward: (x) => x.mul(factor) })();
  const slope = (factor: number): Activation => ({
    kind: "slope",
    options: {},
    value: (z) => factor * z,
    derivative: () => factor,
  });
  const plain = () => sequential([dense(2, 4), tanh(), dense(4, 2)], { seed: 1 });
  const lossTimes = (factor: number): Loss => ({
    ...crossEntropy(),
    name: "times",
    value: (g, y) => factor * crossEntropy().value(g, y),
    gradient: (g, y) => crossEntropy().gradient(g, y).mul(factor),
  });
  const penaltyTimes = (factor: number): Loss =>
    withPenalty(crossEntropy(), { value: () => 0, gradient: (weights) => weights.mul(factor) });
  test.each<[string, (factor: number) => [Sequential, Loss]]>([
    [
      "layer",
      (factor) => [sequential([dense(2, 4), scaled(factor), dense(4, 2)], { seed: 1 }), crossEntropy()],
    ],
    [
      "activation",
      (factor) => [sequential([dense(2, 4), slope(factor), dense(4, 2)], { seed: 1 }), crossEntropy()],
    ],
    ["loss", (factor) => [plain(), lossTimes(factor)]],
    ["penalty", (factor) => [plain(), penaltyTimes(factor)]],
  ])("%s: the same resumes to the same bits, another is refused", async (what, made) => {
    const file = path.join(folder, `custom-${what}.safetensors`);
    const run = async (factor: number, options: TrainOptions) => {
      const [model, loss] = made(factor);
      await train(model, samples, { loss, batchSize: 4, live: false, ...options });
      return model.theta;
    };
    await run(1, { epochs: 1, checkpoint: file });
    await expect(run(1.001, { epochs: 2, resume: file })).rejects.toThrow(
      "the checkpoint was made with another custom layer, activation, loss or penalty",
    );
    expect(await run(1, { epochs: 2, resume: file })).toEqual(await run(1, { epochs: 2 }));
  });

  test("what draws random numbers, or is not for so few samples, resumes unseen", async () => {
    const file = path.join(folder, "custom-unseen.safetensors");
    const noisy = defineLayer({ name: "noisy", forward: (x) => x.mul(1 + 1e-3 * Math.random()) });
    const four = defineLayer({
      name: "six",
      forward(x) {
        if (x.shape[0]! < 6) throw new Error("too few");
        return x.mul(1);
      },
    });
    for (const layer of [noisy, four]) {
      const model = () => sequential([dense(2, 4), layer(), dense(4, 2)], { seed: 1 });
      await train(model(), samples, { batchSize: 6, live: false, checkpoint: file });
      expect(loadCheckpoint(file).response).toBeUndefined();
      expect(
        (await train(model(), samples, { batchSize: 6, live: false, epochs: 2, resume: file })).steps,
      ).toBe(4);
    }
  });
});
