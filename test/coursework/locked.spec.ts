/**
 * What locked cells declare, tests count on: no answer changes what it is, by whatever way it gives the name another meaning.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { GradedSession } from "#nablab/kernel/graded-session.js";

const folder = mkdtempSync(path.join(tmpdir(), "nablab-locked-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What the assignment declares, in two cells; `calls` is meant to change. */
const data = [
  'import { checkClose, random } from "nablab";\nconst right = (x: number) => 2 * x;\nfunction table() { return [1, 2, 3]; }\nclass Truth { static is(x: unknown) { return x === 42; } }\nenum Kind { a = 1, b = 2 }',
  "let calls = 0;\nconst [first, { second }] = [10, { second: 20 }];\nconst count = () => ++calls;",
];
const check =
  "[right(3), table().length, Truth.is(42), Truth.is(0), Kind.b, first, second, typeof random, performance.now() > 0, typeof Buffer, structuredClone(1), count()].join()";
const honest = "6,3,true,false,2,10,20,function,true,function,1";

const taken = /^SyntaxError: \w+ is the assignment's: give what you declare another name/;
const elsewhere = /^SyntaxError: [\w, ]+: imported as what it is not in the assignment/;
const attacks: [name: string, code: string, is?: RegExp][] = [
  // says: C3
  ["a constant", "const right = () => 6;", taken],
  ["a function", "function table() { return [0]; }", taken],
  ["a class", "class Truth { static is() { return true; } }", taken],
  ["an enum", "enum Kind { a, b }", taken],
  ["a variable", "var first = 0 as any;", taken],
  ["a name of a pattern", "const { a: second } = { a: 5 };", taken],
  ["a name in a loop's head", "for (var right of [1]) {}", taken],
  ["a namespace", "namespace table { export const length = 1; }", taken],
  ["an import of something else", 'import { sgd as right } from "nablab";', elsewhere],
  ["an import of everything", 'import * as table from "nablab";', elsewhere],
  ["an import of a module", 'import random from "node:path";', elsewhere],
  ["a check by another", 'import { checkThat as checkClose } from "nablab";', elsewhere],
  ["an assignment", "%check off\n(right as any) = () => 6;", /^TypeError: Cannot set property/],
  ["an assignment by a pattern", "%check off\n[right, table] = [() => 6, () => [0]] as any;", /Error/],
  ["an assignment later", "%check off\nsetTimeout(() => { try { (right as any) = () => 6; } catch {} }, 0);"],
  ["an increment", "%check off\n(first as any)++;"],
  ["declared and then thrown", "var right: any = () => 6; throw new Error('after');", taken],
  ["by eval", "eval('right = () => 6')", /^EvalError/],
  ["its box", "%check off\nright; right·.follow(() => () => 6);", /^SyntaxError: names that begin with n·/],
  [
    "its box, by an escape",
    "%check off\nright; right\\u{b7}.v = () => 6;",
    /^SyntaxError: names that begin with n·/,
  ],
  ["a name of Node's", "const performance = { now: () => 0 }, Buffer = 5, structuredClone = () => 42;"],
  ["by the global object", "(globalThis as any).right = () => 6;"],
  ["a mark that is made up", "//0123456789abcdef data\nconst right = () => 6;", taken],
];

describe("a graded session", () => {
  const endings: string[] = [];
  const between: string[] = [];
  let own: string[] = [];

  beforeAll(async () => {
    const session = new GradedSession<number>({ folder, mark: "the-mark", onOutput: () => {} });
    const run = async (code: string, locked?: "data" | "test"): Promise<string> => {
      const text = locked ? `//the-mark ${locked}\n${code}` : code;
      const result = await session.execute(text, 0);
      if (result.status === "error") return `${result.ename}: ${result.evalue}`;
      return String(result.result?.data["text/plain"] ?? "");
    };
    try {
      for (const code of data) expect(await run(code, "data")).toBe("");
      for (const [, code] of attacks) {
        endings.push(await run(code));
        await run("%check on\nawait new Promise((resolve) => setTimeout(resolve, 20));");
        between.push(await run(check, "test"));
      }
      own = [
        // What is no attack goes on working.
        await run('import { random, checkClose } from "nablab"; random(1).uniform() < 1'),
        await run("const mine = (right: number) => { const table = [right]; return table[0]; }; mine(5)"),
        await run("type Truth2 = number; calls = 100; calls"),
        await run(check, "test"),
        // A test may use a name for itself, and the next finds the assignment's.
        await run("const first = 'of the test'; first.length", "test"),
        await run(check, "test"),
        // The process ended: all is declared again, and kept again.
        await run("process.exit(0)"),
        await run("const right = () => 6;"),
        await run(check, "test"),
      ];
    } finally {
      session.close();
    }
  }, 120_000);

  test.each(attacks.map(([name, , is], i) => ({ name, is, i })))("$name", ({ is, i }) => {
    if (is) expect(endings[i]).toMatch(is);
    expect(between[i]).toBe(`'${honest},${i + 1}'`);
  });

  test("what answers may do, they can", () => {
    const at = attacks.length + 100 - attacks.length;
    expect(own.slice(0, 3)).toEqual(["true", "5", "100"]);
    expect(own[3]).toBe(`'${honest},${at + 1}'`);
    expect(own[4]).toBe("11");
    expect(own[5]).toBe(`'${honest},${at + 2}'`);
    expect(own[6]).toMatch(/^ProcessEnded/);
    expect(own[7]).toMatch(taken);
    expect(own[8]).toContain(honest);
  });
});
