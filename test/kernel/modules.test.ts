/**
 * What types allow of modules and of the language runs, and the other way round.
 */
import { symlinkSync } from "node:fs";
import path from "node:path";
import { inspect } from "node:util";
import { expect, test } from "vitest";
import { openCells } from "./cells.js";

const cells = openCells();
const { text, failure, file } = cells;

function install(name: string, manifest: object, files: Record<string, string>): void {
  file(`node_modules/${name}/package.json`, JSON.stringify({ name, version: "1.0.0", ...manifest }));
  for (const [at, content] of Object.entries(files)) file(`node_modules/${name}/${at}`, content);
}

test.each(["d.ts", "d.mts", "d.cts"])(
  "a package whose types are in a file .%s runs its JavaScript",
  async (ending) => {
    const name = `typed-by-${ending.replaceAll(".", "-")}`;
    install(
      name,
      { type: "module", exports: { ".": { types: `./types.${ending}`, default: "./index.js" } } },
      { [`types.${ending}`]: "export declare const six: number;", "index.js": "export const six = 6;" },
    );
    expect(await text(`import { six } from "${name}"; six + 1`)).toBe("7");
  },
);

test("a file that exports types beside values, by name", async () => {
  file("mixed.ts", "type Size = number; const size: Size = 3; export { type Size, size as width };");
  expect(
    await text('import { type Size, width } from "./mixed"; const doubled: Size = 2 * width; doubled'),
  ).toBe("6");
});

test("a namespace of a CommonJS package holds all that it exports", async () => {
  install(
    "dashes",
    { main: "index.js" },
    {
      "index.js": `const made = {}; for (const name of ["sum", "map"]) made[name] = () => name; made.VERSION = "1";
      Object.defineProperty(made, "lazy", { get: () => "lazily", enumerable: true }); module.exports = made;`,
      "map.js": "module.exports = () => 'mapped';",
      "fp/index.js": "exports.flow = () => 'flow';",
      "plugin/utc.js": "module.exports = () => 'utc';",
    },
  );
  expect(
    await text('import * as _ from "dashes"; [_.sum(), _.map(), _.VERSION, _.lazy, _.default.sum()]'),
  ).toBe("[ 'sum', 'map', '1', 'lazily', 'sum' ]");
  expect(
    await text('import dashes, { map as mapped, lazy } from "dashes"; [dashes.sum(), mapped(), lazy]'),
  ).toBe("[ 'sum', 'map', 'lazily' ]");
  expect(await text('const { sum } = await import("dashes"); sum()')).toBe("'sum'");
  expect(
    await text(
      'import map from "dashes/map"; import { flow } from "dashes/fp"; import utc from "dashes/plugin/utc"; [map(), flow(), utc()]',
    ),
  ).toBe("[ 'mapped', 'flow', 'utc' ]");
});

test("a CommonJS function, class or compiled module, each way of importing it", async () => {
  install(
    "clock",
    { main: "clock.js" },
    {
      "clock.js": "function clock() { return 'called' } clock.unit = () => 'unit'; module.exports = clock;",
    },
  );
  install(
    "made",
    { main: "made.js" },
    { "made.js": "module.exports = class Made { static kind = 'class' };" },
  );
  install(
    "compiled",
    { main: "c.js" },
    {
      "c.js":
        "Object.defineProperty(exports, '__esModule', { value: true }); exports.default = 'default'; exports.other = 'other';",
    },
  );
  expect(
    await text(
      'import clock from "clock"; import * as all from "clock"; [clock(), clock.unit(), all.unit()]',
    ),
  ).toBe("[ 'called', 'unit', 'unit' ]");
  expect(await text('import Made, * as made from "made"; [new Made().constructor.kind, made.kind]')).toBe(
    "[ 'class', 'class' ]",
  );
  expect(
    await text(
      'import compiled, * as whole from "compiled"; import { other } from "compiled"; [compiled, whole.default, other]',
    ),
  ).toBe("[ 'default', 'default', 'other' ]");
  expect(
    await text(
      'import * as fs from "node:fs"; import os from "os"; [typeof fs.readFileSync, typeof os.cpus]',
    ),
  ).toBe("[ 'function', 'function' ]");
});

test("an ECMAScript module stays what it is", async () => {
  install(
    "modern",
    { type: "module", exports: { ".": "./index.js" } },
    {
      "index.js": "export default { hidden: 1 }; export const shown = 2;",
    },
  );
  expect(await text('import * as modern from "modern"; Object.keys(modern)')).toBe("[ 'default', 'shown' ]");
});

test("a package that is not there says how it is installed", async () => {
  expect((await failure('// @ts-nocheck\nimport x from "nowhere-at-all"')).evalue).toMatch(
    /^import: there is no "nowhere-at-all" here; `npm install nowhere-at-all` in .* brings it$/,
  );
  expect((await failure('// @ts-nocheck\nawait import("@scope/none/sub")')).evalue).toContain(
    "`npm install @scope/none`",
  );
  install("broken", { main: "b.js" }, { "b.js": "require('missing-inside')" });
  expect((await failure('// @ts-nocheck\nimport x from "broken"')).evalue).toContain(
    "Cannot find module 'missing-inside'",
  );
});

