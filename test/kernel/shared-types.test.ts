/** Sessions of a process parse the types of packages once, and each sees what is there when it starts. */
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import ts from "typescript";
import { afterAll, expect, test } from "vitest";
import { createNodeSession, nodeHost } from "#nablab/kernel/node-host.js";
import { loadTypeScript } from "#nablab/kernel/typescript.js";

const home = process.cwd();
process.chdir(mkdtempSync(path.join(tmpdir(), "nablab-shared-")));
afterAll(() => process.chdir(home));
const declare = (type: string): void =>
  writeFileSync("node_modules/given/index.d.ts", `export const v: ${type};`);
mkdirSync("node_modules/given", { recursive: true });
writeFileSync(
  "node_modules/given/package.json",
  '{ "name": "given", "types": "index.d.ts", "main": "index.js" }',
);
writeFileSync("node_modules/given/index.js", "exports.v = 1;");

/** How a cell ends in a new session, what is shown of `Math.max` there, and the fixed files that were parsed for it. */
async function inNewSession(code: string, isInspected = false) {
  const parsed: string[] = [];
  const compiler: ReturnType<typeof loadTypeScript> = Object.create(loadTypeScript(), {
    createLanguageServiceSourceFile: {
      value(...all: Parameters<typeof ts.createLanguageServiceSourceFile>) {
        if (/\/node_modules\/|\/nablab\.d\.ts$/.test(all[0])) parsed.push(path.basename(all[0]));
        return loadTypeScript().createLanguageServiceSourceFile(...all);
      },
    },
  });
  const host = { ...nodeHost(), typescript: () => compiler };
  const session = createNodeSession<number>({ onOutput() {} }, host);
  try {
    const { status } = await session.execute(code, 1);
    const shown = isInspected ? session.inspect("Math.max(1)", 6)?.documentation : [];
    return { status, documentation: ts.displayPartsToString(shown), parsed };
  } finally {
    session.close();
  }
}

test("a package that has changed is parsed again, and what has not is not; documentation is there in each", async () => {
  const code = 'import { v } from "given"; import { tensor } from "nablab"; const n: number = v; tensor([n])';
  declare("number");
  const first = await inNewSession(code);
  expect(first.status).toBe("ok");
  expect(await inNewSession(code)).toEqual({ ...first, parsed: [] });
  declare("string");
  expect(await inNewSession(code)).toMatchObject({ status: "error", parsed: ["index.d.ts"] });
  declare("number");
  for (let session = 0; session < 2; session++) {
    const inspected = await inNewSession(code, true);
    expect(inspected).toMatchObject({ status: "ok", documentation: expect.stringContaining("larger") });
  }
  expect((await inNewSession(code)).status).toBe("ok");
});
