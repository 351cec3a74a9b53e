import { once } from "node:events";
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { describe, expect, test, vi } from "vitest";
import { folder, nablab, read, start, write } from "./nablab.js";

// Each run starts the compiler: 2 s, more on a busy machine.
vi.setConfig({ testTimeout: 120_000, maxConcurrency: 2 });

describe.concurrent("outputs", () => {
  test("are stored as a Jupyter client stores them, and all else is kept", async () => {
    const dir = folder();
    write(
      dir,
      "a.ipynb",
      [
        { source: "md:# Title\n\n$x$", metadata: { slideshow: { slide_type: "slide" } } },
        { source: "const x = 2;\nx + 1", metadata: { tags: ["mine"], trusted: true }, outputs: ["old"] },
        'console.log("a"); console.log("b"); console.error("c"); console.log("d");',
        'import { display, html } from "nablab"; const first = await display("one");',
        'await first.update(html("<b>two</b>\\n<i>lines</i>"));',
        'await display("again", { id: first.id })',
        "   ",
        'process.stdout.write("10 %\\r"); process.stdout.write("100 %\\n"); ({ a: 1e-7 })',
      ],
      { metadata: { title: "Kept" }, nbformat_minor: 4 },
    );
    const { status, stdout, stderr } = await nablab(dir, "run", "a.ipynb");
    expect(stderr).toContain("a.ipynb: cell 6 of 6");
    expect([status, stdout]).toEqual([0, ""]);
    const { cells, metadata, nbformat, nbformat_minor } = read(dir, "a.ipynb");
    expect([nbformat, nbformat_minor]).toEqual([4, 5]);
    expect(metadata.title).toBe("Kept");
    expect(metadata.kernelspec.name).toBe("nablab");
    expect(metadata.language_info.name).toBe("typescript");
    expect(cells[0]).toEqual({
      cell_type: "markdown",
      id: "cell-0",
      metadata: { slideshow: { slide_type: "slide" } },
      source: ["# Title\n", "\n", "$x$"],
    });
    expect(cells[1]).toEqual({
      cell_type: "code",
      execution_count: 1,
      id: "cell-1",
      metadata: { tags: ["mine"] },
      outputs: [
        { output_type: "execute_result", execution_count: 1, data: { "text/plain": ["3"] }, metadata: {} },
      ],
      source: ["const x = 2;\n", "x + 1"],
    });
    expect(cells[2].outputs).toEqual([
      { output_type: "stream", name: "stdout", text: ["a\n", "b\n"] },
      { output_type: "stream", name: "stderr", text: ["c\n"] },
      { output_type: "stream", name: "stdout", text: ["d\n"] },
    ]);
    // Shown in one cell, replaced from two others; what was shown says no longer under which id.
    const again = { output_type: "display_data", data: { "text/plain": ["'again'"] }, metadata: {} };
    expect(cells[3].outputs).toEqual([again]);
    expect(cells[4].outputs).toEqual([]);
    expect(cells[5].outputs[0]).toEqual(again);
    expect([cells[6].execution_count, cells[6].outputs]).toEqual([null, []]);
    expect(cells[7].execution_count).toBe(6);
    expect(cells[7].outputs[0].text).toEqual(["100 %\n"]);
  });

  test("run twice, the file is the same to the byte, wherever it is written", async () => {
    const dir = folder();
    const text = 'import { figure } from "nablab"; figure({ data: [{ y: [1e-7, 0.25, 3] }], alt: "three" })';
    write(dir, "a.ipynb", ["Math.PI", text]);
    expect((await nablab(dir, "run", "a.ipynb")).status).toBe(0);
    const once = readFileSync(path.join(dir, "a.ipynb"), "utf8");
    expect((await nablab(dir, "run", "a.ipynb", "--out", "deep/er", "--html")).status).toBe(0);
    expect(readFileSync(path.join(dir, "deep/er/a.html"), "utf8").startsWith("<!DOCTYPE html>")).toBe(true);
    expect(readdirSync(dir).sort()).toEqual(["a.ipynb", "deep"]);
    expect(readFileSync(path.join(dir, "deep/er/a.ipynb"), "utf8")).toBe(once);
    expect(once.endsWith("}\n")).toBe(true);
    expect(read(dir, "a.ipynb").cells[1].outputs[0].data).toEqual({
      "application/vnd.plotly.v1+json": expect.objectContaining({ data: expect.any(Array) }),
      "image/svg+xml": expect.any(Array),
      "text/plain": ["three"],
    });
  });

  test("a notebook runs in its own folder, in a process of its own", async () => {
    const dir = folder();
    mkdirSync(path.join(dir, "in"));
    writeFileSync(path.join(dir, "in/data.txt"), "here");
    const source = 'import { readFileSync } from "node:fs"; readFileSync("data.txt", "utf8")';
    write(dir, "in/a.ipynb", [source, "(globalThis as any).left = 1;"]);
    write(dir, "in/b.ipynb", [source, "typeof (globalThis as any).left"]);
    expect((await nablab(dir, "run", "in")).status).toBe(0);
    const { cells } = read(dir, "in/b.ipynb");
    expect(cells[0].outputs[0].data["text/plain"]).toEqual(["'here'"]);
    expect(cells[1].outputs[0].data["text/plain"]).toEqual(["'undefined'"]);
  });
});

