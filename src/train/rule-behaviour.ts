/**
 * A fingerprint of a rule's steps: no text identifies a custom schedule or custom links, but the steps that they take do. A
 * checkpoint stores it, so that it is not resumed with another rule of the same text.
 */
import type { Rule } from "../optim/index.js";
import { innerRulesOf, isMadeRule, isPlainRule, probedBy } from "../optim/rule.js";

/** The parameters after some steps, in order: `[k, θ₁, θ₂]`; then `[0, …]` for projections. */
export type Behaviour = readonly (readonly number[])[];

/** Up to here every step is taken; then only powers of two. */
const each = 1000;

/**
 * Two parameters after 1, 2, 4, … steps and after `steps`, moved by gradients that do not depend on them, and, with a `size`, the
 * points to which custom projections move that many parameters; undefined if the rule's text identifies it, nablab did not make
 * it, or it is not deterministic.
 */
export function behaviourOf(rule: Rule, steps: number, size?: number): Behaviour | undefined {
  const probe = () => (size === undefined ? [] : probedBy(rule, size));
  const [once, again] = [probe(), probe()];
  const isSame = once.every((value, i) => Object.is(value, again[i]));
  // After the steps, because older checkpoints have only those.
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
  // A custom rule may count its own steps.
  if (isNamed || !isMadeRule(rule) || steps < 1) return undefined;
  try {
    const [once, again] = [taken(rule, steps), taken(rule, steps)];
    return differenceAt(once, again) === undefined ? once : undefined;
  } catch {
    // The rule may not accept two parameters, such as one with a mask; its step sizes are compared nevertheless.
    return undefined;
  }
}

/** The first k after which two rules differ beyond rounding; undefined if there is none. */
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
    // Gradients of both signs and different sizes, so that no moment stays at 0.
    rule.step(theta, Float64Array.of(Math.cos(k) + 0.5, 0.1 * Math.sin(3 * k)), state);
    if ((k & (k - 1)) === 0 || k === steps) kept.push([k, ...theta]);
  }
  return kept;
}
