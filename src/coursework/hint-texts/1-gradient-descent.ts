/** Hints for assignment 1. */
import type { AssignmentHints } from "./texts.js";

export const gradientDescent: AssignmentHints = {
  loss: [
    "What is the error of one sample? Start with one row and one number.",
    "Add up the squared errors of all rows in a loop, and divide by 2N once, at the end. The dot product of a row with theta works for any number of parameters if you let `reduce` run over the row.",
    "let sum = 0;",
  ],
  gradient: [
    "Differentiate the square of one error by θⱼ. What cancels the half of the loss?",
    "∂F/∂θⱼ is the mean over the samples of (error of the sample) · (entry j of its row). One pass over the samples, adding to a list with an entry for each parameter.",
    "const g = theta.map(() => 0);",
  ],
  step: [
    "Against the gradient or with it? And which list may change?",
    "A new list whose entry j is θⱼ − η gⱼ: `map` makes new lists.",
    "return theta.map((value, j) => value - eta * g[j]);",
  ],
  path: [
    "How many places are there after no step, and after one?",
    "A list that starts with theta0; each step asks for the slope at the last place and appends the next one. For the refusal think of NaN too: which comparison is false for it?",
    // biome-ignore lint/suspicious/noTemplateCurlyInString: code that is shown
    "if (!(eta > 0)) throw new RangeError(`eta must be > 0, got ${eta}`);",
  ],
  lipschitz: [
    "Entry (i, j) of XᵀX is a sum over the samples of a product. Which one?",
    "The mean of xᵢ xⱼ over the rows gives H; then a, b, c go into the formula. The mean is that of the loss, 1/N.",
    "const total = (i: number, j: number) => x.reduce((sum, row) => sum + row[i] * row[j], 0);",
  ],
  proof: [
    "Which values of F can you compare at all: two neighbouring ones, or one and F*? Parts 1 and 2 are these two.",
    "Part 1: the difference of the gradients at two places on the segment is at most L times their distance. Part 2: convexity bounds F(θ) by F* plus an inner product; complete the square. Part 3: what happens to the right sides when you add them up, and why is k times the last term at most the sum of the left ones?",
    "Let g = ∇F(θ); then F(θ⁺) − F(θ) − ⟨g, θ⁺ − θ⟩ = ∫₀¹ ⟨∇F(θ + s(θ⁺ − θ)) − g, θ⁺ − θ⟩ ds, and the integrand is at most …",
  ],
  bound: [
    "Is it the distance or its square?",
    "Sum the squared differences of the coordinates; no root is taken anywhere.",
    "const squared = theta0.reduce((sum, value, j) => sum + (value - thetaStar[j]) ** 2, 0);",
  ],
  stepsTo: [
    "Write the bound with η = 1/L. What has to be at most ε?",
    "L · distance² / (2k) ≤ ε, solved for k, and rounded to a whole number in the direction that keeps the guarantee.",
    "return Math.ceil((L * distance ** 2) / (2 * epsilon));",
  ],
  firstBroken: [
    "What does the bound say about k = 0?",
    "Nothing: it is infinite there. Look for the first k ≥ 1 with gap > bound · (1 + 10⁻⁹); `findIndex` gives −1 by itself if there is none.",
    "const squared = theta0.reduce((sum, value, j) => sum + (value - thetaStar[j]) ** 2, 0);",
  ],
  order: [
    "What does C k⁻ᵖ look like on a log-log chart?",
    "A line of slope −p. Take the logarithm of the quotient of the gaps and that of the quotient of the steps.",
    "return -Math.log(gaps[k2] / gaps[k1]) / Math.log(k2 / k1);",
  ],
  verdicts: [
    "Print `gaps[k + 1] / gaps[k]` for k around 5. When does it stop changing, and when does rounding spoil it?",
    "In the end one eigenvalue λ of H is left, and its part of the gap shrinks by (1 − ηλ)² a step. For `tight` compare with the lecture's worst case; for `covers` read the assumptions of the theorem again.",
    "// walk with 1.9 / L and 2.1 / L as well, and look at walked gaps before they reach 1e-12;",
  ],
  read: [
    "A straight line on a log-log chart is a power: how many decades does it fall for one decade to the right?",
    "Read the gap at k = 10 and at k = 100 and take the quotient. A single eigenvalue μ falls like (1 − μ)²ᵏ, which is no power: it takes over when k is about L/μ.",
    "return { p: Math.log10(/* gap at 10 */ 1 / /* gap at 100 */ 1), gap100: 1, bend: 1 };",
  ],
  basin: [
    "Where are you after 2000 steps, and how would you tell that this is a minimum of the list?",
    "Compare the end of a path with each of the minima, coordinate by coordinate. NaN and infinity are near to nothing, if you ask for ≤ rather than for not >.",
    "const end = path(slope, theta0, eta, 2000).at(-1)!;",
  ],
  fit: [
    "A straight line is too little here. Which functions of x could be the columns of X?",
    "Polynomials of degree d are linear in their coefficients, so `gradient` and `path` fit them. Powers of x make H nearly singular and gradient descent slow; Chebyshev polynomials cos(j·acos x) do not. Fit several degrees on two thirds, and compare their errors on the last third.",
    "// Chebyshev polynomials, the degree chosen by every third sample;",
  ],
  report: [
    "Did you write the held-out errors down while you were choosing?",
    "A table of candidates and held-out errors; then the same for the samples that were fitted; then why the best of many noisy numbers is too good.",
    "I compared degrees … and got the held-out errors …",
  ],
};
