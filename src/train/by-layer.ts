/** A rule for each layer: step sizes by layer, and frozen layers. */
import { inspect } from "#platform";
import { Sequential } from "../nn/index.js";
import { parametersOf } from "../nn/sequential.js";
import type { Rule, RuleState } from "../optim/index.js";
import { makeRule, probedBy, withInnerRules } from "../optim/rule.js";
import { isAveraging, keepsMeanOf } from "../optim/transforms.js";

/** The rules of the layers with parameters, t = 1, 2, … (A[t] where all have weights); `undefined` freezes a layer. */
export type RuleOfLayer = readonly (Rule | undefined)[] | ((t: number) => Rule | undefined);

/**
 * A rule for each layer with parameters (PyTorch's parameter groups), such as a smaller step size for the first layers of a
 * pretrained network; a layer whose rule is `undefined` is frozen. Each rule sees only its layer's parameters and gradient,
 * θ_t(k+1) = θ_t(k) − d_t(k), and keeps state for them.
 *
 * It steps in float64, with gradients from the threads where that pays off. The recorded step size is that of the last layer that is not frozen.
 *
 * @param model the network that will be trained
 * @param rules a list with a rule for each layer with parameters, from the first on, or a function of t = 1, 2, …
 * @throws TypeError for an invalid network or rule, or `averaging(…)` of some layers only; RangeError unless the list has as many entries as there are such layers, or if
 *   all are frozen.
 * @example
 * const net = sequential([dense(1, 1, { init: constant(1) }), dense(1, 1, { init: constant(1) })]);
 * const rule = byLayer(net, (t) => sgd({ eta: 0.1 * t }));
 * rule.step(net.theta, Float64Array.of(1, 1, 1, 1), rule.init(4));
 * net.theta // → Float64Array(4) [ 0.9, -0.1, 0.8, -0.2 ]
 * @see Howard, Ruder, Universal language model fine-tuning for text classification, 2018, section 3.2.
 */
export function byLayer(model: Sequential, rules: RuleOfLayer): Rule {
  if (!(model instanceof Sequential)) {
    throw new TypeError(
      `byLayer: expected a network as the first argument, got ${inspect(model, { depth: 0 })}`,
    );
  }
  const sizes = model.layers
    .map((layer) => parametersOf(layer).reduce((sum, { size }) => sum + size, 0))
    .filter((size) => size > 0);
  if (typeof rules !== "function" && rules?.length !== sizes.length) {
    throw new RangeError(
      `byLayer: the network has ${sizes.length} layers with parameters, so there must be as many rules, got ${inspect(rules, { depth: 0 })}`,
    );
  }
  let end = 0;
  const parts = sizes.map((size, i) => {
    const rule = typeof rules === "function" ? rules(i + 1) : rules[i];
    if (rule !== undefined && typeof rule?.step !== "function") {
      throw new TypeError(
        `byLayer: the rule of layer ${i + 1} must be one such as sgd({ eta: 0.1 }), or undefined if it stays, got ${inspect(rule, { depth: 0 })}`,
      );
    }
    return { rule, t: i + 1, size, from: end, to: (end += size) };
  });
  const moving = parts
    .filter((part): part is typeof part & { rule: Rule } => part.rule !== undefined)
    .map((part) => ({ ...part, ...namesOf(part.rule.init(part.size)) }));
  if (moving.length === 0) throw new RangeError("byLayer: at least one layer must have a rule, got none");
  const averaged = moving.filter(({ rule }) => isAveraging(rule));
  if (averaged.length > 0 && averaged.length < parts.length) {
    throw new TypeError(
      `byLayer: the mean of the iterates is of all layers or of none; write averaging(byLayer(…)), got averaging(…) for ${averaged.length} of ${parts.length} layers`,
    );
  }
  const last = moving.at(-1)!;
  // Arrays are views of one as long as θ, so that checkpoints treat the state like that of any rule; numbers get the layer's number.
  const stateOf = (
    { t, from, to, arrays, numbers }: (typeof moving)[number],
    state: RuleState,
  ): RuleState => {
    const own: RuleState = { k: state.k };
    for (const name of numbers) own[name] = state[`${name}${t}`]!;
    for (const name of arrays) own[name] = (state[name] as Float64Array).subarray(from, to);
    return own;
  };
  const made = makeRule(
    "byLayer",
    {},
    {
      name: "byLayer",
      options: {},
      init() {
        const state: RuleState = { k: 0 };
        for (const { rule, t, size: own, from, arrays, numbers } of moving) {
          const first = rule.init(own);
          for (const name of numbers) state[`${name}${t}`] = first[name]!;
          for (const name of arrays) {
            ((state[name] ??= new Float64Array(end)) as Float64Array).set(first[name] as Float64Array, from);
          }
        }
        return state;
      },
      step(theta, gradient, state) {
        if (theta.length !== end) {
          throw new RangeError(
            `byLayer: the rule is for ${end} parameters, those of its network, theta has ${theta.length}`,
          );
        }
        const k = state.k;
        for (const part of moving) {
          const own = stateOf(part, state);
          part.rule.step(theta.subarray(part.from, part.to), gradient.subarray(part.from, part.to), own);
          for (const name of part.numbers) state[`${name}${part.t}`] = own[name]!;
          // A custom rule may have replaced its array.
          for (const name of part.arrays) {
            (state[name] as Float64Array).set(own[name] as Float64Array, part.from);
          }
        }
        state.k = k + 1;
      },
      stepSize: (state) => last.rule.stepSize(stateOf(last, state)),
    },
    `byLayer(${parts.map(({ rule }) => rule ?? "fixed").join(", ")})`,
  );
  keepsMeanOf(made, ...moving.map(({ rule }) => rule));
  return withInnerRules(
    made,
    moving.map(({ rule }) => rule),
    () => moving.flatMap(({ rule, size }) => probedBy(rule, size)),
  );
}

/** The state of a rule besides k: the names of its arrays and of its numbers. */
function namesOf(state: RuleState): { arrays: string[]; numbers: string[] } {
  const names = Object.keys(state).filter((name) => name !== "k");
  const isNumber = (name: string) => typeof state[name] === "number";
  return { arrays: names.filter((name) => !isNumber(name)), numbers: names.filter(isNumber) };
}
