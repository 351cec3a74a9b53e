/** What a session takes from the folder's tsconfig.json. */
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, expect, test } from "vitest";
import { createNodeSession } from "#nablab/kernel/node-host.js";

const home = process.cwd();
process.chdir(mkdtempSync(path.join(tmpdir(), "nablab-tsconfig-")));
writeFileSync(
  "base.json",
  '{ "compilerOptions": { "paths": { "@lib/*": ["./src-*.ts", "./src-*.js"], "one": ["./src-a.ts"] }, "strict": true } }',
);
writeFileSync(
  "tsconfig.json",
  '{ "extends": "./base.json", /* as ever */ "compilerOptions": { "experimentalDecorators": true, "emitDecoratorMetadata": true } }',
);
writeFileSync("src-a.ts", "export const a: number = 1; export const seen: string[] = [];");
writeFileSync("src-b.js", "export const b = 2;");
const session = createNodeSession<number>({ onOutput: () => {} });
afterAll(() => {
  session.close();
  process.chdir(home);
});
const text = async (code: string): Promise<unknown> => {
  const result = await session.execute(code, 0);
  if (result.status === "error") throw new Error(result.traceback.join("\n"));
  return result.result?.data["text/plain"];
};

test("paths, also those of what it extends", async () => {
  expect(
    await text(
      'import { a } from "@lib/a"; import * as one from "one"; import { b } from "@lib/b"; [a, one.a, b]',
    ),
  ).toBe("[ 1, 1, 2 ]");
});

test("decorators as before the standard, with their metadata", async () => {
  await text(
    "const log: string[] = []; const note = (target: any, name?: string) => { log.push(name ?? target.name) };",
  );
  expect(
    await text(
      "@note class Noted { @note field = 1; @note method(x: number) { return x } } new Noted(); log",
    ),
  ).toBe("[ 'field', 'method', 'Noted' ]");
  expect(await text("new Noted().method(3)")).toBe("3");
});

test("how strictly cells are checked is the same everywhere", async () => {
  expect(await text("let nothing: number = null; function untyped(x) { return x } untyped(nothing)")).toBe(
    "null",
  );
});
