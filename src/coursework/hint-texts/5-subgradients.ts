/** Hints for assignment 5. */
import type { AssignmentHints } from "./texts.js";

export const subgradients: AssignmentHints = {
  ofAbs: [
    "What are the slopes on the left and on the right of 0?",
    "Three cases: x > 0, x < 0, and the kink, where all slopes between the two belong to the set.",
    "return x > 0 ? [1, 1] : x < 0 ? [-1, -1] : [-1, 1];",
  ],
  ofRelu: [
    "As |x|, with another slope on the left.",
    "0 on the left, 1 on the right.",
    "return x > 0 ? [1, 1] : x < 0 ? [0, 0] : [0, 1];",
  ],
  ofHinge: [
    "Where is its kink?",
    "At 1, where the slope changes from −1 to 0; the smaller end comes first.",
    "return x > 1 ? [0, 0] : x < 1 ? [-1, -1] : [-1, 0];",
  ],
  ofMaximum: [
    "Which of the lines does the function follow near x?",
    "Those whose value at x is within 10⁻¹² of the largest; the interval goes from their smallest slope to their largest.",
    "const values = lines.map(([a, b]) => a * x + b);",
  ],
  read: [
    "Read the four slopes first, from left to right.",
    "At each kink the interval goes from the slope on its left to that on its right. And x = 0.5 minimises f(x) − c x if 0 is one of its slopes there: which c?",
    "return { atKinks: [[-2, /* next slope */ 0], [0, 0], [0, 3]], argmin: [0, 0] };",
  ],
  isSubgradient: [
    "On which side of x does a slope fail that is too small?",
    "The inequality as it stands, for every y, less 10⁻¹² on the right.",
    "return ys.every((y) => f(y) >= f(x) + g * (y - x) - 1e-12);",
  ],
  proof: [
    "Which distance gets smaller in a step, if not the value?",
    "Expand the square of the distance to θ*; the subgradient inequality at y = θ* bounds the mixed term by the gap. Sum, and replace each gap by the smallest.",
    "‖θ(k) − θ*‖² = ‖θ(k−1) − θ*‖² − 2η_k⟨g_k, θ(k−1) − θ*⟩ + η_k²‖g_k‖², and …",
  ],
  bestSoFar: [
    "What is the best of no values?",
    "Infinity: start there, and take the smaller one at each value.",
    "let best = Number.POSITIVE_INFINITY;",
  ],
  subgradientBound: [
    "Two sums over the steps.",
    "Σ η and Σ η²; R and G enter as squares.",
    "const sum = etas.reduce((total, eta) => total + eta, 0);",
  ],
  softThreshold: [
    "For which v is 0 the minimiser?",
    "For |v| ≤ λ, as 0 ∈ −v + λ[−1, 1] then. Otherwise v moves towards 0 by λ.",
    "return Math.sign(v) * Math.max(0, Math.abs(v) - lambda);",
  ],
  slopes: [
    "Write each program down with 0 in the place of every relu′(0) and |·|′(0).",
    "Only the terms with a plain x are left, and in 8 the one relu that is not at its kink.",
    "// 2: relu′(0) + relu′(−0) = 0 + 0;",
  ],
  clarke: [
    "Forget the program: what is the function, on the left and on the right of 0?",
    "Simplify each for x > 0 and for x < 0; the interval lies between the two slopes.",
    "return [[0, 1], [1, 1], [-1, 1], /* five more */];",
  ],
  outside: [
    "Compare your two lists.",
    "A number is outside if it is below the first end of its interval or above the second.",
    "// the functions without a kink at 0 are those that can go wrong;",
  ],
  zero: [
    "Which of the eight programs computes x and returns 0?",
    "x minus that program is the function 0, and its autodiff at 0 is 1. The rest is a factor.",
    "return x.sub(x.relu().sub(x.neg().relu())).mul(7);",
  ],
  along: [
    "What is the velocity of a straight path, and where are the midpoints?",
    "b − a all the way; the midpoint of part i is at time (i + 1/2)/n. Sum the inner products, each with the weight 1/n.",
    "const v = a.map((value, j) => b[j] - value);",
  ],
  conservative: [
    "Which paths are on the line a = b for more than single times?",
    "Those along it: (t, t). Compute the inner product of each field with (1, 1), and compare with the slope of f along the path, which is 1.",
    "Along the line, γ(t) = (t, t), f grows with the slope 1, and the three fields promise …",
  ],
  maxPoolSlope: [
    "Which entry gets the slope if four zeros come out of a ReLU?",
    "The first that equals the largest: `indexOf` finds it.",
    "const at = x.indexOf(Math.max(...x));",
  ],
  hullOfMax: [
    "Which entries could be the largest after a tiny change?",
    "All that are equal to the largest.",
    "const top = Math.max(...x);",
  ],
  few: [
    "How many entries of θ are not 0 for λ = 0.5, and for λ = 0.01?",
    "For each λ: a few hundred steps θ ← soft threshold of θ − η·gradient, with ηλ as its threshold and η about 0.15. Choose λ by rows that were not fitted; with so few of them, let each third be held out once and add up.",
    "const fit = (part: Row[], lambda: number) => {",
  ],
};
