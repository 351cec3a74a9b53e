/**
 * Backpropagation through every layer, activation, loss and penalty against four methods of differentiation that know
 * none of its formulas: each network is written a second time with the operations of `Traced`, and `compareMethods`
 * differentiates that by reverse mode, dual numbers, the complex step and differences. Shapes are random.
 */
import fc from "fast-check";
import {
  avgPool2d,
  backpropagation,
  batchNorm,
  binaryCrossEntropy,
  compareMethods,
  conv2d,
  crossEntropy,
  defineLayer,
  dense,
  dropout,
  embedding,
  flatGradient,
  flatten,
  full,
  gelu,
  hessian,
  hessianProduct,
  hinge,
  huberLoss,
  type LayerDescription,
  type Loss,
  l1Penalty,
  l2Penalty,
  layerNorm,
  leakyRelu,
  maxPool2d,
  prelu,
  random,
  randomNormal,
  relu,
  sequential,
  sigmoid,
  softmax,
  softplus,
  squaredError,
  Tensor,
  type Traced,
  tanh,
  tensor,
  withPenalty,
} from "nablab";
import { expect, test } from "vitest";
import { layerKinds, lossKinds, makersOf } from "../makers.js";

type Shape = readonly number[];
/** Of the parameters of a layer, `p(i)` is entry i, and `row(i, n)` are the n entries from i on, of shape 1 × n. */
type Entry = (i: number) => Traced;
type Row = (i: number, n: number) => Traced;
/** A layer twice: as nablab has it, and as a program. */
interface Twin {
  layer: LayerDescription;
  program(x: Traced, p: Entry, row: Row): Traced;
  output: Shape;
  parameters: number;
}

const size = (shape: Shape): number => shape.reduce((product, extent) => product * extent, 1);

/** A constant matrix that is 1 at these places. */
function ones(rows: number, columns: number, places: Iterable<readonly [number, number]>): Tensor {
  const matrix = new Tensor([rows, columns], new Float64Array(rows * columns));
  for (const [i, j] of places) matrix.data[i * columns + j] = 1;
  return matrix;
}

/** For each window of an image the pixels at one offset, as a matrix that picks them; zeros where the image ends. */
function windows([channels, height, width]: Shape, kernel: number, stride: number, padding: number) {
  const rows = Math.floor((height! + 2 * padding - kernel) / stride) + 1;
  const columns = Math.floor((width! + 2 * padding - kernel) / stride) + 1;
  const pick = (channel: number, u: number, v: number): Tensor => {
    const places: [number, number][] = [];
    for (let r = 0; r < rows; r++) {
      for (let c = 0; c < columns; c++) {
        const [y, x] = [r * stride + u - padding, c * stride + v - padding];
        if (y < 0 || y >= height! || x < 0 || x >= width!) continue;
        places.push([(channel * height! + y) * width! + x, r * columns + c]);
      }
    }
    return ones(channels! * height! * width!, rows * columns, places);
  };
  return { rows, columns, pick };
}

/** Where the results of one channel go among those of all. */
const placed = (channel: number, channels: number, positions: number): Tensor =>
  ones(
    positions,
    channels * positions,
    Array.from({ length: positions }, (_, i) => [i, channel * positions + i] as const),
  );

const sum = (parts: Traced[]): Traced => parts.reduce((total, part) => total.add(part));
const grid = (kernel: number) =>
  Array.from({ length: kernel ** 2 }, (_, i) => [Math.floor(i / kernel), i % kernel] as const);

function denseTwin(input: Shape, outputs: number): Twin {
  const inputs = size(input);
  const weights = outputs * inputs;
  return {
    layer: dense(inputs, outputs),
    output: [outputs],
    parameters: weights + outputs,
    program: (x, _, row) =>
      x.matmul(row(0, weights).reshape(outputs, inputs).transpose()).add(row(weights, outputs)),
  };
}

