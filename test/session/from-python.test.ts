/**
 * What Python is in TypeScript: advice that is code is run here, and what it imports must exist; how cells with Python in them
 * fail is in test/kernel/advice.test.ts.
 */
import * as nablab from "nablab";
import { expect, test } from "vitest";
import { translateLine, wordsForMember, wordsForName } from "#nablab/session/from-python.js";

/** The value of an expression in which some names have values. */
const evaluated = (code: string, names: Record<string, unknown>): unknown =>
  new Function(...Object.keys(names), `return (${code})`)(...Object.values(names));

const [xs, ys] = [
  [30, 4, 5],
  [7, 8, 9],
];

test.each<[name: string, names: Record<string, unknown>, value: unknown]>([
  ["True", {}, true],
  ["False", {}, false],
  ["float", { x: "1.5" }, 1.5],
  ["abs", { x: -2 }, 2],
  ["round", { x: 2.6 }, 3],
  ["sum", { xs }, 39],
  ["zip", { xs, ys }, [[30, 7], [4, 8], [5, 9]]], // biome-ignore format: rows
  ["sorted", { xs }, [4, 5, 30]],
])("%s", (name, names, value) => expect(evaluated(wordsForName(name)!, names)).toEqual(value));

test("names that have several answers, or an answer in words", () => {
  const first = (name: string, code: RegExp): string => code.exec(wordsForName(name)!)![0];
  expect(evaluated(first("len", /x\.\w+/), { x: "four" })).toBe(4);
  expect(evaluated(first("str", /^\S+/), { x: 4 })).toBe("4");
  expect(evaluated(first("int", /^\S+/), { x: -4.7 })).toBe(-4);
  expect(evaluated(first("int", /Number\S+/), { text: "47" })).toBe(47);
  expect(evaluated(first("range", /Array.*\)/), { n: 3 })).toEqual([0, 1, 2]);
  expect(first("None", /.*/)).toBe("null or undefined");
  expect(first("self", /.*/)).toBe("this");
  expect(first("elif", /.*/)).toBe("else if (…) { … }");
  expect(first("print", /.*/)).toBe("console.log(…) prints");
  expect(first("input", /.*/)).toBe("prompt(…) asks");
  const pairs: unknown[] = [];
  new Function("xs", "pairs", first("enumerate", /.*/).replace("…", "pairs.push([i, x])"))(xs, pairs);
  expect(pairs).toEqual([...xs!.entries()]);
  for (const name of ["map", "constructor", "toString"]) expect(wordsForName(name)).toBeUndefined();
});

test.each<[receiver: "list" | "text" | "record", name: string, value: unknown, left?: unknown]>([
  ["list", "append", 4, [30, 4, 5, 4]],
  ["list", "extend", 6, [30, 4, 5, 7, 8, 9]],
  ["list", "insert", [], [30, 4, 4, 5]],
  ["list", "remove", [4], [30, 5]],
  ["list", "copy", [30, 4, 5]],
  ["list", "index", 1],
  ["list", "len", 3],
  ["list", "get", 4],
  ["list", "sum", 39],
  ["text", "upper", " A,B "],
  ["text", "lower", " a,b "],
  ["text", "strip", "A,b"],
  ["text", "startswith", false],
  ["text", "endswith", false],
  ["text", "index", 2],
  ["text", "len", 5],
  ["record", "keys", ["a"]],
  ["record", "values", [1]],
  ["record", "items", [["a", 1]]],
  ["record", "get", "none"],
  ["record", "copy", { a: 1 }],
  ["record", "len", 1],
])("%s.%s", (receiver, name, value, left) => {
  const list = [...xs!];
  const names = { xs: list, ys, i: 1, text: " A,b ", record: { a: 1 }, key: "b", otherwise: "none" };
  const x = receiver === "text" ? names.text : name === "len" ? list : 4;
  const code = wordsForMember(name, receiver)!.replace("…", '","');
  expect(evaluated(code, { ...names, x })).toEqual(value);
  expect(list).toEqual(left ?? xs);
});

test("members that are not Python's, or another receiver's, have no answer", () => {
  expect(wordsForMember("format", "text")).toBe("`…$" + "{x}…`");
  expect(wordsForMember("append", "text")).toBeUndefined();
  expect(wordsForMember("constructor", "record")).toBeUndefined();
});

