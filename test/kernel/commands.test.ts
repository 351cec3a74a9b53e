/**
 * What public notebooks hold besides TypeScript: commands, JSX, literals of objects, undeclared names, tsconfig.json, programs
 * that print by themselves.
 */
import { describe, expect, test } from "vitest";
import { openCells } from "./cells.js";

const cells = openCells();
const { text, run, failure, file, printed } = cells;
const bundle = async (code: string) => {
  const result = await run(code);
  return result.status === "ok" ? result.result?.data : result;
};

describe("lines that are no TypeScript", () => {
  test("!command prints into the cell, in order, with the exit code of what fails", async () => {
    await text("!echo one; echo two >&2\nconsole.log('three')\n!exit 3\nconsole.log('four')");
    expect(printed()).toBe("one\ntwo\nthree\n(exit code 3)\nfour\n");
    const named = cells.outputs.map((output) => (output.type === "stream" ? output.name : output.type));
    expect(named).toEqual(["stdout", "stderr", "stdout", "stderr", "stdout"]);
  });

  test.each<[string, string]>([
    ["const done = false; let seen = 0;\n!done && seen++;\nseen", "1"],
    ["!(() => 3)()", "false"],
    ["!true", "false"],
    ["![].length", "true"],
    ["!isNaN(1)", "true"],
    ["`\n!echo no\n%check off\n`", "'\\n!echo no\\n%check off\\n'"],
    ["/*\n!echo no\n%install nothing\n*/ 5", "5"],
    ["const sixteen = 16, r = 7\n%sixteen\nr", "7"],
  ])("%s is TypeScript", async (code, value) => {
    expect(await text(code)).toBe(value);
    expect(printed()).toBe("");
  });

  test("a command is interrupted, with the programs that it started", async () => {
    const running = run("!sleep 300 & echo begun $!; sleep 300");
    await expect.poll(printed).toMatch(/begun \d+\n/);
    const pid = Number(/\d+/.exec(printed())![0]);
    const isAlive = (): boolean => {
      try {
        return process.kill(pid, 0);
      } catch {
        return false;
      }
    };
    expect(isAlive()).toBe(true);
    cells.session.interrupt();
    expect(await running).toMatchObject({ status: "error", ename: "KeyboardInterrupt" });
    expect(await text("1 + 1")).toBe("2");
    await expect.poll(isAlive).toBe(false);
  });

  test("errors keep their lines and show what was written", async () => {
    const { traceback } = await failure("!echo\n1;\n!echo x\nnull.x");
    expect(traceback.join("\n")).toContain("cell:4:1");
    const { traceback: run } = await failure("1;\n!echo x\n(undefined as any).x");
    expect(run.join("\n")).toMatch(/cell \d+:3:20\n.*3 │ \(undefined as any\)\.x/);
  });

  test.each(["%check", "%check perhaps", "%install", "%timeit 1"])("%s: what there is", async (code) => {
    expect((await failure(code)).evalue).toContain("%check on, %check off, %install PACKAGE and !COMMAND");
  });

  test("%install takes names of packages only", async () => {
    expect((await failure("%install x;rm")).evalue).toBe(
      "%install: expected names of packages, as lodash@4, got x;rm",
    );
  });
});

describe("a cell that is an object", () => {
  test.each<[string, string]>([
    ["{ a: 1, b: 2 }", "{ a: 1, b: 2 }"],
    ["{ a: 1 }", "{ a: 1 }"],
    ["// first\n{ 'x': [1, 2] }", "{ x: [ 1, 2 ] }"],
    ["{}", "{}"],
  ])("%s", async (code, value) => expect(await text(code)).toBe(value));

  test("a block is a block", async () => {
    expect(await text("{ let inner = 1; inner + 1 }")).toBe(undefined);
    expect(await text("{ a: 1 };")).toBe(undefined);
    expect(await text("{ console.log('x') }")).toBe(undefined);
    expect(printed()).toBe("x\n");
  });

  test("places in it are those of the cell", async () => {
    expect((await failure("{ a: nothing }")).traceback[0]).toContain("cell:1:6 ");
    expect((await failure("{ a: 1,\n  b: (() => { throw new Error('here') })() }")).traceback.join()).toMatch(
      /cell \d+:2:21/,
    );
  });
});

