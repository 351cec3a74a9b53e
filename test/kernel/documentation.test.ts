/**
 * The documentation of types that stay as they are is read when it is first looked up.
 */
import { expect, test } from "vitest";
import { nodeFiles } from "#nablab/kernel/node-files.js";
import { openCells } from "./cells.js";

const cells = openCells();

test("documentation of the language, Node and nablab is there once it is looked up, and types stay what they were", async () => {
  expect(nodeFiles().withoutDocumentation).toBe("untilInspection");
  await cells.run('import { readFileSync } from "node:fs";\nimport { quadratic } from "nablab";');
  await cells.run("class Kept { data = [quadratic({ spectrum: [1] })] }\nlet kept = new Kept()");
  const documentation = (code: string, at: number): string =>
    (cells.session.inspect(code, at)?.documentation ?? []).map(({ text }) => text).join("");
  expect(documentation("Math.hypot(1)", 6)).toMatch(/square root/);
  expect(documentation('readFileSync("a")', 2)).toMatch(/contents of the `path`/);
  expect(documentation("quadratic({ spectrum: [1] })", 2)).toMatch(/F\(θ\)/);
  const after = await cells.run("kept = new Kept(); kept.data = [quadratic({ spectrum: [2] })]; 3");
  expect(after).toMatchObject({ status: "ok", result: { data: { "text/plain": "3" } } });
  expect(await cells.run("kept = 3")).toMatchObject({ status: "error" });
});