function convTwin(input: Shape, outputs: number, kernel: number, stride: number, padding: number): Twin {
  const channels = input[0]!;
  const { rows, columns, pick } = windows(input, kernel, stride, padding);
  const weights = outputs * channels * kernel ** 2;
  const picks = Array.from({ length: channels }, (_, i) =>
    grid(kernel).map(([u, v]) => pick(i, u, v)),
  ).flat();
  const places = Array.from({ length: outputs }, (_, o) => placed(o, outputs, rows * columns));
  return {
    layer: conv2d(channels, outputs, { kernel, stride, padding }),
    output: [outputs, rows, columns],
    parameters: weights + outputs,
    program(x, p) {
      const seen = picks.map((matrix) => x.matmul(matrix));
      return sum(
        places.map((place, o) =>
          sum(seen.map((pixels, i) => pixels.mul(p(o * picks.length + i))))
            .add(p(weights + o))
            .matmul(place),
        ),
      );
    },
  };
}

function poolTwin(input: Shape, kind: "max" | "avg", kernel: number): Twin {
  const channels = input[0]!;
  const { rows, columns, pick } = windows(input, kernel, kernel, 0);
  const picks = Array.from({ length: channels }, (_, i) => grid(kernel).map(([u, v]) => pick(i, u, v)));
  const places = Array.from({ length: channels }, (_, i) => placed(i, channels, rows * columns));
  return {
    layer: kind === "max" ? maxPool2d(kernel) : avgPool2d(kernel),
    output: [channels, rows, columns],
    parameters: 0,
    program: (x) =>
      sum(
        picks.map((offsets, i) => {
          const pixels = offsets.map((matrix) => x.matmul(matrix));
          const one =
            kind === "max"
              ? pixels.reduce((a, b) => a.add(b.sub(a).relu()))
              : sum(pixels).mul(1 / kernel ** 2);
          return one.matmul(places[i]!);
        }),
      ),
  };
}

/** Φ(z) by its series: all that gelu needs beyond the operations. */
function normalDistribution(z: Traced): Traced {
  let term = z;
  let total = z;
  for (let n = 1; n < 50; n++) {
    term = term
      .mul(z)
      .mul(z)
      .mul(-1 / (2 * n));
    total = total.add(term.mul(1 / (2 * n + 1)));
  }
  return total.mul(1 / Math.sqrt(2 * Math.PI)).add(0.5);
}

const activations: Record<string, (shape: Shape) => Twin> = Object.fromEntries(
  Object.entries({
    relu: [relu(), (z: Traced) => z.relu()],
    leakyRelu: [leakyRelu({ slope: 0.1 }), (z: Traced) => z.relu().sub(z.neg().relu().mul(0.1))],
    tanh: [tanh(), (z: Traced) => z.tanh()],
    sigmoid: [sigmoid(), (z: Traced) => z.neg().exp().add(1).pow(-1)],
    softplus: [softplus(), (z: Traced) => z.exp().add(1).log()],
    gelu: [gelu(), (z: Traced) => z.mul(normalDistribution(z))],
  } as const).map(([name, [layer, program]]) => [
    name,
    (output: Shape) => ({ layer, program, output, parameters: 0 }),
  ]),
);
const preluTwin = (output: Shape): Twin => ({
  layer: prelu(),
  program: (z, p) => z.relu().sub(z.neg().relu().mul(p(0))),
  output,
  parameters: 1,
});

const softmaxTwin = (output: Shape): Twin => ({
  layer: softmax(),
  program: (z) => z.exp().div(z.exp().matmul(ones(size(output), size(output), all(size(output))))),
  output,
  parameters: 0,
});

const layerNormTwin = (output: Shape): Twin => {
  const n = size(output);
  const mean = ones(n, n, all(n)).mul(1 / n);
  return {
    layer: layerNorm({ epsilon: 0.1 }),
    program(x, _, row) {
      const centred = x.sub(x.matmul(mean));
      const variance = centred.pow(2).matmul(mean);
      return centred.div(variance.add(0.1).sqrt()).mul(row(0, n)).add(row(n, n));
    },
    output,
    parameters: 2 * n,
  };
};