describe("JSX", () => {
  test("is HTML, escaped", async () => {
    expect(await bundle('<b title="q">{1 + 1} {"<&"}</b>')).toEqual({
      "text/html": '<b title="q">2 &#60;&#38;</b>',
      "text/plain": '<b title="q">2 &#60;&#38;</b>',
    });
    await text(
      "const Item = ({ n, children }: { n: number; children?: any }) => <li className='i'>{n}{children}</li>",
    );
    expect(
      await text("String(<ul>{[1, 2].map((n) => <Item n={n}><br/></Item>)}<>{null}{false}</></ul>)"),
    ).toBe(`'<ul><li class="i">1<br></li><li class="i">2<br></li></ul>'`);
    expect((await failure("<Item m={1} />")).evalue).toContain("TS2322");
  });

  test("a factory in scope makes it: jsx, h, or what @jsx says; also in files", async () => {
    file("part.tsx", "export const Part = () => <i>{1 + 1}</i>;");
    expect(await text('import { Part } from "./part"; String(<Part />)')).toBe("'<i>2</i>'");
    await text("function h(type: any, props: any, ...rest: any[]) { return [type, props, rest] }");
    expect(await text('<a href="x">y</a>')).toBe("[ 'a', { href: 'x' }, [ 'y' ] ]");
    await text("const jsx = (type: any) => ({ type }), Fragment = 'all'");
    expect(await text("[<b/>, <></>]")).toBe("[ { type: 'b' }, { type: 'all' } ]");
    expect(await text("/** @jsx h */ <b/>")).toBe("[ 'b', null, [] ]");
  });

  test("type assertions in angle brackets stay what they are", async () => {
    expect(await text("let cast = <any>5; cast + (<number>1)")).toBe("6");
  });
});

test("undeclared names are globals where types are not checked", async () => {
  await text("%check off\nundeclared = 5; function twice() { made = 2 * undeclared }\ntwice()");
  expect(await text("for (index = 0; index < 3; index++) {}\n[undeclared, made, index]")).toBe(
    "[ 5, 10, 3 ]",
  );
  await text("%check on");
  expect((await failure("unheard = 1")).evalue).toContain("a new name is declared: let unheard = …");
});

test("an empty package of Deno's name is imported, and what is missing says how it comes", async () => {
  file("node_modules/small/package.json", '{ "name": "small", "version": "3.1.0", "main": "s.js" }');
  file("node_modules/small/s.js", "exports.a = 1");
  file("node_modules/small/fp.js", "exports.b = 2");
  expect(
    await text(
      'import { a } from "npm:small@3"; import { b } from "npm:small@^3.0/fp"; [a, b, (await import("npm:small")).a]',
    ),
  ).toBe("[ 1, 2, 1 ]");
  expect((await failure('import "npm:nowhere@2/x"; import y from "nowhere"')).evalue).toContain(
    "%install nowhere",
  );
  expect((await failure('import z from "https://esm.sh/x"')).evalue).toContain("only packages of npm");
});

test('require("tslab") shows in the cell', async () => {
  await text('const tslab = require("tslab"); tslab.display.html("<b>x</b>")');
  expect(cells.outputs).toEqual([
    { type: "display_data", data: { "text/html": "<b>x</b>" }, metadata: {}, transient: {} },
  ]);
});

describe("programs with the streams of their process", () => {
  test.each<[string, string, string]>([
    ["spawnSync", 'cp.spawnSync("echo", ["x"], { stdio: "inherit" }).stdout', "null"],
    ["execSync", 'cp.execSync("echo x", { stdio: "inherit" })', "null"],
    ["execFileSync", 'cp.execFileSync("echo", ["x"], { stdio: [0, 1, 2] })', "null"],
    ["stderr of execSync", 'String(cp.execSync("echo x >&2", { stdio: ["pipe", "pipe", "inherit"] }))', "''"],
    [
      "spawn",
      'await new Promise((end) => cp.spawn("echo", ["x"], { stdio: "inherit" }).on("close", end))',
      "0",
    ],
    [
      "spawn, by the stream",
      'await new Promise((end) => cp.spawn("echo", ["x"], { stdio: ["ignore", process.stdout, 2] }).on("close", end))',
      "0",
    ],
    ["fork", 'await new Promise((end) => cp.fork("./x.cjs").on("close", end))', "0"],
  ])("%s", async (_, code, value) => {
    file("x.cjs", "console.log('x')");
    expect(await text(`import * as cp from "node:child_process"; ${code}`)).toBe(value);
    expect(printed()).toBe("x\n");
  });

  test("one that fails says so as in Node; a pipe stays a pipe", async () => {
    const { evalue, traceback } = await failure('cp.execSync("echo said; exit 3", { stdio: "inherit" })');
    expect(evalue).toBe("Command failed: echo said; exit 3");
    expect(traceback.join("\n")).toContain("status: 3");
    expect(printed()).toBe("said\n");
    expect(await text('String(cp.execSync("echo piped"))')).toBe(String.raw`'piped\n'`);
    expect(printed()).toBe("");
  });
});
