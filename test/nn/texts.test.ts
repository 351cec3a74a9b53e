// How layers, activations, losses and penalties print and are named, and what they refuse, each message as a whole.
import * as nablab from "nablab";
import { expect, test } from "vitest";

// Wrong options on purpose: without types.
// biome-ignore lint/suspicious/noExplicitAny: the calls are what TypeScript would refuse
const n = nablab as any;
const { avgPool2d, binaryCrossEntropy, conv2d, crossEntropy, defineLayer, dense, dropout, flatten, gelu } = n;
const { hinge, huberLoss, l1Penalty, l2Penalty, leakyRelu, maxPool2d, operationCounts, prelu, relu } = n;
const { sequential, sigmoid, softmax, softplus, squaredError, tanh, withPenalty } = n;

test.each<[() => { kind?: string; name?: string }, string, string | undefined]>([
  [() => dense(2, 3), "dense(2, 3)", "dense"],
  [() => conv2d(1, 2, { kernel: 3 }), "conv2d(1, 2, { kernel: 3 })", "conv2d"],
  [
    () => conv2d(1, 2, { kernel: 3, padding: "same", stride: 1 }),
    "conv2d(1, 2, { kernel: 3, padding: 1 })",
    "conv2d",
  ],
  [
    () => conv2d(1, 2, { kernel: 3, padding: 2, stride: 2 }),
    "conv2d(1, 2, { kernel: 3, stride: 2, padding: 2 })",
    "conv2d",
  ],
  [() => maxPool2d(2), "maxPool2d(2)", "maxPool2d"],
  [() => avgPool2d(2, { stride: 1 }), "avgPool2d(2, { stride: 1 })", "avgPool2d"],
  [() => flatten(), "flatten()", "flatten"],
  [() => dropout(), "dropout(0.5)", "dropout"],
  [() => dropout(0.25), "dropout(0.25)", "dropout"],
  [() => relu(), "relu()", "relu"],
  [() => relu({ atZero: 0.5 }), "relu({ atZero: 0.5 })", "relu"],
  [() => leakyRelu(), "leakyRelu()", "leakyRelu"],
  [() => leakyRelu({ slope: 0.2 }), "leakyRelu({ slope: 0.2 })", "leakyRelu"],
  [() => prelu(), "prelu()", "prelu"],
  [() => prelu({ slope: 0.5 }), "prelu({ slope: 0.5 })", "prelu"],
  [() => gelu(), "gelu()", "gelu"],
  [() => softplus(), "softplus()", "softplus"],
  [() => tanh(), "tanh()", "tanh"],
  [() => sigmoid(), "sigmoid()", "sigmoid"],
  [() => softmax(), "softmax()", "softmax"],
  [() => crossEntropy(), "crossEntropy()", "crossEntropy"],
  [() => crossEntropy({ labelSmoothing: 0.1 }), "crossEntropy({ labelSmoothing: 0.1 })", "crossEntropy"],
  [() => binaryCrossEntropy(), "binaryCrossEntropy()", "binaryCrossEntropy"],
  [() => squaredError(), "squaredError()", "squaredError"],
  [() => huberLoss(), "huberLoss()", "huberLoss"],
  [() => huberLoss({ delta: 2 }), "huberLoss({ delta: 2 })", "huberLoss"],
  [() => hinge(), "hinge()", "hinge"],
  [() => l1Penalty(0.1), "l1Penalty(0.1)", undefined],
  [() => l2Penalty(0.1), "l2Penalty(0.1)", undefined],
  [
    () => withPenalty(hinge(), l1Penalty(0.1), l2Penalty(0.2)),
    "withPenalty(hinge(), l1Penalty(0.1), l2Penalty(0.2))",
    "hinge",
  ],
  [
    () => withPenalty(withPenalty(hinge(), l1Penalty(0.1)), l2Penalty(0.2)),
    "withPenalty(withPenalty(hinge(), l1Penalty(0.1)), l2Penalty(0.2))",
    "hinge",
  ],
])("%s prints and is named", (make, text, name) => {
  const made = make();
  expect([String(made), made.kind ?? made.name]).toEqual([text, name]);
});

test.each<[() => unknown, RangeErrorConstructor | TypeErrorConstructor, string]>([
  [
    () => withPenalty(hinge(), {}),
    TypeError,
    "withPenalty: expected penalties such as l2Penalty(1e-4) after the loss, got {}",
  ],
  [
    () => withPenalty(hinge(), undefined),
    TypeError,
    "withPenalty: expected penalties such as l2Penalty(1e-4) after the loss, got undefined",
  ],
  [
    () => withPenalty(hinge()),
    TypeError,
    "withPenalty: expected penalties such as l2Penalty(1e-4) after the loss, got none",
  ],
  [() => l1Penalty(-1), RangeError, "l1Penalty: lambda must be a finite number ≥ 0, got -1"],
  [() => l2Penalty(Number.NaN), RangeError, "l2Penalty: lambda must be a finite number ≥ 0, got NaN"],
  [
    () => sequential([dense(2, 3), flatten, dense(3, 1)]),
    TypeError,
    "sequential: layer 1 is not a layer (dense, conv2d, relu, tanh, …); did you forget the brackets ()? got [Function: flatten]",
  ],
  [
    () => sequential({}),
    TypeError,
    "sequential: expected a list of layers such as [dense(2, 3), relu(), dense(3, 1)], got {}",
  ],
  [
    () => sequential([dense(2, 3), { kind: "x", deep: { er: { still: 1 } } }]),
    TypeError,
    "sequential: layer 1 is not a layer (dense, conv2d, relu, tanh, …), got { kind: 'x', deep: [Object] }",
  ],
  [() => operationCounts({}), TypeError, "operationCounts: expected a network of sequential(), got {}"],
  [
    () => dense(2, 3, { init: 3 }),
    TypeError,
    "dense: init must be a function (outputs, inputs, stream) => Tensor such as he, got 3",
  ],
  [
    () => conv2d(1, 2, { kernel: 2, padding: "same" }),
    RangeError,
    'conv2d: padding "same" needs an odd kernel, got 2',
  ],
  [
    () => defineLayer({ name: "a", forward: (x: unknown) => x, backward: 3 }),
    TypeError,
    "defineLayer: backward must be a function, got 3",
  ],
  [() => huberLoss({ delta: -1 }), RangeError, "huberLoss: delta must be a finite number > 0, got -1"],
])("%s is refused", (call, Type, message) => {
  expect(call).toThrow(new Type(message));
});