/** The running mean and variance of the only batch normalisation of a network, as it keeps them. */
const kept = (n: number) => ({
  mean: Float64Array.from({ length: n }, (_, i) => Math.sin(i + 1)),
  variance: Float64Array.from({ length: n }, (_, i) => 1.5 + Math.cos(i)),
});

const batchNormTwin = (output: Shape, training: boolean): Twin => {
  const [n, channels] = [size(output), output[0]!];
  const pixels = n / channels;
  const { mean, variance } = kept(channels);
  const wide = (values: ArrayLike<number>) =>
    new Tensor(
      [1, n],
      Float64Array.from({ length: n }, (_, i) => values[Math.floor(i / pixels)]!),
    );
  // Each channel's parameter at each of its pixels.
  const places = ones(
    channels,
    n,
    Array.from({ length: n }, (_, i) => [Math.floor(i / pixels), i] as const),
  );
  // Over the samples, from the left, and over the pixels of a channel, from the right.
  const samplesMean = ones(samples, samples, all(samples)).mul(1 / samples);
  const together = ones(
    n,
    n,
    all(n).filter(([i, j]) => Math.floor(i / pixels) === Math.floor(j / pixels)),
  ).mul(1 / pixels);
  const batchMean = (x: Traced) => x.transpose().matmul(samplesMean).transpose().matmul(together);
  const level = (x: Traced) => (training ? batchMean(x) : x.mul(0).add(wide(mean)));
  const spread = (centred: Traced) =>
    training ? batchMean(centred.pow(2)) : centred.mul(0).add(wide(variance));
  return {
    layer: batchNorm({ epsilon: 0.1 }),
    program(x, _, row) {
      const centred = x.sub(level(x));
      return centred
        .div(spread(centred).add(0.1).sqrt())
        .mul(row(0, channels).matmul(places))
        .add(row(channels, channels).matmul(places));
    },
    output,
    parameters: 2 * channels,
  };
};

/** Rows of each network, and where its dropout layers draw what they drop. */
const samples = 2;
const passOf = (seed: number) => ({ dropout: random(seed).split("dropout") });

/** Dropout at a place in the network: the entries that it keeps for this seed are what it makes of ones. */
function dropoutTwin(output: Shape, place: number, seed: number): Twin {
  const layer = dropout(0.4);
  const kept = layer.build(output, [], place).forward(full([samples, size(output)], 1), passOf(seed));
  return { layer, program: (x) => x.mul(kept), output, parameters: 0 };
}

/** Losses twice, with targets for samples × outputs. */
const losses = {
  crossEntropy: (smoothing: number, weights?: number[]) => ({
    loss: crossEntropy({ labelSmoothing: smoothing, ...(weights && { classWeights: weights }) }),
    targets: labels,
    program: (g: Traced, y: number[], outputs: number) => {
      const target = oneHot(y, outputs).map(
        (value, i) => ((1 - smoothing) * value + smoothing / outputs) * (weights?.[i % outputs] ?? 1),
      );
      const total = g
        .exp()
        .matmul(
          ones(
            outputs,
            1,
            Array.from({ length: outputs }, (_, k) => [k, 0] as const),
          ),
        )
        .log();
      return total.mul(target.sum(1).reshape(-1, 1)).sum().sub(g.mul(target).sum());
    },
  }),
  hinge: () => ({
    loss: hinge(),
    targets: labels,
    program: (g: Traced, y: number[], outputs: number) => {
      const others = oneHot(y, outputs).map((value) => 1 - value);
      const own = g.mul(oneHot(y, outputs)).matmul(ones(outputs, outputs, all(outputs)));
      return g
        .sub(own)
        .add(1)
        .relu()
        .mul(others)
        .sum()
        .mul(1 / outputs);
    },
  }),
  squaredError: () => ({
    loss: squaredError(),
    targets: numbers,
    program: (g: Traced, y: Tensor) => g.sub(y).pow(2).sum(),
  }),
  huberLoss: () => ({
    loss: huberLoss({ delta: 0.7 }),
    targets: numbers,
    // r²/2 − (|r| − δ)₊²/2 is Huber's loss.
    program: (g: Traced, y: Tensor) => {
      const r = g.sub(y);
      return r.pow(2).sub(r.abs().sub(0.7).relu().pow(2)).sum().mul(0.5);
    },
  }),
  binaryCrossEntropy: () => ({
    loss: binaryCrossEntropy(),
    targets: (n: number, k: number, seed: number) => numbers(n, k, seed).map((value) => Number(value > 0)),
    program: (g: Traced, y: Tensor) => g.exp().add(1).log().sub(g.mul(y)).sum(),
  }),
};
const all = (n: number) => Array.from({ length: n * n }, (_, i) => [Math.floor(i / n), i % n] as const);
const labels = (samples: number, outputs: number, seed: number): number[] => {
  const draw = random(seed);
  return Array.from({ length: samples }, () => Math.floor(outputs * draw.uniform()));
};
const numbers = (samples: number, outputs: number, seed: number): Tensor =>
  randomNormal([samples, outputs], { seed });
