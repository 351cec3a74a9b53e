/**
 * What the docstrings say of the rules, read and computed: the printed formula of each, and the table of the chains that
 * they are.
 */
import * as nablab from "nablab";
import {
  adadelta,
  adagrad,
  adagradNorm,
  adam,
  adamw,
  amsgrad,
  chain,
  gradientDescent,
  lion,
  momentum,
  nesterov,
  type Rule,
  random,
  rmsprop,
  type StepSize,
  sgd,
  tensor,
} from "nablab";
import { expect, test } from "vitest";
import { chainTable, docOf, source } from "./docs.js";

// With options that all differ from 0 and 1, so that a symbol that is left out shows.
const rules = {
  sgd: sgd({ eta: 0.3 }),
  gradientDescent: gradientDescent({ eta: 0.3 }),
  momentum: momentum({ eta: 0.3, beta: 0.8 }),
  nesterov: nesterov({ eta: 0.3, beta: 0.8 }),
  adagradNorm: adagradNorm({ eta: 0.3, c0: 0.7 }),
  adagrad: adagrad({ eta: 0.3, epsilon: 0.1, c0: 0.7 }),
  rmsprop: rmsprop({ eta: 0.3, alpha: 0.6, epsilon: 0.1 }),
  adadelta: adadelta({ eta: 0.3, rho: 0.6, epsilon: 0.1 }),
  adam: adam({ eta: 0.3, beta1: 0.6, beta2: 0.7, epsilon: 0.1 }),
  amsgrad: amsgrad({ eta: 0.3, beta1: 0.6, beta2: 0.7, epsilon: 0.1 }),
  adamw: adamw({ eta: 0.3, beta1: 0.6, beta2: 0.7, epsilon: 0.1, weightDecay: 0.2 }),
  lion: lion({ eta: 0.3, beta1: 0.6, beta2: 0.7, weightDecay: 0.2 }),
};
const names = Object.keys(rules) as (keyof typeof rules)[];

test("every rule that is defined is here", () => {
  const defined = [...source.matchAll(/defineRule\(\{\s+name: "(\w+)"/g)].map(([, name]) => name);
  expect(defined.sort()).toEqual([...names].sort());
});

const symbols: Record<string, string> = {
  eta: "η",
  alpha: "α",
  beta: "β",
  beta1: "β₁",
  beta2: "β₂",
  rho: "ρ",
  epsilon: "ε",
  weightDecay: "λ",
};

type Values = Record<string, number>;

/** The value of an expression such as `β₁ m(k) + (1 − β₁) g(k)`; what stands side by side is multiplied. */
function evaluated(text: string, values: Values): number {
  const tokens = text.match(
    /max|sign|[a-zα-ω]\u0302?[₀-₉]?(?:_max)?(?:\(k(?:\+1)?\))?|‖g‖²|\d+|[−+/^²√(),]/gu,
  )!;
  expect(tokens.join("")).toBe(text.replaceAll(" ", ""));
  let at = 0;
  const take = (token: string): boolean => tokens[at] === token && ++at > 0;
  const starts = (token = ""): boolean => /^[\p{L}\d‖√(]/u.test(token);
  const sum = (): number => {
    let value = take("−") ? -product() : product();
    for (;;) {
      if (take("+")) value += product();
      else if (take("−")) value -= product();
      else return value;
    }
  };
  const product = (): number => {
    let value = power();
    for (;;) {
      if (take("/")) value /= power();
      else if (starts(tokens[at])) value *= power();
      else return value;
    }
  };
  const power = (): number => {
    if (take("√")) return Math.sqrt(power());
    const value = primary();
    if (take("²")) return value ** 2;
    return take("^") ? value ** primary() : value;
  };
  const primary = (): number => {
    const token = tokens[at++]!;
    if (token === "(" || token === "max" || token === "sign") {
      if (token !== "(") at++;
      const list = [sum()];
      while (take(",")) list.push(sum());
      if (!take(")")) throw new Error(`no ) after ${tokens.slice(0, at).join(" ")}`);
      return token === "max" ? Math.max(...list) : token === "sign" ? Math.sign(list[0]!) : list[0]!;
    }
    const value = /^\d/.test(token) ? Number(token) : values[token];
    if (value === undefined) throw new Error(`${token} has no value`);
    return value;
  };
  const value = sum();
  if (at < tokens.length) throw new Error(`${tokens.slice(at).join(" ")} is left of ${text}`);
  return value;
}

/** The equations of a docstring, in order; entries are written without their index. */
function equationsOf(name: string): [left: string, right: string][] {
  const lines = docOf(name)
    .match(/(?<=\n \* {5})\S.*/g)!
    .join(" ");
  return lines
    .replaceAll("_i", "")
    .replaceAll("∇F(θ(k))", "g(k)")
    .replaceAll("‖g(k)‖²", "‖g‖²")
    .replace(/\.$/, "")
    .split(/,\s+(?=[a-zα-ω]\u0302?(?:_max)?(?:\(k\+1\))? = )/u)
    .map((equation) => equation.split(" = ") as [string, string]);
}

test.each(names)("%s steps as its docstring prints", (name) => {
  const rule: Rule = rules[name];
  const stream = random(1);
  const size = 3;
  const theta = Float64Array.from({ length: size }, () => stream.normal());
  const state = rule.init(size);
  const options = Object.entries(rule.options).map(([option, value]) => [symbols[option] ?? option, value]);
  const entries: Values[] = [...theta].map((value) => ({
    ...Object.fromEntries(options),
    ...{
      "θ(k)": value,
      "c(k)": (rule.options.c0 as number) ?? 0,
      "m(k)": 0,
      "v(k)": 0,
      "u(k)": 0,
      "v_max(k)": 0,
    },
  }));
  const equations = equationsOf(name);
  for (let k = 0; k < 6; k++) {
    const gradient = Float64Array.from({ length: size }, () => stream.normal());
    entries.forEach((values, i) => {
      Object.assign(values, { k, "g(k)": gradient[i]!, "‖g‖²": gradient.reduce((sum, g) => sum + g * g, 0) });
      for (const [left, right] of equations) values[left] = evaluated(right, values);
      for (const [symbol, value] of Object.entries(values)) {
        if (symbol.endsWith("(k+1)")) values[symbol.replace("+1", "")] = value;
      }
    });
    rule.step(theta, gradient, state);
    expect(
      tensor(theta).allClose(
        entries.map((values) => values["θ(k)"]!),
        { relative: 1e-13 },
      ),
    ).toBe(true);
  }
});

test.each(names)("%s is the chain that the table names, bit for bit", (name) => {
  const rule: Rule = rules[name];
  const links = chainTable[name]!.map(({ link, argument }) => {
    const scope: Record<string, StepSize> = rule.options;
    const known = Object.keys(scope);
    const make = new Function(link, ...known, `return ${link}(${argument});`);
    return make((nablab as Record<string, unknown>)[link], ...known.map((option) => scope[option]));
  });
  const same = chain(...links);
  const [theta, other] = [Float64Array.of(1, -2, 0.5), Float64Array.of(1, -2, 0.5)];
  const [state, own] = [rule.init(3), same.init(3)];
  const stream = random(2);
  for (let k = 0; k < 5; k++) {
    const gradient = Float64Array.from({ length: 3 }, () => stream.normal());
    rule.step(theta, gradient, state);
    same.step(other, gradient, own);
    expect(other).toEqual(theta);
    expect(same.stepSize(own)).toBe(rule.stepSize(state));
  }
});
