/** Hints for assignment 4. */
import type { AssignmentHints } from "./texts.js";

export const sgdAndAdagrad: AssignmentHints = {
  shuffled: [
    "How many orders of three numbers are there, and can each of them come out?",
    "From the last place to the first: swap entry i with entry j, where j is any of 0, …, i, itself included.",
    "const order = Array.from({ length: n }, (_, i) => i);",
  ],
  chunks: [
    "How many batches of 2 are there of 5 numbers?",
    "The length divided by the size, rounded up; `slice` stops at the end by itself.",
    "const count = Math.ceil(order.length / size);",
  ],
  sgdStep: [
    "In place: which object may the caller look at afterwards?",
    "A loop over the coordinates that writes into theta.",
    "for (let i = 0; i < theta.length; i++) theta[i] -= eta * g[i];",
  ],
  adagradStep: [
    "Is c updated before the step or after it?",
    "Before: the first step then has length η in every coordinate. ε stands outside of the root.",
    "for (let i = 0; i < theta.length; i++) {",
  ],
  adagradNormStep: [
    "How long is the first step from c = 0?",
    "Add the squares of all coordinates to c first; divide each coordinate of g by the root of the new c; do nothing if that is 0.",
    "const next = c + g.reduce((sum, value) => sum + value ** 2, 0);",
  ],
  forSum: [
    "Replace g by B g in each of the three formulas, and see what comes out.",
    "SGD's step gets B times as long. In AdaGrad B cancels, because c grows by B² as much, if c started as much larger, too.",
    "return { sgd: eta / batchSize, adagrad: eta, c0: /* the same factor as the squares */ 0 };",
  ],
  proof: [
    "Part 1 is about two square roots: multiply and divide their difference by their sum.",
    "Part 2: solve the expansion for ⟨g_k, θ(k) − θ*⟩. It has the factor √c(k+1)/2 in front of a difference; sort the sum by ‖θ(k) − θ*‖² instead, and only then bound each by D².",
    "Since √(s + x) − √s = x/(√(s + x) + √s) ≥ x/(2√(s + x)), …",
  ],
  sgdLoop: [
    "What happens when the steps are used up in the middle of an epoch?",
    "Two loops: while there are steps left, one over the chunks of a new order. Push the loss before the step; the number of losses is then k.",
    "while (losses.length < steps) {",
  ],
  adagradLoop: [
    "For how long does AdaGrad remember?",
    "As `sgdLoop`, with one list c for the whole run, made before the first epoch.",
    "const c = new Float64Array(net.parameterCount);",
  ],
  read: [
    "Draw a horizontal line at a loss of 1.",
    "`best` is where a curve is lowest; `decades` is log₁₀ of the largest η below the line divided by the smallest.",
    "return { best: { sgd: 1, adagrad: 1, adagradNorm: 1 }, decades: { sgd: 1, adagrad: 1, adagradNorm: 1 } };",
  ],
  clearlyBetter: [
    "Do standard errors add, or do their squares?",
    "The squares: the variance of the difference is (a(1 − a) + b(1 − b))/n.",
    "return a - b > 2 * Math.sqrt((a * (1 - a) + b * (1 - b)) / n);",
  ],
  sgdEta: [
    "Print the accuracy on `validation` for a few constant steps first.",
    "The largest constant that does not diverge, falling to 0 over the 4000 steps, beats every constant.",
    "return 0.7 * (1 - (k - 1) / 4000);",
  ],
  adagradEta: [
    "Between 0.01 and 1: which factor between your candidates makes sense?",
    "Try factors of three, each with a fresh network and your loop, and compare on `validation`.",
    "return 0.1;",
  ],
  search: [
    "Did you write down all that you tried, also what was bad?",
    "A table of choices and accuracies; the standard error of one accuracy near 0.97 of 10,000; and what choosing the best of several does to its number.",
    "I tried … for SGD and … for AdaGrad, with these accuracies on the validation images: …",
  ],
  smooth: [
    "Of how many numbers is the first mean?",
    "Of one: cut out the entries from max(0, k − w + 1) to k and divide by how many there are.",
    "return losses.map((_, k) => {",
  ],
  explain: [
    "Look at the first hundred steps, the middle, and the last thousand apart.",
    "How long is AdaGrad's first step, and how does √c grow? Which floor does a constant step of SGD leave (B3)? Of how many images is a single loss the mean?",
    "At the beginning …, since the first steps of AdaGrad have the length …",
  ],
};