const oneHot = (y: number[], outputs: number): Tensor =>
  ones(
    y.length,
    outputs,
    y.map((label, i) => [i, label] as const),
  );

/** What was compared, by the names of the functions that made it. */
const covered = new Set<string>();

/** Compares a network's backpropagation with the four methods on its twin. */
function compare(
  input: Shape,
  twins: Twin[],
  lossTwin: ReturnType<(typeof losses)[keyof typeof losses]>,
  seed: number,
  penalties: boolean,
  training = false,
  x = randomNormal([samples, size(input)], { seed: seed + 1 }),
) {
  const outputs = size(twins.at(-1)!.output);
  const model = sequential(
    twins.map(({ layer }) => layer),
    { seed, ...((input.length > 1 || twins[0]!.layer.kind !== "dense") && { input: [...input] }) },
  );
  const draw = random(seed).split("theta");
  model.theta.forEach((_, i) => {
    model.theta[i] = 0.5 * draw.normal();
  });
  const { mean, variance } = kept(model.buffers.length / 2);
  model.buffers.set([...mean, ...variance]);
  const y = lossTwin.targets(samples, outputs, seed + 2);
  const loss: Loss = penalties ? withPenalty(lossTwin.loss, l2Penalty(0.3), l1Penalty(0.2)) : lossTwin.loss;
  for (const { layer } of twins) covered.add(layer.kind);
  covered.add(loss.name);
  if (penalties) for (const name of ["withPenalty", "l1Penalty", "l2Penalty"]) covered.add(name);
  const M = model.parameterCount;
  // Constant matrices are made once: programs run some thousand times.
  const entryOf = Array.from({ length: M }, (_, j) => ones(M, 1, [[j, 0]]).reshape(M));
  const rows = new Map<string, Tensor>();
  const rowOf = (from: number, n: number): Tensor => {
    const key = `${from} ${n}`;
    if (!rows.has(key)) {
      const places = Array.from({ length: n }, (_, i) => [from + i, i] as const);
      rows.set(key, ones(M, n, places));
    }
    return rows.get(key)!;
  };
  // Penalties count weights, not biases and slopes.
  const isWeight = model.parameters.flatMap(({ shape, size }) =>
    Array<number>(size).fill(Number(shape.length > 1)),
  );
  const program = (theta: Traced): Traced => {
    let h = theta.sum().mul(0).add(x);
    let from = 0;
    for (const { program, parameters } of twins) {
      const first = from;
      h = program(
        h,
        (i) => theta.matmul(entryOf[first + i]!),
        (i, n) => theta.reshape(1, M).matmul(rowOf(first + i, n)),
      );
      from += parameters;
    }
    const value = (lossTwin.program as (g: Traced, y: unknown, outputs: number) => Traced)(h, y, outputs).mul(
      1 / samples,
    );
    if (!penalties) return value;
    return value.add(theta.pow(2).mul(0.15).add(theta.abs().mul(0.2)).mul(isWeight).sum());
  };
  const { ok, gradients, kinks } = compareMethods(program, model.theta);
  const ours = flatGradient(backpropagation(model.copy(), x, y, loss, { ...passOf(seed), training }));
  const scale = Math.max(...ours.map(Math.abs), 1e-6);
  const apart = Object.values(gradients).map((gradient) =>
    Math.max(...gradient.map((value, i) => (kinks.includes(i) ? 0 : Math.abs(value - ours[i]!) / scale))),
  );
  return { ok, apart: Math.max(...apart), compared: M - kinks.length, bent: curvatureApart() };

  /** How far products with the Hessian are from that of the program, and from being symmetric. */
  function curvatureApart(): number {
    // At a kink the two need not agree; and a product is that of the network in use.
    if (kinks.length > 0 || training) return 0;
    const product = hessianProduct(model, x, y, loss);
    const [u, v] = [0, 1].map(() => Float64Array.from({ length: M }, () => draw.normal())) as [
      Float64Array,
      Float64Array,
    ];
    const [Hu, Hv] = [product(u), product(v)];
    const written = hessian(program)(model.theta).matmul(new Tensor([M], v)).data;
    const largest = Math.max(...written.map(Math.abs), scale);
    const dot = (a: Float64Array, b: Float64Array) => a.reduce((sum, one, i) => sum + one * b[i]!, 0);
    const lengths = Math.sqrt(dot(u, u) * dot(Hv, Hv)) + Math.sqrt(dot(v, v) * dot(Hu, Hu));
    return Math.max(
      ...written.map((value, i) => Math.abs(value - Hv[i]!) / largest),
      Math.abs(dot(u, Hv) - dot(v, Hu)) / Math.max(lengths, scale),
    );
  }
}

