/** What a graded notebook passes on of what its cells display and say: enough to read, and not so much that nobody could. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { GradedSession } from "#nablab/kernel/graded-session.js";
import type { Output } from "#nablab/session/session.js";

const folder = mkdtempSync(path.join(tmpdir(), "nablab-limits-"));
let outputs: Output[] = [];
let session: GradedSession<number>;
beforeAll(() => {
  session = new GradedSession<number>({ folder, mark: "m", onOutput: (output) => outputs.push(output) });
});
afterAll(() => {
  session.close();
  rmSync(folder, { recursive: true, force: true });
});
const run = async (code: string) => {
  outputs = [];
  return session.execute(code, 0);
};
const shows = (content: string): string =>
  `import { display } from "nablab";\nawait display({ [Symbol.for("Jupyter.display")]: () => ({ "text/plain": "x", ${content} }) });`;
const points =
  'import { checkThat, credit } from "nablab";\nawait credit(3, { a: () => checkThat("a", true), b: () => checkThat("b", false), c: () => checkThat("c", false) })';

test("an error of any length is cut", async () => {
  const result = await run('throw new Error("y".repeat(1e7));');
  expect(result.status).toBe("error");
  expect(JSON.stringify(result).length).toBeLessThan(3e5);
  expect(JSON.stringify(result)).toContain("more characters");
});

// says: C5
test("points are a number, however a cell has numbers printed", async () => {
  expect((await run(`//m test\n${points}`)).status).toBe("ok");
  const how = "{ colors: true, numericSeparator: true, sorted: () => 0 }";
  await run(`import util from "node:util"; util.inspect.defaultOptions = ${how};`);
  const later = await run(`//m test\n${points}`);
  const within = `import again from "node:util"; again.inspect.defaultOptions = ${how};\n`;
  const meanwhile = await run(`//m test\n${within}${points}`);
  for (const result of [later, meanwhile])
    expect(result).toEqual({ status: "ok", result: { data: { "text/plain": "1" }, metadata: {} } });
});

test.each(["NaN", "-1", "-Infinity"])("%s is no number of points", async (value) => {
  const result = await run(`//m test\n${value}`);
  expect(result).toMatchObject({ status: "error", ename: "RangeError" });
});

test("data may be nested as deep as other programs read it", async () => {
  const nested = (depth: number) =>
    shows(`"application/json": JSON.parse("[".repeat(${depth}) + "]".repeat(${depth}))`);
  expect((await run(nested(500))).status).toBe("ok");
  expect(await run(nested(501))).toMatchObject({
    ename: "RangeError",
    evalue: expect.stringContaining("got 501"),
  });
});

// says: C6
test("MNIST is what it was, whatever a cell did to its own", async () => {
  await run(
    'import { mnist } from "nablab";\nconst mine = await mnist(); mine.test.y.fill(7); mine.test.x.fill(0); mine.test = mine.train;',
  );
  const result = await run(
    '//m test\nimport { mnist as read } from "nablab";\n(await read()).test.y.slice(0, 4).join()',
  );
  expect(result).toMatchObject({ result: { data: { "text/plain": "'7,2,1,0'" } } });
});

// says: D2
test("a notebook displays fifty million characters and no more", async () => {
  await run(shows('"text/html": "x".repeat(3e7)'));
  expect(outputs.map(({ type }) => type)).toEqual(["display_data"]);
  await run(shows('"text/html": "x".repeat(3e7)'));
  expect(outputs).toEqual([
    {
      type: "stream",
      name: "stdout",
      text: expect.stringContaining("an output of 30000001 characters, which is left out"),
    },
  ]);
  await run(shows('"text/html": "short"'));
  expect(outputs.map(({ type }) => type)).toEqual(["display_data"]);
});

// says: C5, D2
test("a test keeps its points, its errors and what was refused, whatever else was printed and displayed", async () => {
  await run(shows('"text/html": "x".repeat(3e7)'));
  await run(shows('"text/html": "x".repeat(3e7)'));
  await run(
    'import { display as show } from "nablab";\nfor (let i = 0; i < 6000; i++) await show({ [Symbol.for("Jupyter.display")]: () => ({ "text/plain": "x" }) });',
  );
  expect(outputs.filter(({ type }) => type === "display_data").length).toBeLessThanOrEqual(5000);
  expect(await run(`//m test\n${points}`)).toMatchObject({ result: { data: { "text/plain": "1" } } });
  await run(
    'import { readFileSync } from "node:fs";\nconst flood = () => { console.log("y".repeat(2e6)); try { readFileSync("../no"); } catch {} };',
  );
  await run('//m test\nflood(); console.error("WRONG");');
  const printed = outputs.flatMap((output) => (output.type === "stream" ? [output] : []));
  expect(printed.filter(({ name }) => name === "stderr").map(({ text }) => text)).toEqual(["WRONG\n"]);
  expect(printed.at(-1)!.text).toBe("Refused: reading ../no.\n");
});