describe.concurrent("a cell that fails", () => {
  test("ends its notebook: what ran is written, what did not holds nothing", async () => {
    const dir = folder();
    const old = [{ output_type: "stream", name: "stdout", text: "old" }];
    write(dir, "a.ipynb", ["1", 'throw new RangeError("oh no")', { source: "3", outputs: old }]);
    write(dir, "b.ipynb", ["4"]);
    const { status, stderr } = await nablab(dir, "run", ".");
    expect(status).toBe(1);
    expect(stderr).toContain("a.ipynb: cell 2 of 3 failed");
    expect(stderr).toContain("RangeError: oh no");
    const { cells } = read(dir, "a.ipynb");
    expect(cells[1].outputs).toHaveLength(1);
    expect(cells[1].outputs[0]).toMatchObject({ output_type: "error", ename: "RangeError", evalue: "oh no" });
    expect(cells[1].outputs[0].traceback).toBeInstanceOf(Array);
    expect([cells[2].outputs, cells[2].execution_count]).toEqual([[], null]);
    expect(read(dir, "b.ipynb").cells[0].execution_count).toBe(1);
  });

  test("may fail where it is expected to", async () => {
    const dir = folder();
    const bad = { source: 'const n: number = "one";', metadata: { tags: ["raises-exception"] } };
    write(dir, "tag.ipynb", [bad, "1"]);
    write(dir, "any.ipynb", ["oops", "1"]);
    expect((await nablab(dir, "run", "tag.ipynb")).status).toBe(0);
    expect(read(dir, "tag.ipynb").cells[0].outputs[0].ename).toBe("TypeScriptError");
    expect(read(dir, "tag.ipynb").cells[1].outputs).toHaveLength(1);
    expect((await nablab(dir, "run", "--allow-errors", "any.ipynb")).status).toBe(0);
    expect(read(dir, "any.ipynb").cells[1].outputs).toHaveLength(1);
  });

  test("by time: awaiting or in a loop, it is interrupted", async () => {
    const dir = folder();
    write(dir, "a.ipynb", ["await new Promise(() => setInterval(() => {}, 1000))", "1"]);
    write(dir, "b.ipynb", ["for (;;);", "1"]);
    const { status, stderr } = await nablab(dir, "run", "a.ipynb", "b.ipynb", "--timeout", "2");
    expect(status).toBe(1);
    expect(stderr.match(/TimeoutError: the cell took longer than 2 s/g)).toHaveLength(2);
    for (const name of ["a.ipynb", "b.ipynb"]) {
      const [first, second] = read(dir, name).cells;
      expect(first.outputs).toMatchObject([{ output_type: "error", ename: "TimeoutError" }]);
      expect(second.outputs).toEqual([]);
    }
  });

  test("by ending the process: what it printed is kept", async () => {
    const dir = folder();
    write(dir, "a.ipynb", ['console.log("last words"); process.exit(3);', "1"]);
    const { status, stderr } = await nablab(dir, "run", "a.ipynb");
    expect(status).toBe(1);
    expect(stderr).toContain("the notebook's process ended with exit code 3");
    const [stream, error] = read(dir, "a.ipynb").cells[0].outputs;
    expect([stream.text, error.ename]).toEqual([["last words\n"], "ProcessEnded"]);
  });
});