/**
 * Both sides are sums of some hundred products, each rounded to 2⁻⁵³: 10⁻¹⁴ of the largest entry. Programs that write e^z
 * without care, and Φ by a series, lose two digits more.
 */
const curvatureTolerance = 1e-11;

const chosen = fc.record({
  seed: fc.integer({ min: 0, max: 1e6 }),
  activation: fc.constantFrom(...Object.keys(activations)),
  loss: fc.constantFrom(
    losses.crossEntropy(0),
    losses.crossEntropy(0.2),
    losses.hinge(),
    losses.squaredError(),
    losses.huberLoss(),
    losses.binaryCrossEntropy(),
  ),
  penalties: fc.boolean(),
  outputs: fc.integer({ min: 2, max: 3 }),
});

test("dense networks, every activation, loss and penalty", () => {
  const compared = new Set<string>();
  fc.assert(
    fc.property(
      chosen,
      fc.integer({ min: 1, max: 3 }),
      fc.integer({ min: 1, max: 3 }),
      ({ seed, activation, loss, penalties, outputs }, inputs, width) => {
        const first = denseTwin([inputs], width);
        const twins = [first, activations[activation]!(first.output), denseTwin(first.output, outputs)];
        const result = compare([inputs], twins, loss, seed, penalties);
        expect(result.ok).toBe(true);
        expect(result.apart).toBeLessThan(1e-8);
        expect(result.bent).toBeLessThan(curvatureTolerance);
        expect(result.compared).toBeGreaterThan(0);
        compared.add(activation).add(loss.loss.name);
      },
    ),
    { numRuns: 24, seed: 1 },
  );
  expect(compared.size).toBe(Object.keys(activations).length + Object.keys(losses).length);
});

