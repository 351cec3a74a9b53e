// How rules, links and schedules print, what they refuse, each message as a whole, and how schedules decay.
import * as nablab from "nablab";
import { expect, test } from "vitest";
import { decayOf } from "#nablab/optim/schedule.js";

// Wrong options on purpose: without types.
// biome-ignore lint/suspicious/noExplicitAny: the calls are what TypeScript would refuse
const n = nablab as any;
const { adadelta, adagrad, adagradNorm, adam, adamw, addMomentum, addSchedules, addWeights } = n;
const {
  amsgrad,
  averageGradients,
  averageOf,
  averaging,
  chain,
  clipNorm,
  clipValue,
  cosine,
  cosineRestarts,
} = n;
const {
  decayWeights,
  divideByNorm,
  divideByRootMean,
  divideByRootSum,
  exponential,
  gradientDescent,
  inverse,
  lion,
} = n;
const { matchUnits, momentum, multiplySchedules, nesterov, oneCycle, piecewise, polynomial, rmsprop } = n;
const { scaleBy, sgd, stepDecay, takeSign, warmup } = n;

test.each<[() => unknown, string]>([
  [() => gradientDescent(), "GradientDescent(η = 0.001)"],
  [() => sgd({ eta: 0.5 }), "SGD(η = 0.5)"],
  [() => momentum(), "Momentum(η = 0.001, β = 0.9)"],
  [() => momentum({ eta: 0.1, beta: 0.5 }), "Momentum(η = 0.1, β = 0.5)"],
  [() => nesterov(), "Nesterov(η = 0.001, β = 0.9)"],
  [() => adagradNorm(), "AdaGradNorm(η = 1, c(0) = 0)"],
  [() => adagrad(), "AdaGrad(η = 0.01, ε = 1e-10, c(0) = 0)"],
  [() => rmsprop(), "RMSProp(η = 0.01, α = 0.99, ε = 1e-8)"],
  [() => adadelta(), "Adadelta(η = 1, ρ = 0.9, ε = 0.000001)"],
  [() => adam(), "Adam(η = 0.001, β₁ = 0.9, β₂ = 0.999, ε = 1e-8)"],
  [() => amsgrad(), "AMSGrad(η = 0.001, β₁ = 0.9, β₂ = 0.999, ε = 1e-8)"],
  [() => adamw(), "AdamW(η = 0.001, β₁ = 0.9, β₂ = 0.999, ε = 1e-8, λ = 0.01)"],
  [() => lion(), "Lion(η = 0.0001, β₁ = 0.9, β₂ = 0.99, λ = 0)"],
  [() => clipNorm(sgd(), 5), "clipNorm(SGD(η = 0.001), 5)"],
  [() => clipValue(sgd(), 5), "clipValue(SGD(η = 0.001), 5)"],
  [() => decayWeights(sgd(), 0.1), "decayWeights(SGD(η = 0.001), 0.1)"],
  [() => averaging(sgd()), "averaging(SGD(η = 0.001))"],
  [() => chain(addMomentum(), scaleBy(0.1)), "chain(addMomentum(β = 0.9), scaleBy(0.1))"],
  [() => chain({ init: () => ({}), pass: () => {} }), "chain(custom link)"],
  [() => cosineRestarts({ eta: 1, steps: 2 }), "cosineRestarts(1, 2 steps)"],
  [
    () => cosineRestarts({ eta: 1, steps: 2, growth: 3, to: 0.1 }),
    "cosineRestarts(1 to 0.1, 2 steps, growth 3)",
  ],
  [() => addMomentum({ lookAhead: true }), "addMomentum(β = 0.9, look ahead)"],
  [() => addWeights(0.1), "addWeights(0.1)"],
  [() => addMomentum({ beta: 0.5 }), "addMomentum(β = 0.5)"],
  [() => addMomentum(), "addMomentum(β = 0.9)"],
  [() => averageGradients({ beta: 0.5 }), "averageGradients(β = 0.5)"],
  [() => averageGradients({ unbiased: true }), "averageGradients(β = 0.9, unbiased)"],
  [() => divideByNorm(), "divideByNorm(c(0) = 0)"],
  [() => divideByNorm({ c0: 2 }), "divideByNorm(c(0) = 2)"],
  [() => divideByRootSum(), "divideByRootSum(ε = 1e-10, c(0) = 0)"],
  [() => divideByRootSum({ epsilon: 0.1, c0: 2 }), "divideByRootSum(ε = 0.1, c(0) = 2)"],
  [() => divideByRootMean({ beta: 0.5 }), "divideByRootMean(β = 0.5, ε = 1e-8)"],
  [
    () => divideByRootMean({ beta: 0.5, unbiased: true, largest: true }),
    "divideByRootMean(β = 0.5, ε = 1e-8, unbiased, largest)",
  ],
  [() => takeSign(), "takeSign(β₁ = 0.9, β₂ = 0.99)"],
  [() => takeSign({ beta1: 0.5, beta2: 0.25 }), "takeSign(β₁ = 0.5, β₂ = 0.25)"],
  [() => matchUnits(), "matchUnits(ρ = 0.9, ε = 0.000001)"],
  [() => scaleBy(0.5), "scaleBy(0.5)"],
  [() => inverse(), "1/k"],
  [() => inverse({ eta: 2, power: 0.5, offset: 3 }), "2/(k + 3)^0.5"],
  [() => inverse({ log: 1 }), "1/(k log(k + 1))"],
  [() => inverse({ log: 2, offset: 1 }), "1/((k + 1) log(k + 2)^2)"],
  [() => exponential({ eta: 1, gamma: 0.5 }), "1·0.5^(k−1)"],
  [() => stepDecay({ eta: 1, gamma: 0.5, every: 2 }), "1·0.5^⌊(k−1)/2⌋"],
  [() => polynomial({ eta: 1, steps: 4 }), "polynomial(1, 4 steps)"],
  [() => polynomial({ eta: 1, steps: 4, power: 2 }), "polynomial(1, 4 steps, power 2)"],
  [() => cosine({ eta: 1, steps: 4 }), "cosine(1, 4 steps)"],
  [() => cosine({ eta: 1, steps: 4, to: 0.1 }), "cosine(1 to 0.1, 4 steps)"],
  [() => oneCycle({ eta: 1, steps: 10 }), "oneCycle(1, 10 steps)"],
  [
    () =>
      piecewise([
        [1, 0.1],
        [100, 0.01],
      ]),
    "piecewise(0.1 from 1, 0.01 from 100)",
  ],
  [() => addSchedules(0.1, inverse()), "0.1 + 1/k"],
  [() => multiplySchedules(0.5, inverse()), "0.5 · 1/k"],
  [() => sgd({ eta: inverse() }), "SGD(η = 1/k)"],
  [() => sgd({ eta: (k: number) => 1 / k }), "SGD(η = eta)"],
  [() => warmup(0.1, { steps: 3 }), "warmup(0.1, 3 steps)"],
])("%s prints", (make, text) => {
  expect(String(make())).toBe(text);
});

