/** Hints for assignment 2. */
import type { AssignmentHints } from "./texts.js";

export const backpropagation: AssignmentHints = {
  affine: [
    "How many outputs are there: as many as A has rows, or columns?",
    "Output i is the dot product of row i with x, plus bᵢ: start the sum at bᵢ.",
    "return A.map((row, i) => row.reduce((sum, value, j) => sum + value * x[j], b[i]));",
  ],
  relu: [
    "Both are `map`s; what should the slope at 0 be?",
    "max(0, z), and 1 where z > 0 and 0 elsewhere: the condition decides about 0.",
    "return z.map((value) => Math.max(0, value));",
  ],
  forward: [
    "Which lists do z and x hold before the first layer?",
    "z starts with an empty list and x with the input, so that index t is layer t. Every layer but the last is followed by ReLU.",
    "const z: number[][] = [[]];",
  ],
  deltaLast: [
    "Differentiate half of a square.",
    "Entry by entry g − y: the half and the 2 cancel, and the sign is that of output minus target.",
    "return g.map((value, i) => value - y[i]);",
  ],
  deltaBelow: [
    "How many entries does the result have: as many as δ, or as z?",
    "Entry j collects, over the units i above, A[i][j] δ[i]: a column of A, which is the transpose. Then times the slope of ReLU at z[j].",
    "const slopes = reluSlope(z);",
  ],
  gradients: [
    "In which order are the deltas known?",
    "From the last layer down: store δ x(t−1)ᵀ and δ for layer t, then move δ down by one. `unshift` puts each layer in front.",
    "const { z, x } = forward(net, input);",
  ],
  derive: [
    "Write the loss as a difference of two terms before you differentiate anything.",
    "loss = −g_y + log Σ e^{g_j}. For part 2: z_t acts on the loss through all units of layer t + 1, so the chain rule is a sum over them.",
    "The loss is −g_y + log Σⱼ exp(gⱼ), and the derivative of its second term by g_k is …",
  ],
  softmax: [
    "What is e¹⁰⁰⁰ in floating point, and what does a common factor do to a quotient?",
    "Subtract the largest entry of each row, take exp, divide by the row's sum: `G.max(1)` and `sum(1)` lose an axis, `.reshape(-1, 1)` brings it back.",
    "const powers = G.sub(G.max(1).reshape(-1, 1)).exp();",
  ],
  crossEntropy: [
    "The logarithm of a quotient is a difference. Which of its parts can be taken without exp?",
    "−log p_y = log Σ e^{g_j − max} − (g_y − max). Taking log of softmax fails where a probability rounds to 0.",
    "const shifted = G.sub(G.max(1).reshape(-1, 1));",
  ],
  crossEntropySlope: [
    "You derived it for one sample above. What does the mean add?",
    "Softmax, minus 1 at the right class of each row, everything divided by the number of samples.",
    "const right = zeros(G.shape);",
  ],
  batchGradients: [
    "Check shapes first: with samples as rows, is it A or its transpose that Δ is multiplied by?",
    "Forward: keep the X and Z of all layers. Backward: Δ = crossEntropySlope at the end; ∂A = Δᵀ X, ∂b = Δ.sum(0); one layer down Δ A, times 1 where Z > 0 (`greater(0)`).",
    "const X = [input];",
  ],
  difference: [
    "How do you move one coordinate and leave theta as it was?",
    "`map` makes a copy with one entry moved. Divide by the whole distance 2h.",
    "const moved = (by: number) => theta.map((value, j) => (j === i ? value + by : value));",
  ],
  relativeError: [
    "What is 0/0?",
    "Equal numbers have no error at all: ask that first. Otherwise the larger absolute value goes below.",
    "return a === b ? 0 : Math.abs(a - b) / Math.max(Math.abs(a), Math.abs(b));",
  ],
  read: [
    "On logarithmic axes a power is a line: its slope is the exponent.",
    "Count decades: from h = 10⁻⁴ to 10⁻² by how many decades does each curve rise? On the left both fall while h grows.",
    "return { qa: 1, qb: /* twice as steep? */ 0, r: 0, best: 0 };",
  ],
  cost: [
    "How many entries does a matrix with m outputs and n inputs have, and how often is each used?",
    "Forward once; backward once for δ xᵀ and once for Aᵀδ, which the first layer does not need. Central differences go forward twice for each parameter, biases included.",
    "const products = sizes.slice(1).map((m, t) => sizes[t] * m);",
  ],
  rightBackward: [
    "Try it with z = [2] and a slope of 1.",
    "The derivative of ReLU is 1 or 0; one line multiplies by something else.",
    "return dx.map((slope, i) => (z[i] > 0 ? slope : 0));",
  ],
  rightLogSumExp: [
    "Try it with [0, 1000].",
    "After the shift no exponent may be large: which entry must become 0?",
    "const shift = Math.max(...g);",
  ],
  train: [
    "Does the loss fall at all? Print it every 100 steps.",
    "A hidden layer of 30 units, weights from `initial`, steps of about half: net[i] = { A: A − η ∂A, b: b − η ∂b }. Keep every fifth sample away from training and count how many of those come out right, for several widths and step sizes.",
    "const net = initial([2, 32, 16, 3], 1);",
  ],
};