test("convolution, pooling and prelu", () => {
  const shapes = fc.record({
    channels: fc.integer({ min: 1, max: 2 }),
    height: fc.integer({ min: 3, max: 4 }),
    width: fc.integer({ min: 3, max: 5 }),
    filters: fc.integer({ min: 1, max: 2 }),
    kernel: fc.integer({ min: 1, max: 2 }),
    stride: fc.integer({ min: 1, max: 2 }),
    padding: fc.integer({ min: 1, max: 1 }),
    pool: fc.constantFrom("max" as const, "avg" as const),
  });
  const pools = new Set<string>();
  fc.assert(
    fc.property(
      chosen,
      shapes,
      ({ seed, loss, outputs }, { channels, height, width, filters, kernel, stride, padding, pool }) => {
        const input = [channels, height, width];
        const conv = convTwin(input, filters, kernel, stride, padding);
        const activated = preluTwin(conv.output);
        const pooled = poolTwin(conv.output, pool, 2);
        const flat: Twin = {
          layer: flatten(),
          program: (x) => x,
          output: [size(pooled.output)],
          parameters: 0,
        };
        const result = compare(
          input,
          [conv, activated, pooled, flat, denseTwin(flat.output, outputs)],
          loss,
          seed,
          false,
        );
        expect(result.ok).toBe(true);
        expect(result.apart).toBeLessThan(1e-8);
        expect(result.bent).toBeLessThan(curvatureTolerance);
        pools.add(pool);
      },
    ),
    { numRuns: 6, seed: 2 },
  );
  expect(pools.size).toBe(2);
});

test("dropout, with what it drops fixed, and softmax", () => {
  fc.assert(
    fc.property(chosen, fc.integer({ min: 2, max: 4 }), ({ seed, loss, outputs, penalties }, width) => {
      const first = denseTwin([2], width);
      const twins = [
        first,
        softmaxTwin(first.output),
        dropoutTwin(first.output, 2, seed),
        denseTwin(first.output, outputs),
      ];
      const result = compare([2], twins, loss, seed, penalties);
      expect(result.ok).toBe(true);
      expect(result.apart).toBeLessThan(1e-8);
      // Without dropout, which a product leaves out.
      const bent = compare([2], twins.toSpliced(2, 1), loss, seed, penalties).bent;
      expect(bent).toBeLessThan(curvatureTolerance);
    }),
    { numRuns: 8, seed: 3 },
  );
});

test("layer normalisation, before a layer and after one", () => {
  fc.assert(
    fc.property(chosen, fc.integer({ min: 2, max: 4 }), ({ seed, loss, outputs, penalties }, width) => {
      const first = denseTwin([3], width);
      const twins = [
        layerNormTwin([3]),
        first,
        layerNormTwin(first.output),
        activations.tanh!(first.output),
        denseTwin(first.output, outputs),
      ];
      const result = compare([3], twins, loss, seed, penalties);
      expect(result.ok).toBe(true);
      expect(result.apart).toBeLessThan(1e-8);
      expect(result.bent).toBeLessThan(curvatureTolerance);
    }),
    { numRuns: 6, seed: 4 },
  );
});

test("batch normalisation of numbers and of images, in training and in use", () => {
  fc.assert(
    fc.property(chosen, fc.boolean(), fc.boolean(), ({ seed, loss, outputs }, training, images) => {
      const conv = convTwin([1, 3, 3], 2, 2, 1, 0);
      const first = images ? conv : denseTwin([3], 3);
      const twins = [
        first,
        batchNormTwin(first.output, training),
        activations.tanh!(first.output),
        ...(images ? [{ layer: flatten(), program: (x: Traced) => x, output: [8], parameters: 0 }] : []),
        denseTwin([size(first.output)], outputs),
      ];
      const result = compare(images ? [1, 3, 3] : [3], twins, loss, seed, false, training);
      expect(result.ok).toBe(true);
      expect(result.apart).toBeLessThan(1e-8);
      expect(result.bent).toBeLessThan(curvatureTolerance);
    }),
    { numRuns: 12, seed: 5 },
  );
});

test("class weights", () => {
  for (const [seed, smoothing, weights] of [
    [1, 0, [2, 0.5, 1]],
    [2, 0.2, [0, 3, 1]],
    [3, 0, [1, 1, 1]],
  ] as const) {
    const first = denseTwin([2], 3);
    const twins = [first, activations.tanh!(first.output), denseTwin(first.output, 3)];
    const result = compare([2], twins, losses.crossEntropy(smoothing, [...weights]), seed, true);
    expect(result.ok).toBe(true);
    expect(result.apart).toBeLessThan(1e-8);
    expect(result.bent).toBeLessThan(curvatureTolerance);
  }
});

