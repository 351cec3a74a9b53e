/** Hints for assignment 3. */
import type { AssignmentHints } from "./texts.js";

export const robbinsMonro: AssignmentHints = {
  power: [
    "What does a schedule get, and what does `power` give?",
    "A function of k that is built from c and a.",
    "return (k) => c * k ** -a;",
  ],
  iterate: [
    "Which η belongs to the first step?",
    "A list that starts with theta0; step k, from 1 on, measures once at the last entry and appends the next one.",
    "const path = [theta0];",
  ],
  admissible: [
    "For which exponents s does Σ k⁻ˢ converge?",
    "For s > 1. Ask that of a for the first condition, and of 2a for the second.",
    "return a > 0.5 && a <= 1;",
  ],
  sums: [
    "Does K itself belong to the sum?",
    "A loop over k = 1, …, K, both included, with two running sums.",
    "let [sum, squares] = [0, 0];",
  ],
  verdicts: [
    "Compare each sum with an integral, also those with logarithms.",
    "∫ dx/(x log x) = log log x diverges, ∫ dx/(x log² x) = −1/log x converges. For the third limit: Σ over k > K of k^(−3/2) lies between the integrals from K + 1 and from K, 2/√(K + 1) and 2/√K; add one of them to a partial sum.",
    "// 1/(√k log(k+1)): its squares are 1/(k log²(k+1)), whose sum is finite, and its own sum is larger than that of 1/k;",
  ],
  tooShort: [
    "What is left of 10 after one step of η, and after many?",
    "(1 − η₁)(1 − η₂) … stays above 0 if and only if Σ η is finite (for η < 1). It has to stay above 1/10.",
    "return (k) => 0.5 / k ** 2;",
  ],
  restless: [
    "Which of the two conditions has to fail so that noise stays?",
    "Σ η² = ∞: a constant step leaves the variance η/(2 − η). How large is η for a standard deviation of 0.2?",
    "return () => 0.3;",
  ],
  proof: [
    "Write θ(k) as a multiple of θ(k−1) plus noise before you square it.",
    "v_k = (1 − η_k)² v_{k−1} + η_k² σ². Unroll it down to m. Then two terms: which of them can be made small by the choice of m alone, and which needs K → ∞ after that? 1 − η ≤ e^(−η).",
    "By definition θ(k) = (1 − η_k) θ(k−1) − η_k ε_k, and the mean of the mixed term of its square is 0, because …",
  ],
  read: [
    "On logarithmic axes a power is a line, and a limit is a level.",
    "Read the curve of 1/k at k = 10 and at k = 1000: how many decades does it fall for two across? The other two end on levels; you can check them with 3.6 and with the product of (1 − 2⁻ᵏ)².",
    "return { slope: -1, floor: 1, stuck: 1 }; // with the levels that you read",
  ],
  runningMeans: [
    "What is the step when the first number comes, and what does that make of the start?",
    "θ − (θ − x)/k for the k-th number x: for k = 1 that is x itself.",
    "let theta = 0;",
  ],
  quantile: [
    "With which sign does the indicator push θ when a draw lies below it?",
    "`iterate` with N(θ) = 1 if draw() ≤ θ and α = p. Steps c/k with a small c stop short where the density is small; a slower schedule such as k^(−3/4) with a larger factor is safe.",
    "const N = (theta: number) => (draw() <= theta ? 1 : 0);",
  ],
  stationaryVariance: [
    "It is one linear equation in V.",
    "Bring V to one side: 1 − (1 − η)² = η(2 − η).",
    "return (eta * sigma ** 2) / (2 - eta);",
  ],
  limitVariance: [
    "For which c is the formula positive, and which comparison refuses NaN as well?",
    "Refuse unless c > 1/2, then the formula as it stands.",
    // biome-ignore lint/suspicious/noTemplateCurlyInString: code that is shown
    "if (!(c > 0.5)) throw new RangeError(`c must be > 1/2, got ${c}`);",
  ],
  bestC: ["Where does the derivative of c²/(2c − 1) vanish?", "2c(2c − 1) = 2c².", "return 1;"],
  exchange: [
    "Compute each side on its own before you compare: the derivative for a fixed ξ, and the mean for a fixed θ.",
    "In 2 the mean is the distribution function of ξ. What is its derivative, and what is that of a step function away from its step? For 3: what does dominated convergence ask of the difference quotients?",
    "For fixed ξ the derivative of ½(θ − ξ)² is θ − ξ, whose mean is …",
  ],
  estimate: [
    "What is the mean of g_i when i is drawn with the probabilities p_i?",
    "Σ p_i g_i, but wanted is Σ g_i / N: what factor for each i makes the one the other?",
    "return g[i].map((value) => value / (g.length * p[i]));",
  ],
  bestP: [
    "The mean is the same for all p, so look at the mean of the squared length.",
    "It is Σ ‖g_i‖²/(N² p_i) under Σ p_i = 1: Cauchy–Schwarz or a Lagrange multiplier gives p_i in proportion to …",
    "const total = lengths.reduce((sum, length) => sum + length, 0);",
  ],
  sampleGradient: [
    "Differentiate half of one square.",
    "The residual xᵀθ − y, times the row.",
    "const residual = x.reduce((sum, value, j) => sum + value * theta[j], 0) - y;",
  ],
  learn: [
    "Look at the held-out error after 1000, 5000 and 20,000 steps: does it still fall, or does it fluctuate?",
    "The columns differ in size by a factor of 30, so steps that fall too fast never finish the small ones, and a constant step leaves noise. Average the second half of the iterates, or let a step that is large at first fall slowly.",
    "const draw = drawing(samples, 1);",
  ],
};
