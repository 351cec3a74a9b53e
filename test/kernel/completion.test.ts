/**
 * Completion offers names of earlier cells and of nablab wherever a value, or a type, may stand.
 */
import { beforeAll, describe, expect, test } from "vitest";
import { openCells } from "./cells.js";

const cells = openCells();
const { text, file } = cells;

/** What is offered where the bar stands. */
const offered = (code: string): string[] => {
  const at = code.indexOf("|");
  return cells.session.complete(code.replace("|", ""), at).entries.map(({ name }) => name);
};
/** The code after the first of them was chosen. */
const chosen = (code: string): string => {
  const at = code.indexOf("|");
  const bare = code.replace("|", "");
  const { start, end, entries } = cells.session.complete(bare, at);
  return bare.slice(0, start) + entries[0]!.name + bare.slice(end);
};

beforeAll(async () => {
  await text(
    `import { train } from "nablab"; const quadratic = (x: number) => x * x; let quantity = 3; class Quiver { q = 1 }
     interface Quarry { stone: string } type Quality = "good" | "bad"; enum Quarter { First } function quicken() {}`,
  );
});

describe("a value", () => {
  const places = [
    "|",
    "await |",
    "console.log(|)",
    "console.log(|",
    "console.log(1, |)",
    "1 + |",
    "new |",
    "const a = |",
    "const a = [1, |]",
    "const a = { b: | }",
    "const a = { b: 1, ...| }",
    "train(|",
    "return |",
    "if (|) {}",
    "if (true) { | }",
    "while (|",
    "for (const a of |) {}",
    "() => |",
    "`$" + "{|}`",
    "true ? | : 2",
    "!|",
    "typeof |",
    "throw |",
    "export default |",
    "class B extends |",
    "(1, |)",
    "f(async () => { await | })",
    "quantity = |",
    "[1].map(|)",
    "[1, 2][|]",
  ];
  test.each(places)("%s", (place) => {
    const here = offered(place.replace("|", "qu|"));
    for (const name of ["quadratic", "quantity", "quicken"]) expect(here).toContain(name);
    for (const type of ["Quarry", "Quality"]) expect(here).not.toContain(type);
    expect(offered(place.replace("|", "Qui|"))).toContain("Quiver");
    expect(offered(place.replace("|", "tra|"))).toContain("train"); // imported by an earlier cell
    expect(offered(place.replace("|", "seque|"))).toContain("sequential"); // of nablab
  });
});

describe("a type", () => {
  const places = [
    "const a: |",
    "const a: |[] = []",
    "function f(a: |) {}",
    "function f(): | {}",
    "let a: string & |",
    "const a = 1 as |",
    "type A = { b: | }",
    "const a: Array<|>",
    "interface A { b: | }",
    "const a = (b: |) => b",
  ];
  test.each(places)("%s", (place) => {
    const here = offered(place.replace("|", "Qu|"));
    for (const name of ["Quarry", "Quality", "Quiver", "Quarter"]) expect(here).toContain(name);
    expect(here).not.toContain("quadratic");
    expect(offered(place.replace("|", "Tens|"))).toContain("Tensor");
  });
});

test("interfaces and types of nablab are no values", () => {
  for (const name of ["Displayable", "MimeBundle"]) {
    expect(offered(`const a: ${name.slice(0, 5)}|`)).toContain(name);
    expect(offered(`1 + ${name.slice(0, 5)}|`)).not.toContain(name);
  }
});

test("a name goes with what is typed at its beginning, in any case, or at a later capital letter", () => {
  const here = offered("quanT|");
  expect(here).toContain("quantity");
  expect(offered("[1].ma|")).toEqual(expect.arrayContaining(["map", "flatMap"]));
  for (const name of ["quadratic", "quicken", "train"]) expect(here).not.toContain(name);
  expect(offered("[1].ma|")).not.toContain("push");
});

test("neither where neither stands", () => {
  for (const place of ["const qu|", "quantity.qu|", '"qu|"', "// qu|", "interface A { qu| }"])
    expect(offered(place), place).not.toContain("quadratic");
});

test("names of a session come before globals, those of nablab after", () => {
  expect(offered("1 + qu|")[0]).toMatch(/^qu/);
  const all = offered("1 + t|");
  expect(all.indexOf("train")).toBeLessThan(
    all.indexOf("throttle") < 0 ? all.length : all.indexOf("throttle"),
  );
  expect(all.indexOf("train")).toBeLessThan(all.indexOf("tensor"));
});

describe("imports", () => {
  test("an open clause offers what nablab exports", () => {
    for (const clause of [
      "import { |",
      "import { tensor, |",
      "import type { |",
      "import {\n  tensor,\n  |",
      "const a = 1;\nimport { |",
    ])
      expect(offered(clause.replace("|", "dro|")), clause).toContain("dropout");
    expect(offered('import { dro| } from "nablab"')).toContain("dropout");
    expect(offered('import { readFileS| } from "node:fs"')).toContain("readFileSync");
    expect(offered('import { readFileS| } from "node:fs"')).not.toContain("dropout");
  });

  test("the name of a module", () => {
    file("local.ts", "export const local = 1;");
    file("folder/inner.ts", "export const inner = 1;");
    file("node_modules/some-package/package.json", '{ "name": "some-package", "types": "index.d.ts" }');
    file("node_modules/some-package/index.d.ts", "export declare const some: number;");
    expect(chosen('import { train } from "nab|"')).toBe('import { train } from "nablab"');
    expect(chosen('import { train } from "nab|')).toBe('import { train } from "nablab');
    expect(chosen('import "nab|"')).toBe('import "nablab"');
    expect(chosen('await import("nab|")')).toBe('await import("nablab")');
    expect(chosen('require("nab|")')).toBe('require("nablab")');
    expect(offered('import {} from "node:f|"')).toContain("node:fs");
    expect(chosen('import {} from "./loc|"')).toBe('import {} from "./local"');
    expect(chosen('import {} from "./folder/in|"')).toBe('import {} from "./folder/inner"');
    expect(offered('import {} from "some|"')).toContain("some-package");
    file("node_modules/some-package/deep/inside.d.ts", "export declare const deep: number;");
    expect(chosen('import {} from "some-package/deep/in|"')).toBe(
      'import {} from "some-package/deep/inside"',
    );
    expect(chosen('import {} from "fs/pro|"')).toBe('import {} from "fs/promises"');
    for (const name of [...offered('import {} from "./|"'), ...offered('import {} from "|"')])
      expect(name).not.toMatch(/[[\]]/);
  });
});

test("paths in texts", () => {
  file("data/points.csv", "x,y");
  file("data/.hidden", "");
  file("notes.txt", "");
  expect(chosen('readFileSync("no|")')).toBe('readFileSync("notes.txt")');
  expect(chosen('readFileSync("da|')).toBe('readFileSync("data/');
  expect(chosen('readFileSync("data/po|")')).toBe('readFileSync("data/points.csv")');
  expect(chosen("await readFile('data/po|')")).toBe("await readFile('data/points.csv')");
  expect(chosen("fs.existsSync(`data/p|`)")).toBe("fs.existsSync(`data/points.csv`)");
  expect(chosen('const file = "./data/po|"')).toBe('const file = "./data/points.csv"');
  expect(offered('readFileSync("data/|")')).toEqual(["points.csv"]);
  expect(offered('readFileSync("nowhere/|")')).toEqual([]);
  expect(offered('console.log("no|")')).toEqual([]);
  expect(offered('const quality: Quality = "go|"')).toContain("good");
});