test("embeddings", () => {
  fc.assert(
    fc.property(chosen, fc.integer({ min: 1, max: 4 }), ({ seed, loss, outputs }, symbols) => {
      const draw = random(seed).split("symbols");
      const x = Array.from({ length: samples }, () => [0, 1].map(() => draw.integer(symbols)));
      const chosenRow = x.map((row) =>
        row.map((symbol, i) =>
          ones(symbols * 2, 4, [
            [symbol * 2, 2 * i],
            [symbol * 2 + 1, 2 * i + 1],
          ]),
        ),
      );
      const twin: Twin = {
        layer: embedding(symbols, 2),
        // A sample after the other, as its symbols choose.
        program: (h, _, row) => {
          const E = row(0, 2 * symbols);
          const rows = chosenRow.map(([a, b]) => E.matmul(a!).add(E.matmul(b!)));
          return h
            .mul(0)
            .matmul(ones(2, 4, []))
            .add(
              sum(
                rows.map((row, s) =>
                  row
                    .transpose()
                    .matmul(ones(1, samples, [[0, s]]))
                    .transpose(),
                ),
              ),
            );
        },
        output: [4],
        parameters: 2 * symbols,
      };
      const flat: Twin = { layer: flatten(), program: (h) => h, output: [4], parameters: 0 };
      const result = compare([2], [twin, flat, denseTwin([4], outputs)], loss, seed, false, false, tensor(x));
      expect(result.ok).toBe(true);
      expect(result.apart).toBeLessThan(1e-8);
      expect(result.bent).toBeLessThan(curvatureTolerance);
    }),
    { numRuns: 10, seed: 6 },
  );
});

test("products with the Hessian of own layers: exact with forward alone, by gradients with an own way back", () => {
  const x = randomNormal([3, 2], { seed: 1 });
  const networkOf = (layer: LayerDescription) => sequential([dense(2, 3), layer, dense(3, 2)], { seed: 2 });
  const product = (layer: LayerDescription, loss: Loss) => {
    const model = networkOf(layer);
    const v = Float64Array.from(model.theta, (_, i) => Math.sin(i + 1));
    return hessianProduct(model, x, [0, 1, 1], loss)(v);
  };
  const apart = (a: Float64Array, b: Float64Array) =>
    Math.max(...a.map((value, i) => Math.abs(value - b[i]!))) / Math.max(...b.map(Math.abs));
  const exact = product(tanh(), crossEntropy());
  const traced = defineLayer({ name: "traced", forward: (z) => z.tanh() });
  // The derivative of tanh is written in two ways, which differ in rounding.
  expect(apart(product(traced(), crossEntropy()), exact)).toBeLessThan(curvatureTolerance);
  const byHand = defineLayer({
    name: "by hand",
    forward: (z: Tensor) => z.map(Math.tanh),
    backward: (delta: Tensor, z: Tensor) => ({ x: delta.mul(z.map((entry) => 1 / Math.cosh(entry) ** 2)) }),
  });
  const { traced: _, ...ownLoss } = crossEntropy();
  const { secondDerivative: __, ...ownActivation } = tanh();
  const { traced: ___, ...ownPenalty } = l2Penalty(0.3);
  // The error of central differences is about ε^(2/3), here of numbers of order one.
  for (const differences of [
    product(byHand(), crossEntropy()),
    product(tanh(), ownLoss),
    product(ownActivation, crossEntropy()),
  ]) {
    expect(apart(differences, exact)).toBeLessThan(1e-8);
    expect(apart(differences, exact)).toBeGreaterThan(0);
  }
  const penalised = [l2Penalty(0.3), ownPenalty].map((one) =>
    product(tanh(), withPenalty(crossEntropy(), one)),
  );
  expect(apart(penalised[1]!, penalised[0]!)).toBeLessThan(1e-8);
});

test("no layer, activation, loss or penalty was left out", () => {
  covered.add("weighted"); // in weights-and-biases.test.ts
  expect(makersOf([...layerKinds, ...lossKinds]).filter((name) => !covered.has(name))).toEqual([]);
});
