/**
 * A named rule: a chain of links, with its name, its options and, if there is one, its fast kernel.
 */
import { withFormula } from "../compute/formula.js";
import type { RuleName } from "../compute/rule-kernels.js";
import { checkNotNegative, checkShare } from "../options/check.js";
import { copier, type Link, type LinkState, stepSizeThrough, stepThrough } from "./link.js";
import { makeRule, type Rule, type RuleState } from "./rule.js";
import { checkStepSize, type StepSize, stepSizeAt } from "./schedule.js";

/** The options of rules: how each is printed, and which values are valid. */
const knownOptions = {
  eta: { symbol: "η", check: (rule: string, _: string, value: StepSize) => checkStepSize(rule, value) },
  alpha: { symbol: "α", check: share },
  beta: {
    symbol: "β",
    // A schedule is checked step by step.
    check: (rule: string, option: string, value: StepSize) => {
      if (typeof value !== "function") share(rule, option, value);
    },
  },
  beta1: { symbol: "β₁", check: share },
  beta2: { symbol: "β₂", check: share },
  rho: { symbol: "ρ", check: share },
  epsilon: { symbol: "ε", check: notNegative },
  c0: { symbol: "c(0)", check: notNegative },
  weightDecay: { symbol: "λ", check: notNegative },
};

function share(rule: string, option: string, value: StepSize): void {
  checkShare(rule, { [option]: value });
}

function notNegative(rule: string, option: string, value: StepSize): void {
  checkNotNegative(rule, { [option]: value });
}

type Options = { readonly eta: StepSize; readonly beta?: StepSize } & Partial<
  Record<Exclude<keyof typeof knownOptions, "eta" | "beta">, number>
>;

const symbols = Object.fromEntries(
  Object.entries(knownOptions).map(([option, { symbol }]) => [option, symbol]),
);

/** The definition of a rule. */
export interface RuleDefinition {
  /** Its name, such as `sgd`. */
  readonly name: string;
  /** Its printed name, such as `SGD`. */
  readonly title: string;
  /** Its options, in printing order. */
  readonly options: Options;
  /** Its links, in order, with a step size that names the rule in errors; no two have state of the same name. */
  readonly links: (options: { readonly eta: StepSize }) => readonly Link[];
  /** The kernel that computes the same in float32, with these options. */
  readonly kernel?: RuleName;
}

/** Checks the options and makes the rule; throws a RangeError for an invalid one. */
export function defineRule({ name, title, options, links, kernel }: RuleDefinition): Rule {
  for (const [option, value] of Object.entries(options)) {
    knownOptions[option as keyof typeof knownOptions].check(name, option, value);
  }
  const { eta } = options;
  const chain = links({ eta: typeof eta === "number" ? eta : (k) => stepSizeAt(name, eta, k) });
  const copyOf = copier();
  const rule = makeRule(title, symbols, {
    name,
    options: options as Readonly<Record<string, StepSize>>,
    init: (size): RuleState => Object.assign({ k: 0 }, ...chain.map((link) => link.init(size))),
    step(theta, gradient, state) {
      stepThrough(chain, () => state as LinkState, theta, copyOf(gradient), ++state.k);
    },
    stepSize: (state) => stepSizeThrough(chain, () => state, state.k),
  });
  return kernel ? withFormula(rule, { kind: "rule", name: kernel, options }) : rule;
}
