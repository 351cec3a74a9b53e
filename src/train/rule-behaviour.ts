/**
 * What a rule does, as numbers: of a custom schedule, or of custom links, no text says which they are, but the steps that they
 * take do. A checkpoint keeps them, so that it is not resumed with another rule of the same text.
 */
import type { Rule } from "../optim/index.js";
import { innerRulesOf, isMadeRule, isPlainRule, probedBy } from "../optim/rule.js";

/** Where the parameters are after some steps, in the order of those steps: `[k, θ₁, θ₂]`; then `[0, …]` of projections. */
export type Behaviour = readonly (readonly number[])[];

/** Each of the first steps is taken; then every power of two. */
const each = 1000;

/**
 * Two parameters after 1, 2, 4, … steps and after `steps`, moved by gradients that do not depend on them, and, with a `size`, where
 * custom projections move so many parameters; undefined where the rule's text says all about it, nablab did not make it, or it does
 * not do the same twice.
 */
export function behaviourOf(rule: Rule, steps: number, size?: number): Behaviour | undefined {
  const probe = () => (size === undefined ? [] : probedBy(rule, size));
  const [once, again] = [probe(), probe()];
  const isSame = once.every((value, i) => Object.is(value, again[i]));
  // After the steps, as checkpoints of before have those alone.
  const all = [...(stepsOf(rule, steps) ?? []), ...(once.length > 0 && isSame ? [[0, ...once]] : [])];
  return all.length > 0 ? all : undefined;
}

function stepsOf(rule: Rule, steps: number): Behaviour | undefined {
  const parts = innerRulesOf(rule);
  if (parts.length > 1 || parts[0] !== rule) {
    const all = parts.map((part) => stepsOf(part, steps) ?? []);
    return all.some((part) => part.length > 0) ? all.flat() : undefined;
  }
  const isNamed = isPlainRule(rule) && Object.values(rule.options).every((one) => typeof one !== "function");
  // A rule of another make may count its steps.
  if (isNamed || !isMadeRule(rule) || steps < 1) return undefined;
  try {
    const [once, again] = [taken(rule, steps), taken(rule, steps)];
    return differenceAt(once, again) === undefined ? once : undefined;
  } catch {
    // Around a rule that is not for two parameters, such as one with a mask: its step sizes are compared all the same.
    return undefined;
  }
}

/** The first k after which two rules are at different places, up to rounding; undefined if there is none. */
export function differenceAt(a: Behaviour, b: Behaviour): number | undefined {
  const isSame = (x: number, y: number) =>
    Object.is(x, y) || Math.abs(x - y) <= 1e-9 * Math.max(Math.abs(x), Math.abs(y));
  return a.find((one, i) => !one.every((x, j) => isSame(x, b[i]?.[j] ?? Number.NaN)))?.[0];
}

function taken(rule: Rule, steps: number): Behaviour {
  const theta = Float64Array.of(1, -1);
  const state = rule.init(2);
  const kept: number[][] = [];
  for (let k = 1; k <= steps; k = k < each || k === steps ? k + 1 : Math.min(2 * k, steps)) {
    state.k = k - 1;
    // Of both signs and different sizes, so that no moment stays at 0.
    rule.step(theta, Float64Array.of(Math.cos(k) + 0.5, 0.1 * Math.sin(3 * k)), state);
    if ((k & (k - 1)) === 0 || k === steps) kept.push([k, ...theta]);
  }
  return kept;
}