describe.concurrent("nothing is lost", () => {
  test("interrupted, the file is as it was", async () => {
    const dir = folder();
    write(dir, "a.ipynb", [
      'import { writeFileSync } from "node:fs"; writeFileSync("started", "");',
      "for (;;);",
    ]);
    write(dir, "b.ipynb", ["1"]);
    const files = () => ["a.ipynb", "b.ipynb"].map((name) => readFileSync(path.join(dir, name), "utf8"));
    const before = files();
    const running = start(dir, "run", "a.ipynb", "b.ipynb");
    while (!readdirSync(dir).includes("started")) await wait(50);
    running.kill("SIGINT");
    const [code] = await once(running, "exit");
    expect(code).toBe(130);
    expect(files()).toEqual(before);
    expect(readdirSync(dir).sort()).toEqual(["a.ipynb", "b.ipynb", "started"]);
  });

  test("what was changed meanwhile is not overwritten", async () => {
    const dir = folder();
    write(dir, "a.ipynb", ['import fs from "node:fs"; fs.writeFileSync("a.ipynb", "mine")']);
    const { status, stderr } = await nablab(dir, "run", "a.ipynb");
    expect([status, readFileSync(path.join(dir, "a.ipynb"), "utf8")]).toEqual([1, "mine"]);
    expect(stderr).toContain("a.ipynb: was changed while it ran");
  });

  test("a notebook that its own cell deletes is not written again", async () => {
    const dir = folder();
    write(dir, "a.ipynb", ['import fs from "node:fs"; fs.rmSync("a.ipynb")']);
    const { status, stderr } = await nablab(dir, "run", "a.ipynb");
    expect([status, readdirSync(dir)]).toEqual([1, []]);
    expect(stderr).toContain("a.ipynb: was deleted while it ran");
  });

  test.skipIf(process.platform === "win32")("a link stays a link", async () => {
    const dir = folder();
    write(dir, "real.ipynb", ["1"]);
    symlinkSync("real.ipynb", path.join(dir, "link.ipynb"));
    expect((await nablab(dir, "run", "link.ipynb")).status).toBe(0);
    const link = readdirSync(dir, { withFileTypes: true }).find(({ name }) => name === "link.ipynb")!;
    expect(link.isSymbolicLink()).toBe(true);
    expect(read(dir, "real.ipynb").cells[0].execution_count).toBe(1);
  });
});

describe.concurrent("what cannot be used is said in one line, before anything runs", () => {
  const dir = folder();
  write(dir, "good.ipynb", ["1"]);
  write(dir, "python.ipynb", ["1"], { metadata: { kernelspec: { name: "python3" } } });
  write(dir, "v3.ipynb", [], { nbformat: 3 });
  writeFileSync(path.join(dir, "broken.ipynb"), '{ "cells": [');
  writeFileSync(path.join(dir, "merge.ipynb"), "{\n<<<<<<< HEAD\n");
  writeFileSync(path.join(dir, "other.ipynb"), '{ "a": 1 }');
  mkdirSync(path.join(dir, "empty"));
  mkdirSync(path.join(dir, "sub"));
  write(dir, "sub/good.ipynb", ["1"]);

  test.each([
    [["none.ipynb"], "none.ipynb: no such file"],
    [
      ["good.ipynb", "python.ipynb"],
      'another kernel; choose "TypeScript (nablab)" in JupyterLab, got kernel "python3"',
    ],
    [["v3.ipynb"], "format must be 4, got 3"],
    [["broken.ipynb"], "not a notebook: the file is not JSON ("],
    [["merge.ipynb"], "conflict marks"],
    [["other.ipynb"], 'no "nbformat"'],
    [["empty"], "empty: no notebooks"],
    [["good.ipynb", "sub/good.ipynb", "--out", "o"], "would both be written to"],
    [["good.ipynb", "--out", "v3.ipynb"], "--out must name a folder, but this is a file: v3.ipynb"],
    [["good.ipynb", "--timeout", "0"], "expected a number of seconds above 0"],
    [[], "missing required argument 'notebook'"],
  ])("%j", async (args, message) => {
    const { status, stdout, stderr } = await nablab(dir, "run", ...args);
    expect([status, stdout]).toEqual([2, ""]);
    expect(stderr).toContain(message);
    expect(stderr.trim().split("\n").length).toBeLessThanOrEqual(2);
    expect(read(dir, "good.ipynb").cells[0].execution_count).toBe(null);
  });
});

test("a cell that looks up a name shows what it is", async () => {
  const dir = folder();
  write(dir, "look.ipynb", [
    "const answer = 42;",
    "answer?",
    'import { train } from "nablab";',
    "train?",
    "nothing?",
  ]);
  const { status } = await nablab(dir, "run", "look.ipynb");
  const [, answer, , training, nothing] = read(dir, "look.ipynb").cells.map(
    ({ outputs }: Found) => outputs[0],
  );
  expect(status).toBe(0);
  expect([answer.data["text/plain"]].flat().join("")).toContain("const answer: 42");
  expect([training.data["text/plain"]].flat().join("")).toContain("Trains");
  expect(nothing.data["text/plain"]).toEqual(["nothing is called nothing"]);
});

interface Found {
  outputs: { data: Record<string, string | string[]> }[];
}
