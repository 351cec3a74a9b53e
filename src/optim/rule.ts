/**
 * Update rules: how a gradient moves the parameters. A rule is stateless; its state between steps is plain data,
 * which can be inspected, copied and saved.
 */

import { inspect } from "#platform";
import { checkWhole } from "../options/check.js";
import { type StepSize, stepSizeText } from "./schedule.js";

/** The state of a rule: k, the number of steps taken, and its numbers or arrays. */
export interface RuleState {
  k: number;
  [name: string]: number | Float64Array;
}

/** An update rule; make one with `sgd()`, `adagrad()`, `adam()` and the like. */
export interface Rule {
  /** Its name, such as `sgd`. */
  readonly name: string;
  /** Its options, such as `eta`: numbers, and schedules. */
  readonly options: Readonly<Record<string, StepSize>>;
  /** The state before the first step, for `size` parameters. */
  init(size: number): RuleState;
  /** One step: changes `theta` and `state` in place. */
  step(theta: Float64Array, gradient: Float64Array, state: RuleState): void;
  /** The step size of the last step: the factor of the gradient. */
  stepSize(state: RuleState): number;
}

/** The rule, which prints as `title(η = 0.1, …)` and checks the lengths before each step. */
export function makeRule(
  title: string,
  symbols: Readonly<Record<string, string>>,
  { name, options, init, step, stepSize }: Rule,
  ownText?: string,
): Rule {
  const listed = Object.entries(options).map(
    ([option, value]) => `${symbols[option]} = ${stepSizeText(value)}`,
  );
  const text = ownText ?? `${title}(${listed.join(", ")})`;
  const rule: Rule = {
    name,
    options: Object.freeze({ ...options }),
    init(size) {
      checkWhole(name, { "the number of parameters": size }, 0);
      return init(size);
    },
    step(theta, gradient, state) {
      const wanted = theta.length;
      if (gradient.length !== wanted) {
        throw new RangeError(`${name}: theta has ${wanted} entries but the gradient has ${gradient.length}`);
      }
      // Without allocating a list of entries, which would take longer than a step of a small problem.
      for (const what in state) {
        const value = state[what]!;
        if (typeof value !== "number" && value.length !== wanted) {
          throw new RangeError(
            `${name}: theta has ${wanted} entries but ${what} of the state has ${value.length}; did you call init(${wanted})?`,
          );
        }
      }
      step(theta, gradient, state);
    },
    stepSize,
  };
  const show = { value: () => text, enumerable: false };
  // A custom label marks a wrapped rule, which its name and options do not fully describe.
  if (ownText === undefined) plainRules.add(rule);
  madeRules.add(rule);
  return Object.freeze(Object.defineProperties(rule, { [inspect.custom]: show, toString: show }));
}

const innerRules = new WeakMap<Rule, readonly Rule[]>();
const probes = new WeakMap<Rule, (size: number) => readonly number[]>();

/**
 * Records the inner rules of a rule, each for some of the parameters; and, if the text does not fully describe the rule, as with
 * a custom projection, the numbers that distinguish it from others.
 */
export function withInnerRules(
  rule: Rule,
  inner: readonly Rule[],
  probe?: (size: number) => readonly number[],
): Rule {
  innerRules.set(rule, inner);
  if (probe) probes.set(rule, probe);
  return rule;
}

/** Records that a rule wraps another one: it changes the gradient before, or observes the result. */
export function withProbesOf(rule: Rule, inner: Rule): Rule {
  probes.set(rule, (size) => probedBy(inner, size));
  return rule;
}

/** Numbers that distinguish a rule and its inner rules from others of the same text, for a number of parameters; empty for most. */
export function probedBy(rule: Rule, size: number): readonly number[] {
  const own = probes.get(rule);
  return own ? own(size) : (innerRules.get(rule) ?? []).flatMap((one) => probedBy(one, size));
}

/** The recorded inner rules of a rule, or else the rule itself. */
export const innerRulesOf = (rule: Rule): readonly Rule[] =>
  (innerRules.get(rule) ?? [rule]).flatMap((one) => (one === rule ? [one] : innerRulesOf(one)));

const plainRules = new WeakSet<Rule>();
const madeRules = new WeakSet<Rule>();

/** Whether nablab made a rule, possibly from another one: its steps change only their arguments. */
export const isMadeRule = (rule: Rule): boolean => madeRules.has(rule);

/** Whether a rule's name and options fully describe it: nablab made it, and not from another rule. */
export const isPlainRule = (rule: Rule): boolean => plainRules.has(rule);
