import type { Submission } from "./submission.js";

export const submissions: Submission[] = [
  {
    name: "the transposed matrix in forward",
    change: {
      affine: [
        "A.map((row, i) => row.reduce((sum, value, j) => sum + value * x[j], b[i]))",
        "A[0].map((_, j) => A.reduce((sum, row, i) => sum + row[j] * x[i], b[j]))",
      ],
    },
    // The whole network is wrong then: forward and everything that builds on it.
    lost: { "affine-test": 1, "forward-test": 3, "gradient-test": 5, "gradient-shapes": 1 },
  },
  {
    name: "no bias",
    change: { affine: ["sum + value * x[j], b[i])", "sum + value * x[j], 0 * b[i])"] },
    lost: { "affine-test": 1, "forward-test": 3, "gradient-test": 5 },
  },
  {
    name: "slope 1 at 0",
    change: { relu: ["value > 0 ? 1 : 0", "value >= 0 ? 1 : 0"] },
    lost: { "relu-test": 1 },
  },
  {
    name: "ReLU after the last layer too",
    change: { forward: ["i === net.length - 1 ? next : relu(next)", "relu(next)"] },
    // Two of the five hidden comparisons have positive outputs alone, where the gradients are right all the same.
    lost: { "forward-test": 3, "gradient-test": 3 },
  },
  {
    name: "half forgotten",
    change: { loss: [", 0) / 2", ", 0)"] },
    lost: { "loss-test": 1 },
  },
  {
    name: "delta with the wrong sign",
    change: { loss: ["value - y[i]);", "y[i] - value);"] },
    lost: { "delta-last-test": 2, "gradient-test": 5 },
  },
  {
    name: "x for its slope in the delta",
    change: { "delta-below": ["const slopes = reluSlope(z);", "const slopes = relu(z);"] },
    lost: { "delta-below-test": 3, "gradient-test": 5 },
  },
  {
    name: "A not transposed in the delta",
    change: {
      "delta-below": [
        "next.A.reduce((sum, row, i) => sum + row[j] * delta[i], 0)",
        "delta.reduce((sum, d, i) => sum + (next.A[j]?.[i] ?? 0) * d, 0)",
      ],
    },
    lost: { "delta-below-test": 3, "gradient-test": 5 },
  },
  {
    name: "biases left at zero",
    change: { gradients: ["b: delta }", "b: delta.map(() => 0) }"] },
    lost: { "gradient-test": 5 },
  },
  {
    name: "one-sided difference",
    change: { difference: ["(f(moved(h)) - f(moved(-h))) / (2 * h)", "(f(moved(h)) - f(theta)) / h"] },
    lost: { "difference-test": 2 },
  },
  {
    name: "h relative to the parameter",
    change: {
      difference: [
        "(f(moved(h)) - f(moved(-h))) / (2 * h)",
        "(f(moved(h * theta[i])) - f(moved(-h * theta[i]))) / (2 * h * theta[i])",
      ],
    },
    lost: { "difference-test": 2 },
  },
  {
    name: "shifted by the mean of the entries",
    change: {
      "right-log-sum-exp": [
        "const shift = Math.max(...g);",
        "const shift = g.reduce((sum, value) => sum + value, 0) / g.length;",
      ],
      softmax: [
        "const powers = G.sub(G.max(1).reshape(-1, 1)).exp();",
        "const powers = G.sub(G.mean(1).reshape(-1, 1)).exp();",
      ],
    },
    lost: { "find-log-sum-exp": 1, "softmax-test": 1 },
  },
  {
    name: "shifted by the last entry",
    change: { "right-log-sum-exp": ["const shift = Math.max(...g);", "const shift = g.at(-1) ?? 0;"] },
    lost: { "find-log-sum-exp": 1 },
  },
  {
    name: "relative to the first number, and 0/0",
    change: {
      difference: [
        "a === b ? 0 : Math.abs(a - b) / Math.max(Math.abs(a), Math.abs(b))",
        "Math.abs(a - b) / Math.abs(a)",
      ],
    },
    lost: { "relative-error-test": 1 },
  },
  {
    name: "the right functions, the wrong lines",
    change: {
      "right-relu": ["return 4;", "return 2;"],
      "right-log-sum-exp": ["return 1;", "return 5;"],
    },
    lost: { "find-relu": 1.25, "find-log-sum-exp": 1.25 },
  },
  {
    name: "no shift at all",
    change: { "right-log-sum-exp": ["const shift = Math.max(...g);", "const shift = 0;"] },
    lost: { "find-log-sum-exp": 3 },
  },
  {
    name: "softmax along the columns",
    change: {
      softmax: ["return powers.div(powers.sum(1).reshape(-1, 1));", "return powers.div(powers.sum(0));"],
    },
    // Every gradient of the batch is wrong then, and nothing is learnt.
    lost: { "softmax-test": 2, "cross-entropy-slope-test": 3, "batch-gradients-test": 4, "train-test": 4 },
  },
  {
    name: "softmax without the shift",
    change: {
      softmax: ["const powers = G.sub(G.max(1).reshape(-1, 1)).exp();", "const powers = G.exp();"],
    },
    lost: { "softmax-test": 1, "cross-entropy-slope-test": 1 },
  },
  {
    name: "the logarithm of softmax",
    change: {
      softmax: [
        "return labels.reduce((sum, y, i) => sum + logs.at(i) - shifted.at(i, y), 0) / labels.length;",
        "return labels.reduce((sum, y, i) => sum - Math.log(softmax(G).at(i, y)) + 0 * logs.at(i), 0) / labels.length;",
      ],
    },
    lost: { "cross-entropy-test": 1 },
  },
  {
    name: "the sum of the losses for their mean",
    change: {
      softmax: ["- shifted.at(i, y), 0) / labels.length;", "- shifted.at(i, y), 0);"],
    },
    lost: { "cross-entropy-test": 1 },
  },
  {
    name: "the slope of the sum for that of the mean",
    change: { softmax: ["softmax(G).sub(right).div(labels.length)", "softmax(G).sub(right)"] },
    // Steps that are 300 times too long: it learns nothing, and promises 93 %.
    lost: { "cross-entropy-slope-test": 3, "batch-gradients-test": 3, "train-test": 4 },
  },
  {
    name: "the minus sign missing, as on the slide",
    change: { softmax: ["softmax(G).sub(right)", "right.sub(softmax(G))"] },
    lost: { "cross-entropy-slope-test": 3, "batch-gradients-test": 4, "train-test": 4 },
  },
  {
    name: "the slope of ReLU forgotten in the batch",
    change: { "batch-gradients": [".mul(Z[i - 1].greater(0))", ""] },
    lost: { "batch-gradients-test": 4, "train-test": 4 },
  },
  {
    name: "biases of the first sample alone",
    change: { "batch-gradients": ["b: delta.sum(0)", "b: delta.row(0)"] },
    lost: { "batch-gradients-test": 1, "train-test": 4 },
  },
  {
    name: "a chart read upside down",
    change: { "read-difference": ["qa: 1, qb: 2, r: -1, best: 1e-5", "qa: 2, qb: 1, r: -1, best: 1e-8"] },
    lost: { "read-difference-test": 2 },
  },
  {
    name: "the best h of the one-sided difference",
    change: { "read-difference": ["best: 1e-5", "best: 1e-8"] },
    lost: { "read-difference-test": 1 },
  },
  {
    name: "costs without biases, and a delta for the input",
    change: {
      cost: [
        "sum(products) + sum(sizes.slice(1))];\n  const backward = 2 * forward - products[0];",
        "sum(products)];\n  const backward = 2 * forward;",
      ],
    },
    lost: { "cost-test": 2 },
  },
  {
    name: "a linear classifier",
    change: { train: ["initial([2, 32, 16, 3], 1)", "initial([2, 3], 1)"] },
    lost: { "train-test": 4 },
  },
  {
    name: "eight units, and an estimate that was never measured",
    change: {
      train: [
        ["initial([2, 32, 16, 3], 1)", "initial([2, 8, 3], 1)"],
        ["return 0.933;", "return 1;"],
      ],
    },
    lost: { "train-test": 3 },
  },
  {
    name: "dx changed in place",
    change: {
      "right-relu": [
        "return dx.map((slope, i) => (z[i] > 0 ? slope : 0));",
        "z.forEach((value, i) => { if (value <= 0) dx[i] = 0; });\n  return dx;",
      ],
    },
    lost: { "find-relu": 1 },
  },
  {
    name: "no bias in the forward pass of a batch",
    change: { "batch-gradients": [".matmul(A.transpose()).add(b)", ".matmul(A.transpose())"] },
    lost: { "batch-gradients-test": 4, "train-test": 4 },
  },
  {
    name: "its own h in the difference",
    change: {
      difference: ["(f(moved(h)) - f(moved(-h))) / (2 * h)", "(f(moved(1e-5)) - f(moved(-1e-5))) / 2e-5"],
    },
    lost: { "difference-test": 2 },
  },
  {
    name: "a reading that changes from call to call",
    change: {
      "read-difference":
        "let n = 0;\nfunction read(): { qa: number; qb: number; r: number; best: number } {\n  n++;\n  return { qa: 1, qb: 2, r: -1, best: n % 2 ? 1 : 1e-9 };\n}",
    },
    lost: { "read-difference-test": 1 },
  },
  {
    name: "the loss of class 0, whatever the labels",
    change: {
      softmax: ["logs.at(i) - shifted.at(i, y)", "logs.at(i) - shifted.at(i, labels.length > 1 ? 0 : y)"],
    },
    lost: { "cross-entropy-test": 1 },
  },
  {
    name: "lists whose own methods compare nothing",
    change: {
      "batch-gradients":
        "function batchGradients(net: TensorLayer[], input: Tensor, labels: number[]): TensorLayer[] {\n  return { 0: { A: zeros([5, 2]), b: zeros([5]) }, forEach() {} } as unknown as TensorLayer[];\n}",
      train:
        "function train(X: Tensor, labels: number[]): (X: Tensor) => number[] {\n  return (points) =>\n    points.shape[0] === 5 ? [0, 0, 0, 0, 0] : ({ filter: () => ({ length: 3000 }) } as unknown as number[]);\n}\nfunction estimate(): number {\n  return 0.95;\n}",
    },
    lost: { "batch-gradients-test": 4, "train-test": 4 },
  },
];
