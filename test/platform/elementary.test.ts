import { random } from "nablab";
import { describe, expect, test } from "vitest";
import * as elementary from "#nablab/platform/elementary.js";

/** Beyond it, `sin` and `cos` are the engine's. */
const special = [
  0,
  -0,
  1,
  -1,
  0.5,
  -0.5,
  Math.E,
  Math.PI,
  -Math.PI / 2,
  22,
  -22,
  709.78,
  710,
  -708.5,
  -745,
  -746,
  5e-324,
  1e-300,
  1e-9,
  -1e-9,
  2 ** 53,
  1e22,
  -1e22,
  1e300,
  Number.MAX_VALUE,
  Infinity,
  -Infinity,
  NaN,
];

/** Numbers of all sizes, from -20 to 20 and near 1 most of all, and near multiples of π / 4. */
function* numbers(): Generator<number> {
  yield* special;
  for (const x of special) for (const step of [-2, -1, 1, 2]) yield x * (1 + step * 2 ** -53);
  for (let step = -40; step <= 40; step++) yield Math.PI / 4 + step * 2 ** -53;
  const generator = random(7);
  const between = (low: number, high: number) => low + (high - low) * generator.uniform();
  for (let i = 0; i < 4000; i++) {
    yield between(-20, 20);
    yield between(-1, 1);
    yield 1 + between(-1e-6, 1e-6);
    yield between(-750, 750);
    yield (between(-1, 1) < 0 ? -1 : 1) * 2 ** between(-1074, 1024);
    yield (Math.round(between(-4000, 4000)) * Math.PI) / 4;
  }
}

const { atan2, computeAsNode, ...ofOne } = elementary;

// Node 20 to 26 agree in these bits. Should a later one not, then the outputs of notebooks change with it.
describe("elementary functions have Node's bits", () => {
  test.each(Object.entries(ofOne))("%s", (name, compute) => {
    const native = Math[name as keyof typeof ofOne];
    const differ = [...numbers()].filter((x) => !Object.is(compute(x), native(x)));
    expect(differ).toEqual([]);
  });

  const oddities: unknown[] = ["2", "x", "", null, undefined, true, [], [3], {}, { valueOf: () => 2 }];
  test.each(Object.entries(ofOne))("%s of what is no number", (name, compute) => {
    const native = Math[name as keyof typeof ofOne];
    for (const x of oddities) expect(compute(x as number)).toBe(native(x as number));
    expect(() => compute(1n as never)).toThrow(TypeError);
    let asked = 0;
    compute({ valueOf: () => ++asked } as never);
    expect(asked).toBe(1);
  });

  test("atan2", () => {
    const [xs, ys] = [[...numbers()], [...numbers()].reverse()];
    const differ = xs.filter((x, i) => !Object.is(atan2(ys[i]!, x), Math.atan2(ys[i]!, x)));
    expect(differ).toEqual([]);
    for (const y of special) {
      for (const x of special) expect(Object.is(atan2(y, x), Math.atan2(y, x))).toBe(true);
    }
  });

  test("they take the place of the engine's", () => {
    const engine = Object.fromEntries(
      Object.getOwnPropertyNames(Math).map((name) => [name, Math[name as "exp"]]),
    );
    try {
      computeAsNode();
      expect(Math.exp).toBe(elementary.exp);
      expect(Object.keys(Math)).toEqual([]); // as before: not enumerable
      expect(Math.exp.name).toBe("exp");
    } finally {
      for (const name of Object.keys(elementary))
        if (name in engine) Object.assign(Math, { [name]: engine[name] });
    }
    expect(Math.exp).toBe(engine.exp);
  });
});