test.each<[() => unknown, RangeErrorConstructor | TypeErrorConstructor, string]>([
  [
    () => cosineRestarts({ eta: 1, steps: 2, to: -1 }),
    RangeError,
    "cosineRestarts: to must be a finite number ≥ 0, got -1",
  ],
  [
    () => cosineRestarts({ eta: 0, steps: 2 }),
    RangeError,
    "cosineRestarts: eta must be a finite number > 0, got 0",
  ],
  [
    () => cosineRestarts({ eta: 1, steps: 2.5 }),
    RangeError,
    "cosineRestarts: steps must be a whole number ≥ 1, got 2.5",
  ],
  [() => sgd({ eta: 0 }), RangeError, "sgd: eta must be a finite number > 0 or a schedule, got 0"],
  [() => momentum({ beta: 1 }), RangeError, "momentum: beta must be at least 0 and below 1, got 1"],
  [() => nesterov({ beta: -1 }), RangeError, "nesterov: beta must be at least 0 and below 1, got -1"],
  [() => rmsprop({ alpha: 1 }), RangeError, "rmsprop: alpha must be at least 0 and below 1, got 1"],
  [() => adadelta({ rho: 1 }), RangeError, "adadelta: rho must be at least 0 and below 1, got 1"],
  [() => adadelta({ epsilon: 0 }), RangeError, "adadelta: epsilon must be a finite number > 0, got 0"],
  [() => adam({ beta1: 1 }), RangeError, "adam: beta1 must be at least 0 and below 1, got 1"],
  [() => adamw({ weightDecay: -1 }), RangeError, "adamw: weightDecay must be a finite number ≥ 0, got -1"],
  [() => lion({ beta2: 1 }), RangeError, "lion: beta2 must be at least 0 and below 1, got 1"],
  [() => addWeights(-1), RangeError, "addWeights: lambda must be a finite number ≥ 0, got -1"],
  [() => addMomentum({ beta: 1 }), RangeError, "addMomentum: beta must be at least 0 and below 1, got 1"],
  [
    () => averageGradients({ beta: 1 }),
    RangeError,
    "averageGradients: beta must be at least 0 and below 1, got 1",
  ],
  [() => divideByNorm({ c0: -1 }), RangeError, "divideByNorm: c0 must be a finite number ≥ 0, got -1"],
  [
    () => divideByRootSum({ epsilon: -1 }),
    RangeError,
    "divideByRootSum: epsilon must be a finite number ≥ 0, got -1",
  ],
  [() => divideByRootSum({ c0: -1 }), RangeError, "divideByRootSum: c0 must be a finite number ≥ 0, got -1"],
  [
    () => divideByRootMean({ beta: 1 }),
    RangeError,
    "divideByRootMean: beta must be at least 0 and below 1, got 1",
  ],
  [
    () => divideByRootMean({ epsilon: -1 }),
    RangeError,
    "divideByRootMean: epsilon must be a finite number ≥ 0, got -1",
  ],
  [() => takeSign({ beta1: 1 }), RangeError, "takeSign: beta1 must be at least 0 and below 1, got 1"],
  [() => takeSign({ beta2: 1 }), RangeError, "takeSign: beta2 must be at least 0 and below 1, got 1"],
  [() => matchUnits({ rho: 1 }), RangeError, "matchUnits: rho must be at least 0 and below 1, got 1"],
  [() => matchUnits({ epsilon: 0 }), RangeError, "matchUnits: epsilon must be a finite number > 0, got 0"],
  [() => scaleBy(0), RangeError, "scaleBy: eta must be a finite number > 0 or a schedule, got 0"],
  [
    () => chain(addMomentum(), undefined),
    TypeError,
    "chain: expected links such as addMomentum() and scaleBy(0.1), got undefined",
  ],
  [() => chain(), TypeError, "chain: expected links such as addMomentum() and scaleBy(0.1), got none"],
  [
    () => chain(sgd),
    TypeError,
    "chain: expected links such as addMomentum() and scaleBy(0.1), got [Function: sgd]",
  ],
  [
    () => chain({ pass: () => {} }),
    TypeError,
    "chain: expected links such as addMomentum() and scaleBy(0.1), got { pass: [Function: pass] }",
  ],
  [
    () => clipNorm(undefined, 1),
    TypeError,
    "clipNorm: expected a rule such as sgd({ eta: 0.1 }), got undefined",
  ],
  [
    () => clipNorm(sgd, 1),
    TypeError,
    "clipNorm: expected a rule such as sgd({ eta: 0.1 }); did you forget the brackets ()? got [Function: sgd]",
  ],
  [() => clipNorm({}, 1), TypeError, "clipNorm: expected a rule such as sgd({ eta: 0.1 }), got {}"],
  [() => clipValue(sgd(), Number.NaN), RangeError, "clipValue: most must be a finite number > 0, got NaN"],
  [() => decayWeights(sgd(), 0), RangeError, "decayWeights: lambda must be a finite number > 0, got 0"],
  [() => averaging(1), TypeError, "averaging: expected a rule such as sgd({ eta: 0.1 }), got 1"],
  [() => averageOf({}), TypeError, "averageOf: the state keeps no mean; make the rule with averaging(…)"],
  [() => inverse({ eta: 0 }), RangeError, "inverse: eta must be a finite number > 0, got 0"],
  [() => inverse({ power: -1 }), RangeError, "inverse: power must be a finite number ≥ 0, got -1"],
  [() => inverse({ offset: -1 }), RangeError, "inverse: offset must be a finite number ≥ 0, got -1"],
  [() => inverse({ log: -1 }), RangeError, "inverse: log must be a finite number ≥ 0, got -1"],
  [
    () => exponential({ eta: 1, gamma: 0 }),
    RangeError,
    "exponential: gamma must be above 0 and at most 1, got 0",
  ],
  [
    () => exponential({ eta: 1, gamma: 1.5 }),
    RangeError,
    "exponential: gamma must be above 0 and at most 1, got 1.5",
  ],
  [
    () => exponential({ eta: -1, gamma: 0.5 }),
    RangeError,
    "exponential: eta must be a finite number > 0, got -1",
  ],
  [
    () => stepDecay({ eta: 1, gamma: 0.5, every: 0 }),
    RangeError,
    "stepDecay: every must be a whole number ≥ 1, got 0",
  ],
  [
    () => stepDecay({ eta: 1, gamma: 2, every: 1 }),
    RangeError,
    "stepDecay: gamma must be above 0 and at most 1, got 2",
  ],
  [
    () => stepDecay({ eta: 0, gamma: 0.5, every: 1 }),
    RangeError,
    "stepDecay: eta must be a finite number > 0, got 0",
  ],
  [() => polynomial({ eta: 0, steps: 4 }), RangeError, "polynomial: eta must be a finite number > 0, got 0"],
  [() => polynomial({ eta: 1, steps: 0 }), RangeError, "polynomial: steps must be a whole number ≥ 1, got 0"],
  [
    () => polynomial({ eta: 1, steps: 4, power: -1 }),
    RangeError,
    "polynomial: power must be a finite number ≥ 0, got -1",
  ],
  [() => cosine({ eta: 0, steps: 4 }), RangeError, "cosine: eta must be a finite number > 0, got 0"],
  [() => cosine({ eta: 1, steps: 0 }), RangeError, "cosine: steps must be a whole number ≥ 1, got 0"],
  [() => cosine({ eta: 1, steps: 4, to: -1 }), RangeError, "cosine: to must be a finite number ≥ 0, got -1"],
  [() => oneCycle({ eta: 0, steps: 10 }), RangeError, "oneCycle: eta must be a finite number > 0, got 0"],
  [() => oneCycle({ eta: 1, steps: 0 }), RangeError, "oneCycle: steps must be a whole number ≥ 1, got 0"],
  [
    () => piecewise([]),
    RangeError,
    "piecewise: expected pairs of a step and a step size, from step 1 on and in order, such as [[1, 0.1], [100, 0.01]], got []",
  ],
  [
    () => piecewise([[2, 0.1]]),
    RangeError,
    "piecewise: expected pairs of a step and a step size, from step 1 on and in order, such as [[1, 0.1], [100, 0.01]], got [ [ 2, 0.1 ] ]",
  ],
  [
    () =>
      piecewise([
        [1, 0.1],
        [1, 0.2],
      ]),
    RangeError,
    "piecewise: expected pairs of a step and a step size, from step 1 on and in order, such as [[1, 0.1], [100, 0.01]], got [ [ 1, 0.1 ], [ 1, 0.2 ] ]",
  ],
  [() => piecewise([[1, -1]]), RangeError, "piecewise: eta must be a finite number ≥ 0, got -1"],
  [() => addSchedules(), RangeError, "addSchedules: there must be at least one schedule, got none"],
  [() => multiplySchedules(), RangeError, "multiplySchedules: there must be at least one schedule, got none"],
  [() => inverse()(0), RangeError, "1/k: steps count from 1, so k must be at least 1, got 0"],
  [
    () => addSchedules(() => -1)(1),
    RangeError,
    "addSchedules: the schedule of eta must give finite numbers ≥ 0; at k = 1 it gave -1",
  ],
  [
    () => multiplySchedules(() => Number.NaN)(2),
    RangeError,
    "multiplySchedules: the schedule of eta must give finite numbers ≥ 0; at k = 2 it gave NaN",
  ],
  [() => warmup(0.1, { steps: 0 }), RangeError, "warmup: steps must be a whole number ≥ 1, got 0"],
])("%s is refused", (call, Type, message) => {
  expect(call).toThrow(new Type(message));
});

