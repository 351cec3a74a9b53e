// Training runs step by step as PyTorch took them in float64 (test/golden/make.py): forward, loss,
// backpropagation and rule together.
import { readFileSync } from "node:fs";
import {
  adadelta,
  adagrad,
  adagradNorm,
  adam,
  adamw,
  addSchedules,
  amsgrad,
  averageOf,
  averaging,
  backpropagation,
  box,
  byLayer,
  clipNorm,
  clipValue,
  cosine,
  cosineRestarts,
  crossEntropy,
  decayWeights,
  dense,
  exponential,
  flatGradient,
  gradientDescent,
  inverse,
  lion,
  masked,
  momentum,
  multiplySchedules,
  nesterov,
  oneCycle,
  piecewise,
  polynomial,
  projected,
  type Rule,
  relu,
  rmsprop,
  type Sequential,
  sequential,
  sgd,
  sigmoid,
  squaredError,
  stepDecay,
  tanh,
  tensor,
  warmup,
} from "nablab";
import { describe, expect, test } from "vitest";

interface Golden {
  widths: number[];
  batchSize: number;
  steps: number;
  /** What PyTorch's optimisers have where nothing is said. */
  defaults: Record<string, { lr: number; betas: [number, number] } & Record<string, number>>;
  runs: {
    activation: "relu" | "tanh" | "sigmoid";
    loss: "crossEntropy" | "squaredError";
    rule: keyof typeof rules | "byLayer";
    options: Record<string, number>;
    schedule?: { name: keyof typeof schedules; options: Record<string, number> };
    transforms?: [keyof typeof transforms, number][];
    x: number[][];
    y: number[] | number[][];
    theta0: number[];
    gradient0: number[];
    losses: number[];
    theta: Record<string, number[]>;
    /** The mean of the 20 iterates. */
    average: number[];
  }[];
}

const golden: Golden = JSON.parse(
  readFileSync(new URL("../golden/trajectories.json", import.meta.url), "utf8"),
);
const activations = { relu, tanh, sigmoid };
const losses = { crossEntropy, squaredError };
const rules = {
  ...{
    gradientDescent,
    sgd,
    adagradNorm,
    adagrad,
    momentum,
    nesterov,
    rmsprop,
    adadelta,
    adam,
    amsgrad,
    adamw,
    lion,
  },
};
const schedules = {
  exponential,
  stepDecay,
  polynomial,
  cosine,
  cosineRestarts,
  oneCycle,
  inverse,
  piecewise: ({ pieces }: { pieces: [number, number][] }) => piecewise(pieces),
  warmup: ({ eta, steps }: { eta: number; steps: number }) => warmup(eta, { steps }),
  addSchedules: ({ constant, ...rest }: { constant: number }) => addSchedules(constant, inverse(rest)),
  multiplySchedules: ({ eta, gamma, every }: { eta: number; gamma: number; every: number }) =>
    multiplySchedules(exponential({ eta, gamma }), stepDecay({ eta: 1, gamma, every })),
};
const transforms = {
  clipNorm,
  clipValue,
  decayWeights,
  projected: (rule: Rule, most: number) => projected(rule, box(-most, most)),
  masked: (rule: Rule, every: number, { parameterCount }: Sequential) =>
    masked(
      rule,
      Array.from({ length: parameterCount }, (_, i) => i % every !== 0),
    ),
};

/** The rule of a run, with the schedule and the transforms where it has them. */
function ruleOf(
  { rule, options, schedule, transforms: around = [] }: Golden["runs"][number],
  model: Sequential,
): Rule {
  const scheduled = schedule && schedules[schedule.name]({ eta: options.eta, ...schedule.options } as never);
  const eta = scheduled ?? options.eta!;
  if (rule === "byLayer") {
    return byLayer(model, (t) => adam({ ...options, eta: options.eta! * options.factor! ** (t - 1) }));
  }
  const inner = rules[rule]({ ...options, eta });
  return around.reduce((wrapped, [name, value]) => transforms[name](wrapped, value, model), inner);
}