test.each(["np", "pd", "plt", "torch"])("%s: what nablab has instead, it exports", (name) => {
  const [, names] = /^nablab has .*: import \{ (.+) \} from "nablab"$/.exec(wordsForName(name)!)!;
  for (const one of names!.split(", ")) expect(nablab).toHaveProperty(one);
});

test.each([
  ["numpy", "tensors", "tensor"],
  ["torch", "networks", "sequential, dense, train"],
  ["torch.nn.functional", "networks", "sequential, dense, train"],
  ["tensorflow", "networks", "sequential, dense, train"],
  ["keras.layers", "networks", "sequential, dense, train"],
  ["matplotlib.pyplot", "charts", "lineChart"],
  ["matplotlib", "charts", "lineChart"],
  ["pandas", "tables", "table"],
])("a line that imports %s", (module, what, exports) => {
  const advice = `${what} are nablab's: import { ${exports} } from "nablab"`;
  for (const line of [`import ${module}`, `import ${module} as it`, `from ${module} import it`])
    expect(translateLine(line, 7), line).toBe(advice);
  for (const one of exports.split(", ")) expect(nablab).toHaveProperty(one);
});

test.each<[line: string, translation: string | undefined]>([
  ["import scipy.stats", 'import * as stats from "scipy.stats"'],
  ["  import scipy as sp  ", 'import * as sp from "scipy"'],
  ["import constructor", 'import * as constructor from "constructor"'],
  ["from scipy.stats import norm, t ", 'import { norm, t } from "scipy.stats"'],
  ["def f(x, y=2):", "function f(x, y=2) { … }"],
  ["async def f(x) -> int: pass", "async function f(x) { … }"],
  ["class Net:", "class Net { … }"],
  ["class Net(nn.Module):  # deep", "class Net { … }"],
  ["for x in rows:", "for (const x of rows) { … }"],
  ["for i,x in enumerate(rows): f()", "for (const [i,x] of enumerate(rows)) { … }"],
  ["if x > 1 : y()", "if (x > 1) { … }"],
  ["while (x):", "while (x) { … }"],
  ["if (x) > (1):  ", "if (x) > (1) { … }"],
  ["  elif x == 2:", "else if (x == 2) { … }"],
  ["else :", "else { … }"],
  ["try:", "try { … }"],
  ["finally:", "finally { … }"],
  ["except:", "catch (error) { … }"],
  ["  except (A, B) as e: pass", "catch (error) { … }"],
  ["with open(p) as file:", "using file = open(p)"],
  ["f = lambda x, y: x + y", "(x, y) => x + y"],
  ["print 'hi'", "console.log('hi')"],
  ["if (x) { y }", undefined],
  ["exceptional: 1", undefined],
])("the line %j", (line, translation) => expect(translateLine(line, line.length)).toBe(translation));

test.each<[line: string, translation: string | undefined]>([
  ["const a = [x + 1 |for x in  rows ]", "rows.map((x) => …)"],
  ["const a = 1 |if done else 2", "condition ? x : y"],
  ["const a = 1 |if (done) else 2", undefined],
  ["a |not b", "!x"],
  ["a |and b", "x && y"],
  ["a |or b", "x || y"],
  ["a |is b", "x === y"],
  ["a |island", undefined],
  ['a = |f"{x}"', "`…$" + "{x}…` is a text with values in it"],
  ["a = |r'x'", "`…$" + "{x}…` is a text with values in it"],
  ["|assert x > 0", "console.assert(x > 0)"],
  ["|raise x", 'throw new Error("…")'],
  ["|del xs[0]", "delete record.key, or xs.splice(i, 1)"],
  ["x = 1 |# one", "// begins a comment"],
  ["x = 1 |#one", undefined],
  ["rows[1|:3]", "xs.slice(from, to)"],
  ["f(x)[|:-1]", "xs.slice(from, to)"],
  ["rows[a.b|:3]", undefined],
  ["rows[1|:3", undefined],
  ["const a = |;", undefined],
])("where the parser stumbles: %s", (marked, translation) => {
  const column = marked.indexOf("|");
  expect(translateLine(marked.replace("|", ""), column)).toBe(translation);
});
