/** A browser prints values as Node does, character by character. */
import { inspect as nodeInspect } from "node:util";
import fc from "fast-check";
import { expect, test } from "vitest";
import { inspect } from "#nablab/platform/inspect.js";

class Point {
  x = 1;
  #hidden = 2;
  get sum() {
    return this.x + this.#hidden;
  }
}
class Named extends Point {
  y = [1, 2];
}
class List extends Array<number> {}
const circular: Record<string, unknown> = { a: 1 };
circular.self = circular;
circular.list = [circular, { circular }];
const bare = Object.assign(Object.create(null), { a: 1 });
const withKey = Object.assign(() => {}, { k: 1 });
const custom = nodeInspect.custom;
function argumentsOf(..._: number[]): unknown {
  // biome-ignore lint/complexity/noArguments: they are printed in their own way
  return arguments;
}

// biome-ignore-start lint/suspicious/noSparseArray: gaps are printed
const values: unknown[] = [
  ...[1, -0, NaN, 1n, true, null, undefined, Symbol("s"), Symbol()],
  ...["a", "it's", `it's "q"`, `it's "q" \`b\` \${x}`, "\n\t\x1b\u0085\ud800é", "x".repeat(10_050)],
  ...[[], {}, [1, 2, 3], [1, 2, 3, 4, 5, 6, 7], [1, , , 4], [,], new Array(5), List.of(1, 2, 3)],
  ...[Object.assign([1, 2], { name: "q" }), [undefined, null], ["a\nb"], [[[[[]]]]], [[[{}]]]],
  ...[20, 101, 120].map((length) => Array.from({ length }, (_, i) => i * i + 0.5 * (i % 2))),
  ...[7, 30].map((length) => Array.from({ length }, (_, i) => `word${"x".repeat(i % 7)}`)),
  ...[[-1.5, 2.25, -300.125, 4, 5, 6, 7, 8], [1n, 2n, 3n, 4n, 5n, 6n, 7n], [..."abcdefgh"]],
  ...[Float64Array.from({ length: 200 }, (_, i) => Math.sin(i)), new Float32Array(3), new Uint8Array(0)],
  ...[{ a: { b: { c: { d: 1 } } } }, { a: { b: { c: {} } } }, { a: { b: { c: new Point() } } }],
  ...[{ a: { b: { c: bare } } }, { a: { b: { c: withKey } } }, { a: { b: { c: () => 1 } } }],
  ...[{ "a-b": 1, 1: 2, [Symbol("k")]: 3, u: undefined }, bare, new Point(), new Named()],
  ...[new Map<unknown, unknown>([[1, { a: 2 }]]), new Map([[{ a: 1 }, new Map([[1, 2]])]]), new Map()],
  ...[new Set(["a", 1]), new Set(), circular],
  ...[
    withKey,
    () => {},
    function named() {},
    async () => {},
    function* generator() {},
    Point,
    Named,
    class {},
  ],
  ...[
    /x/g,
    new Date(0),
    new Date(NaN),
    Object(3),
    Object("abc"),
    Object(false),
    Object(Symbol("q")),
    Object(3n),
  ],
  ...[new ArrayBuffer(4), new SharedArrayBuffer(2), new WeakMap(), new WeakSet(), Math, JSON],
  { f() {}, g: () => 1, h: class Q {} },
  argumentsOf(1, 2),
  Object.defineProperties(
    {},
    { a: { get: () => 1, set() {}, enumerable: true }, b: { get: () => 1, enumerable: true } },
  ),
  ...[{ long: "x".repeat(200) }, { text: "a line that is long enough to break it\n".repeat(4) }],
  ...[["x".repeat(70), "y".repeat(70)], { a: 1, b: "two", c: [1, 2, 3], d: { e: { f: { g: 1 } } } }],
  Array.from({ length: 8 }, (_, i) => ({ id: i, name: `n${i}` })),
  Array.from({ length: 10 }, () => Array.from({ length: 10 }, (_, i) => i * 0.123)),
  ...[
    { [custom]: () => "custom" },
    { a: { [custom]: () => "two\nlines" } },
    [{ [custom]: () => ({ z: 1 }) }],
  ],
  ...[
    { [Symbol.toStringTag]: "Tag", a: 1 },
    {
      get [Symbol.toStringTag]() {
        return "T";
      },
    },
  ],
];
// biome-ignore-end lint/suspicious/noSparseArray: as above

const options = [
  {},
  { depth: 0 },
  { depth: 4, maxArrayLength: 100, maxStringLength: 10_000 }, // as cells show values
  { breakLength: 60, depth: 1 },
  { depth: null },
  { maxArrayLength: 3 },
  { breakLength: Number.POSITIVE_INFINITY },
];

test.each(options)("as Node prints it with %o", (how) => {
  for (const value of values) {
    // Node 26 has no brackets around a key that is a symbol, and some around a buffer's length.
    const printed = nodeInspect(value, how)
      .replace(/(?<=[{,]\s+)Symbol\([\w.]*\)(?=: )/g, "[$&]")
      .replace("[byteLength]: ", "byteLength: ");
    expect(inspect(value, how)).toBe(printed);
  }
});

test("any data, as Node prints it", () => {
  const data = fc.letrec((tie) => ({
    node: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      fc.oneof(
        fc.integer(),
        fc.double(),
        fc.string({ maxLength: 40 }),
        fc.boolean(),
        fc.constantFrom(null, undefined),
      ),
      fc.array(tie("node"), { maxLength: 12 }),
      fc.dictionary(fc.stringMatching(/^[a-z-]{1,9}$/), tie("node"), { maxKeys: 6, noNullPrototype: true }),
      fc.array(fc.tuple(tie("node"), tie("node")), { maxLength: 4 }).map((pairs) => new Map(pairs)),
    ),
  })).node;
  fc.assert(
    fc.property(data, (value) => {
      expect(inspect(value)).toBe(nodeInspect(value));
    }),
    { numRuns: 500, seed: 1 },
  );
});

test("an error with its stack, its properties and its cause", () => {
  const plain = new RangeError("out of range");
  // Node leaves out of a cause's stack what both stacks share.
  plain.stack = "RangeError: out of range\n    at g (cell 1:2:3)";
  const rich = Object.assign(new Error("outer", { cause: plain }), { code: "E_OUT" });
  for (const value of [plain, { plain }, rich, [rich]]) expect(inspect(value)).toBe(nodeInspect(value));
  // Firefox and Safari leave name and message out of the stack.
  const foreign = Object.defineProperty(new TypeError("no"), "stack", { value: "f@cell 1:2:3\n" });
  expect(inspect(foreign)).toBe("TypeError: no\nf@cell 1:2:3");
});
