/**
 * What beginners get wrong most has its fix in the first line; no line says where the compiler keeps cells.
 */
import { expect, test } from "vitest";
import { inspectReply } from "#nablab/protocol/assistance.js";
import { openCells } from "./cells.js";

const cells = openCells();
const { text, failure } = cells;

/** The first line of an error, without its place. */
const first = async (code: string): Promise<string> =>
  (await failure(code)).traceback[0]!.replace(/^.*?: /, "");

test("a name that is misspelt or not imported", async () => {
  await text("const learningRate = 0.1; function gradient() {}");
  expect(await first("sequental()")).toBe(
    "Cannot find name 'sequental'; did you mean sequential? import { sequential } from \"nablab\"",
  );
  expect(await first("momentum({ eta: 0.1 })")).toBe(
    "Cannot find name 'momentum'; import { momentum } from \"nablab\"",
  );
  expect(await first("let t: Tensor;")).toBe("Cannot find name 'Tensor'; import { Tensor } from \"nablab\"");
  expect(await first("learningRat + 1")).toBe("Cannot find name 'learningRat'; did you mean learningRate?");
  expect(await first("learnignRate")).toBe("Cannot find name 'learnignRate'; did you mean learningRate?");
  expect(await first("gradeint()")).toBe("Cannot find name 'gradeint'; did you mean gradient?");
  expect(await first("cosnole.log(1)")).toBe("Cannot find name 'cosnole'. Did you mean 'console'?");
  expect(await first("xyzzyPlugh")).toBe("Cannot find name 'xyzzyPlugh'.");
});

test("an await that is missing", async () => {
  expect(await first('import { mnist } from "nablab"; mnist().train')).toMatch(
    /^Property 'train' does not exist.*; did you forget await\?$/,
  );
  await text("const load = async () => ({ rows: [1] });");
  expect(await first("const loaded = load(); loaded.rows")).toMatch(/; did you forget await\?$/);
  expect(await first("for (const row of load()) {}")).toMatch(/^Type 'Promise/);
  expect(await text("const slow = async () => { await new Promise(() => {}) }; slow()")).toBe(
    "Promise { <pending> }  did you forget await?",
  );
});

test("Python", async () => {
  const said: [code: string, fix: string][] = [
    ["import numpy as np", 'tensors are nablab\'s: import { tensor } from "nablab"'],
    ["import matplotlib.pyplot as plt", 'charts are nablab\'s: import { lineChart } from "nablab"'],
    ["import scipy as sp", 'import * as sp from "scipy"'],
    ["from sklearn import datasets", 'import { datasets } from "sklearn"'],
    ["def f(x):\n    return x", "function f(x) { … }"],
    ["for x in rows:\n    x", "for (const x of rows) { … }"],
    ["if x > 1:\n    x", "if (x > 1) { … }"],
    ["f = lambda x: x * x", "(x) => x * x"],
    ['print "hi"', 'console.log("hi")'],
  ];
  for (const [code, fix] of said)
    expect(await first(code), code).toBe(`this line is Python; in TypeScript: ${fix}`);
  expect(await first('print("hi")')).toBe("Cannot find name 'print'; in TypeScript console.log(…) prints");
  expect(await first("len([1])")).toContain("x.length");
  expect(await first("None")).toContain("null or undefined");
  expect(await first("const a = ;")).toBe("Expression expected.");
});

test("what an object lacks comes before all that it has", async () => {
  expect(
    await first(
      'import { lineChart } from "nablab"; lineChart({ title: "a", series: [{ y: [1, 2], name: "b" }] })',
    ),
  ).toBe("LineChartOptions also needs x, y");
  await text(
    "interface Wide { a: number; b: { c: number; d: { e: number }[] }; wanted: number } function takes(_: Wide) {}",
  );
  expect(await first("takes({ a: 1, b: { c: 1, d: [{ e: 1 }, { e: 2 }] } })")).toBe("Wide also needs wanted");
});

test("types are said without the file of their cell; two of one name, by their cells", async () => {
  await text("class Twice { a = 1 } const old = new Twice();");
  const before = cells.count;
  expect(await first("const wrong: string = old")).toBe("Type 'Twice' is not assignable to type 'string'.");
  await text("class Twice { a = 1; b = 2 }");
  const { traceback } = await failure("const renewed: Twice = old");
  expect(traceback[0]).toMatch(new RegExp(`: Twice \\(of cell ${before + 2}\\) also needs b$`));
  expect(traceback.at(-1)).toBe(
    `    Property 'b' is missing in type 'Twice (of cell ${before})' but required in type 'Twice (of cell ${before + 2})'.`,
  );
  await text(
    'import { tensor } from "nablab"; const made = { tensor: tensor([1]), twice: new Twice() }, promised = Promise.resolve(made);',
  );
  for (const code of ["made", "promised", "old", "promised.then"]) {
    const { data } = inspectReply(cells.session, code, code.length) as { data: Record<string, string> };
    expect(data["text/plain"], code).not.toMatch(/import\("|\[\d+\]/);
    expect(data["text/plain"], code).toContain("Twice");
  }
});
