/**
 * A name may be a value, a type and a namespace; what a cell declares replaces only what it declares, as in one file.
 */
import { expect, test } from "vitest";
import { openCells } from "./cells.js";

const cells = openCells();
const { text, failure } = cells;

/** Each pair is fine in one file; after both cells the name means both. */
const pairs: [name: string, first: string, second: string, use: string, value: string][] = [
  ["const, then type", "const A1 = { x: 1 }", "type A1 = typeof A1", "const a1: A1 = A1; a1.x", "1"],
  ["type, then const", "type A2 = { x: number }", "const A2: A2 = { x: 2 }", "const a2: A2 = A2; a2.x", "2"],
  [
    "interface, then const",
    "interface A3 { x: number }",
    "const A3 = 3",
    "const a3: A3 = { x: A3 }; a3.x",
    "3",
  ],
  [
    "const, then interface",
    "const A4 = 4",
    "interface A4 { x: number }",
    "const a4: A4 = { x: A4 }; a4.x",
    "4",
  ],
  [
    "interface, then function",
    "interface A5 { x: number }",
    "function A5(): A5 { return { x: 5 } }",
    "const a5: A5 = A5(); a5.x",
    "5",
  ],
  ["let, then type", "let A6 = 6", "type A6 = 'six'", "const a6: A6 = 'six'; A6++; A6 + a6", "'7six'"],
  [
    "type, then let",
    "type A7 = 'seven'",
    "let A7 = 7",
    "const a7: A7 = 'seven'; A7 += 1; A7 + a7",
    "'8seven'",
  ],
  [
    "class, then interface",
    "class A8 { y = 8 }",
    "interface A8 { x: number }",
    "const a8: A8 = Object.assign(new A8(), { x: 1 }); a8.x",
    "1",
  ],
  [
    "generic type, then function",
    "type A9<T, U extends string = 'u'> = { t: T; u?: U }",
    "function A9<T>(t: T): A9<T> { return { t } }",
    "const a9: A9<number> = A9(9); a9.t",
    "9",
  ],
  [
    "const, then namespace of types",
    "const B1 = 1",
    "namespace B1 { export type T = 'one' }",
    "const b1: B1.T = 'one'; B1 + b1",
    "'1one'",
  ],
  [
    "exported const, then exported type",
    "export const B2 = 2",
    "export type B2 = 'two'",
    "const b2: B2 = 'two'; B2 + b2",
    "'2two'",
  ],
  [
    "import, then type",
    "import { sep as B3 } from 'node:path'",
    "type B3 = 'three'",
    "const b3: B3 = 'three'; typeof B3 + b3",
    "'stringthree'",
  ],
  [
    "function, then namespace",
    "function B4(x: number) { return x + B4.by } namespace B4 { export const by = 1 }",
    "namespace B4 { export const more = 40 }",
    "B4(1) + B4.more",
    "42",
  ],
  [
    "generic function, then namespace",
    "function C1<T>(x: T, y?: number): T { return x }",
    "namespace C1 { export const one = 1; export type Of<T> = T[] }",
    "const c1: C1.Of<string> = ['a']; [C1('s').length, C1(1, 2).toFixed(), C1.one, c1.length]",
    "[ 1, '1', 1, 1 ]",
  ],
  [
    "overloads, then namespace",
    "function C2(a: string): string; function C2(a: number): number; function C2(a: any) { return a }",
    "namespace C2 { export const two = 2 }",
    "[C2('abc').length, C2(1).toFixed(), C2.two]",
    "[ 3, '1', 2 ]",
  ],
  [
    "class, then namespace",
    "class C3<T> { constructor(readonly x: T) {} get(): T { return this.x } static made = 0 }",
    "namespace C3 { export const of = (x: number) => new C3(x) }",
    "[C3.of(4).get().toFixed(), new C3('t').get().length, C3.made]",
    "[ '4', 1, 0 ]",
  ],
  [
    "enum, then namespace",
    "enum C4 { A, B }",
    "namespace C4 { export function next(x: C4): C4 { return x === C4.A ? C4.B : C4.A } }",
    "[C4[C4.next(C4.A)], C4.B]",
    "[ 'B', 1 ]",
  ],
  [
    "class, then interface",
    "class C5 { a = 1 }",
    "interface C5 { b?: string }",
    "const c5: C5 = new C5(); [c5.a, c5.b?.length]",
    "[ 1, undefined ]",
  ],
  [
    "namespace of types, then const",
    "namespace C6 { export type N = number }",
    "const C6 = 6",
    "const c6: C6.N = C6; c6",
    "6",
  ],
  [
    "namespace of types, then let",
    "namespace C7 { export type N = number }",
    "let C7 = 6",
    "C7++; const c7: C7.N = C7; c7",
    "7",
  ],
  [
    "namespace, then type",
    "namespace C8 { export const v = 8; export type N = number }",
    "type C8 = 'c'",
    "const c8: C8 = 'c'; const n8: C8.N = C8.v; c8 + n8",
    "'c8'",
  ],
  [
    "const, then namespace of types",
    "const C9 = { v: 9 }",
    "namespace C9 { export type N = number }",
    "const n9: C9.N = C9.v; n9",
    "9",
  ],
  [
    "const, then interface, used together",
    "const B5 = 5",
    "interface B5 { b: 5 }",
    "B5 + ({ b: 5 } as B5).b",
    "10",
  ],
];

