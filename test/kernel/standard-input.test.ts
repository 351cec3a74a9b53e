/**
 * `process.stdin` and readline ask the reader, and fail with the fix where nobody can be asked.
 */
import { expect, test } from "vitest";
import { openCells } from "./cells.js";

const cells = openCells();
const { text, run, printed } = cells;

const answering = (...answers: string[]): void => {
  cells.answer = () => answers.shift();
};

test("readline asks, in each of its forms", async () => {
  answering("Ada", "36");
  expect(
    await text(`import readline from "node:readline/promises";
      const rl = readline.createInterface({ input: process.stdin, output: process.stdout });
      const who = await rl.question("Who? "), age = await rl.question("Age? "); rl.close(); [who, age]`),
  ).toBe("[ 'Ada', '36' ]");
  expect(printed()).toBe("Who? Age? ");
  answering("Bob");
  expect(
    await text(`import { createInterface } from "node:readline";
      const rl2 = createInterface({ input: process.stdin, output: process.stdout });
      const answered = await new Promise((done) => rl2.question("Who? ", done)); rl2.close(); answered`),
  ).toBe("'Bob'");
});

test("an interface that was left open asks in a later cell only when that has a question", async () => {
  answering("first", "second");
  await text(`const open = readline.createInterface({ input: process.stdin, output: process.stdout });
    const one = await open.question("1? ");`);
  await text('console.log("no question"); await new Promise((go) => setTimeout(go, 150))');
  expect(await text('const two = await open.question("2? "); open.close(); [one, two]')).toBe(
    "[ 'first', 'second' ]",
  );
});

test("lines and data", async () => {
  answering("x", "y", "end");
  expect(
    await text(`const lines: string[] = []; const all = readline.createInterface({ input: process.stdin });
      for await (const line of all) { lines.push(line); if (line === "end") break } lines`),
  ).toBe("[ 'x', 'y', 'end' ]");
  answering("data");
  expect(
    await text(
      'const chunk = await new Promise((done) => process.stdin.once("data", done)); process.stdin.pause(); String(chunk)',
    ),
  ).toBe("'data\\n'");
});

test("pieces of the stream, again in a later cell", async () => {
  const piece = 'let piece = ""; for await (const part of process.stdin) { piece += part; break } piece';
  answering("one");
  expect(await text(piece)).toBe("'one\\n'");
  answering("two");
  expect(await text(piece)).toBe("'two\\n'");
});

test("a stop while it asks ends the cell, and the next can ask again", async () => {
  cells.answer = () => undefined;
  const asks = `const again = readline.createInterface({ input: process.stdin, output: process.stdout });
    const said = await again.question("Still there? "); again.close(); said`;
  expect(await run(asks)).toMatchObject({ ename: "KeyboardInterrupt" });
  answering("yes");
  expect(await text(asks)).toBe("'yes'");
});

test("where nobody can be asked the cell fails and says why", async () => {
  cells.answer = () => {
    throw new Error("prompt: this front end cannot ask");
  };
  expect(
    await run(
      'const nobody = readline.createInterface({ input: process.stdin }); await nobody.question("Who? ")',
    ),
  ).toMatchObject({ ename: "Error", evalue: "prompt: this front end cannot ask" });
});