test("TypeScript by other ways than a path", async () => {
  file("package.json", '{ "name": "here", "imports": { "#tools": "./tools.ts", "#lib/*": "./lib/*.ts" } }');
  file("tools.ts", "export enum Tool { Saw = 1 }\nexport const tool: number = Tool.Saw;");
  file("lib/deep.ts", "export const deep = 2;");
  await cells.run('import "#tools"'); // what was not found is looked for again, with package.json read again
  expect(await text('import { tool } from "#tools"; import { deep } from "#lib/deep"; [tool, deep]')).toBe(
    "[ 1, 2 ]",
  );
  file("linked/package.json", '{ "name": "linked", "main": "main.ts", "types": "main.ts" }');
  file("linked/main.ts", "export const linked: string = 'linked';");
  symlinkSync(path.resolve("linked"), path.resolve("node_modules/linked"), "junction");
  expect(await text('import { linked } from "linked"; linked')).toBe("'linked'");
  expect(
    await text('const required = require("./tools.ts"); [required.tool, require("./lib/deep").deep]'),
  ).toBe("[ 1, 2 ]");
  expect(await text('(await import(new URL("./tools.ts", import.meta.url).href)).tool')).toBe("1");
});

test("import.meta, require, module and exports", async () => {
  expect(
    await text(
      '[import.meta.resolve("fs"), import.meta.resolve("./a.ts") === new URL("./a.ts", import.meta.url).href]',
    ),
  ).toBe("[ 'node:fs', true ]");
  expect(await text('import.meta.resolve("dashes").endsWith("node_modules/dashes/index.js")')).toBe("true");
  expect(
    await text("module.exports.a = 1; [module.exports === exports, require.main === module, exports]"),
  ).toBe("[ true, true, { a: 1 } ]");
});

test("the types of the language are those of the Node that runs", async () => {
  const features: [code: string, isThere: boolean][] = [
    ["/[\\p{L}--[a-z]]/v.test('A')", true],
    ["[3, 1].toSorted()", true],
    ["Object.groupBy([1], () => 'a')", "groupBy" in Object],
    ["Promise.withResolvers<number>()", "withResolvers" in Promise],
    ["new Set([1]).union(new Set([2]))", "union" in Set.prototype],
    ["[1].values().map((x) => x)", "Iterator" in globalThis],
    ["Array.fromAsync([1])", "fromAsync" in Array],
    ["Promise.try(() => 1)", "try" in Promise],
    ["new Float16Array(1)", "Float16Array" in globalThis],
    ["new ArrayBuffer(1).transfer()", "transfer" in ArrayBuffer.prototype],
    ["'a'.isWellFormed()", "isWellFormed" in String.prototype],
  ];
  for (const [code, isThere] of features) {
    const result = await cells.run(code);
    expect(result.status, code).toBe(isThere ? "ok" : "error");
    if (!isThere) expect(result, code).toMatchObject({ ename: "TypeScriptError" });
  }
});

test("a first line for the shell, and separators that count as lines", async () => {
  expect(await text("#!/usr/bin/env node\nconst script = 1; script")).toBe("1");
  const { traceback } = await failure('const separated = "a\u2028b";\nthrow new Error("third")');
  expect(traceback.slice(1, 3)).toEqual([`    at cell ${cells.count}:3:7`, '3 │ throw new Error("third")']);
  const wrong = await failure('const again = "a\u2029b";\nnowhere');
  expect(wrong.traceback[1]).toBe("3 │ nowhere");
});

test("a value that refuses to be looked at is shown as Node prints it", async () => {
  expect(await text('new Proxy({}, { get() { throw new Error("no") } })')).toBe(inspect(new Proxy({}, {})));
  expect(await text("new Proxy({ a: 1 }, { get: () => () => 1 })")).toBe(inspect(new Proxy({ a: 1 }, {})));
  expect(await text("const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); proxy")).toBe(
    "<Revoked Proxy>",
  );
  expect(await text("const list = Proxy.revocable([], {}); list.revoke(); list.proxy")).toBe(
    "<Revoked Proxy>",
  );
});

test("questions as browsers have them", async () => {
  const asked: string[] = [];
  const answers = ["", "mine", "y", "Yes", "n", ""];
  cells.answer = ({ prompt, password }) => {
    asked.push(prompt + (password ? " hidden" : ""));
    return answers.shift() ?? "";
  };
  expect(
    await text(
      '[prompt("name?", "nobody"), prompt("name?", "nobody"), confirm("a?"), confirm("b?"), confirm("c?"), alert("d")]',
    ),
  ).toBe("[ 'nobody', 'mine', true, true, false, undefined ]");
  expect(await text('prompt("secret?", { password: true })')).toBe("''");
  expect(asked).toEqual([
    "name? [nobody] ",
    "name? [nobody] ",
    "a? [y/N] ",
    "b? [y/N] ",
    "c? [y/N] ",
    "d [Enter] ",
    "secret? hidden",
  ]);
});