test.each(pairs)("%s", async (_, first, second, use, value) => {
  expect(await text(first, second, use)).toBe(value);
  // Run again, as readers do, both stay what they are.
  expect(await text(first, second, second, use)).toBe(value);
});

test("two namespaces add to a class; one that runs again replaces itself", async () => {
  await text(
    "class Both { own = 0 }",
    "namespace Both { export const first = 1 }",
    "namespace Both { export const second = 2 }",
  );
  expect(await text("[Both.first, Both.second, new Both().own]")).toBe("[ 1, 2, 0 ]");
  await text("namespace Both { export const first = 'new' }");
  expect(await text("[Both.first.length, Both.second]")).toBe("[ 3, 2 ]");
  await text("interface Both { more?: number }", "interface Both { more?: string }");
  expect(await text("new Both().more?.length")).toBe(undefined);
});

test("a schema and its type, as zod's users write them", async () => {
  await text("const schema = <T>(example: T) => ({ parse: (x: unknown) => x as T, example });");
  await text("const User = schema({ name: '', age: 0 });", "type User = ReturnType<typeof User.parse>;");
  expect(await text("const user: User = User.parse({ name: 'Ada', age: 36 }); user.age")).toBe("36");
  expect(await failure("const wrong: User = { name: 1 }")).toMatchObject({ ename: "TypeScriptError" });
  await text("const User = schema({ nickname: '' });"); // the type is still that of the cell that declared it
  expect(await text("const old: User = { name: 'Ada', age: 36 }; [old.name, User.example.nickname]")).toBe(
    "[ 'Ada', '' ]",
  );
});

test("what is declared again replaces what it was of that kind", async () => {
  await text("interface Point { x: number }", "interface Point { y: number }");
  expect(await failure("const point: Point = { x: 1, y: 2 }")).toMatchObject({ ename: "TypeScriptError" });
  await text("const Pair = 1; type Pair = [1, 2];", "class Pair { z = 3 }");
  expect(await text("const pair: Pair = new Pair(); pair.z")).toBe("3");
  expect(await failure("const two: Pair = [1, 2]")).toMatchObject({ ename: "TypeScriptError" });
});

test("a namespace adds to one of an earlier cell, and replaces what it declares again", async () => {
  await text("namespace Parts { export const x = 1; export interface P { a: number } }");
  await text("namespace Parts { export const y = Parts.x + 1; export function f() { return x } }");
  expect(await text("const part: Parts.P = { a: 1 }; [Parts.x, Parts.y, Parts.f(), part]")).toBe(
    "[ 1, 2, 1, { a: 1 } ]",
  );
  await text("namespace Parts { export const y = 10; export function f() { return x * 100 } }");
  expect(await text("[Parts.x, Parts.y, Parts.f()]")).toBe("[ 1, 10, 100 ]");
  await text("namespace Parts { export const x = 5 }"); // the first cell, edited
  expect(await text("[Parts.x, Parts.f()]")).toBe("[ 5, 500 ]");
});

test("namespaces of types alone, nested ones, and those of a class, an enum and an export", async () => {
  await text("namespace Types { export interface P { a: number } }");
  await text("namespace Types { export interface Q { b: number } }");
  await text("namespace Types { export type R = P | Q; export const z = 2 }");
  expect(await text("const r: Types.R = { a: 1 }; const q: Types.Q = { b: 1 }; [r, q, Types.z]")).toBe(
    "[ { a: 1 }, { b: 1 }, 2 ]",
  );
  await text("namespace Outer.One { export const one = 1 }");
  await text("namespace Outer.Two { export const two = 2 }");
  expect(await text("[Outer.One.one, Outer.Two.two]")).toBe("[ 1, 2 ]");
  await text("class Kept { a = 1 } namespace Kept { export const s = 1 }");
  await text("namespace Kept { export const t = Kept.s + 1 }");
  expect(await text("[new Kept().a, Kept.s, Kept.t]")).toBe("[ 1, 1, 2 ]");
  await text("enum Unit { One = 1 }");
  await text("namespace Unit { export const parse = () => Unit.One }");
  await text("namespace Unit { export const other = parse() }");
  expect(await text("[Unit.One, Unit.other]")).toBe("[ 1, 1 ]");
  await text("export namespace Shared { export let v = 1 }");
  await text("export namespace Shared { export const inc = () => ++v }");
  expect(await text("[Shared.inc(), Shared.inc(), Shared.v]")).toBe("[ 2, 3, 3 ]");
});
