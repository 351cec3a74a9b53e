// optim: update rules, simplest first.
export { adagrad } from "./adagrad.js";
export { adagradNorm } from "./adagrad-norm.js";
export type { Rule, RuleState } from "./rule.js";
export { sgd } from "./sgd.js";