// What is like ratio^k k^(−power) (log k)^(−log) in the end.
const law = (ratio: number, power: number, log: number) => ({ ratio, power, log });

test.each<[() => unknown, ReturnType<typeof decayOf>]>([
  [() => 0.1, law(1, 0, 0)],
  [() => 0, "zero"],
  [() => (k: number) => 1 / k, undefined],
  [() => inverse({ power: 0.5, log: 2 }), law(1, 0.5, 2)],
  [() => exponential({ eta: 1, gamma: 0.5 }), law(0.5, 0, 0)],
  [() => stepDecay({ eta: 1, gamma: 0.25, every: 2 }), law(0.5, 0, 0)],
  [() => polynomial({ eta: 1, steps: 4 }), "zero"],
  [() => polynomial({ eta: 1, steps: 4, power: 0 }), law(1, 0, 0)],
  [() => cosine({ eta: 1, steps: 4 }), "zero"],
  [() => cosine({ eta: 1, steps: 4, to: 0.1 }), law(1, 0, 0)],
  [() => warmup(inverse(), { steps: 3 }), law(1, 1, 0)],
  [
    () =>
      piecewise([
        [1, 1],
        [9, 0],
      ]),
    "zero",
  ],
  [
    () =>
      piecewise([
        [1, 0],
        [9, 1],
      ]),
    law(1, 0, 0),
  ],
  // Of a sum the slowest: the larger ratio, then the smaller power, then the smaller logarithm, in either order.
  [() => addSchedules(inverse(), exponential({ eta: 1, gamma: 0.5 })), law(1, 1, 0)],
  [() => addSchedules(exponential({ eta: 1, gamma: 0.5 }), inverse()), law(1, 1, 0)],
  [() => addSchedules(inverse({ power: 2 }), inverse({ power: 0.5 })), law(1, 0.5, 0)],
  [() => addSchedules(inverse({ power: 0.5 }), inverse({ power: 2 })), law(1, 0.5, 0)],
  [() => addSchedules(inverse({ log: 2 }), inverse({ log: 1 })), law(1, 1, 1)],
  [() => addSchedules(inverse({ log: 1 }), inverse({ log: 2 })), law(1, 1, 1)],
  [() => addSchedules(polynomial({ eta: 1, steps: 4 }), inverse()), law(1, 1, 0)],
  [() => addSchedules(inverse(), polynomial({ eta: 1, steps: 4 })), law(1, 1, 0)],
  [() => addSchedules(0, 0), "zero"],
  [() => addSchedules(inverse(), (k: number) => 1 / k), undefined],
  [() => multiplySchedules(inverse({ log: 1 }), exponential({ eta: 1, gamma: 0.5 })), law(0.5, 1, 1)],
  [() => multiplySchedules(inverse({ power: 0.5 }), inverse({ power: 0.25, log: 1 })), law(1, 0.75, 1)],
  [() => multiplySchedules(polynomial({ eta: 1, steps: 4 }), inverse()), "zero"],
  [() => multiplySchedules(inverse(), polynomial({ eta: 1, steps: 4 })), "zero"],
  [() => multiplySchedules((k: number) => 1 / k, inverse()), undefined],
])("%s decays as it must", (make, decay) => {
  expect(decayOf(make() as nablab.StepSize)).toEqual(decay);
});