test("every rule, schedule and transform stands in a run", () => {
  for (const name of Object.keys(rules)) expect(golden.runs.map(({ rule }) => rule)).toContain(name);
  for (const name of Object.keys(schedules)) {
    expect(golden.runs.map(({ schedule }) => schedule?.name)).toContain(name);
  }
  const used = golden.runs.flatMap(({ transforms = [] }) => transforms.map(([name]) => name));
  expect(used.sort()).toEqual(Object.keys(transforms).sort());
});

test("defaults are PyTorch's", () => {
  const { SGD, Adagrad, RMSprop, Adadelta, Adam, AdamW } = golden.defaults as Required<
    typeof golden.defaults
  >;
  const ofAdam = ({ lr, betas, eps }: (typeof golden.defaults)[string]) => ({
    eta: lr,
    beta1: betas[0],
    beta2: betas[1],
    epsilon: eps,
  });
  expect(sgd().options).toEqual({ eta: SGD!.lr });
  expect(gradientDescent().options).toEqual({ eta: SGD!.lr });
  expect(momentum().options.eta).toBe(SGD!.lr);
  expect(nesterov().options.eta).toBe(SGD!.lr);
  expect(adagrad().options).toEqual({
    eta: Adagrad!.lr,
    epsilon: Adagrad!.eps,
    c0: Adagrad!.initial_accumulator_value,
  });
  expect(rmsprop().options).toEqual({ eta: RMSprop!.lr, alpha: RMSprop!.alpha, epsilon: RMSprop!.eps });
  expect(adadelta().options).toEqual({ eta: Adadelta!.lr, rho: Adadelta!.rho, epsilon: Adadelta!.eps });
  expect(adam().options).toEqual(ofAdam(Adam!));
  expect(amsgrad().options).toEqual(ofAdam(Adam!));
  expect(adamw().options).toEqual({ ...ofAdam(AdamW!), weightDecay: AdamW!.weight_decay });
});

/** The largest distance of two vectors' entries, as a share of the largest entry. */
function distance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(a.length).toBe(b.length);
  const size = Math.max(...Array.from(b, Math.abs));
  return Math.max(...Array.from(a, (entry, i) => Math.abs(entry - b[i]!))) / size;
}

describe.each(golden.runs)("$activation, $loss, $rule", (run) => {
  const layers = golden.widths.slice(1).flatMap((width, i) => {
    const layer = dense(golden.widths[i]!, width);
    return i === golden.widths.length - 2 ? [layer] : [layer, activations[run.activation]()];
  });
  const loss = losses[run.loss]();
  const batch = (step: number) => {
    const at = ((step - 1) * golden.batchSize) % run.x.length;
    const y = run.y.slice(at, at + golden.batchSize);
    return {
      x: tensor(run.x.slice(at, at + golden.batchSize)),
      y: run.loss === "crossEntropy" ? (y as number[]) : tensor(y),
    };
  };

  test("the first gradient", () => {
    const model = sequential(layers);
    model.theta.set(run.theta0);
    const { x, y } = batch(1);
    expect(distance(flatGradient(backpropagation(model, x, y, loss)), run.gradient0)).toBeLessThan(1e-13);
  });

  test("the losses and parameters of 20 steps, to 1e-10", () => {
    const model = sequential(layers);
    model.theta.set(run.theta0);
    const rule = averaging(ruleOf(run, model));
    const state = rule.init(model.parameterCount);
    let compared = 0;
    for (let step = 1; step <= golden.steps; step++) {
      const { x, y } = batch(step);
      const back = backpropagation(model, x, y, loss);
      expect(Math.abs(back.loss / run.losses[step - 1]! - 1)).toBeLessThan(1e-10);
      rule.step(model.theta, flatGradient(back), state);
      const expected = run.theta[step];
      if (expected === undefined) continue;
      compared++;
      expect(tensor(model.theta).allClose(expected, { relative: 1e-10 })).toBe(true);
    }
    expect(compared).toBe(5);
    expect(tensor(averageOf(state)).allClose(run.average, { relative: 1e-10 })).toBe(true);
    expect(distance(model.theta, run.theta0)).toBeGreaterThan(0.01);
  });
});
