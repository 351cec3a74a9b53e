/** The code of an experiment, as it travels to workers. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, expect, test } from "vitest";
import { loadRun, prepareCode } from "../../dist/cli/sweep/experiment.js";

const folder = mkdtempSync(path.join(tmpdir(), "nablab-experiment-"));
afterAll(() => rmSync(folder, { recursive: true }));

const long = "l".repeat(200);

test("files are imported whatever they are called", async () => {
  const dir = path.join(folder, "a b #1 % ü");
  mkdirSync(path.join(dir, "lib?"), { recursive: true });
  const write = (name: string, text: string) => writeFileSync(path.join(dir, name), text);
  write(
    "expér #2.ts",
    `import table from "./lib?/täble %41 #1.json";
import { two } from "./lib?/two#two";
export { three } from "./${long}";
export const run = async () => ({ sum: table.one + two + (await import("./${long}")).three, four: (await import(\`./four+.ts\`)).four });`,
  );
  write("lib?/täble %41 #1.json", '{ "one": 1 }');
  write("lib?/two#two.ts", "export const two: number = 2;");
  write(`${long}.ts`, "export const three = 3;");
  write("four+.ts", "export const four = import.meta.filename;");
  const code = prepareCode({ file: path.join(dir, "expér #2.ts"), data: [] });
  const run = await loadRun(code, dir, mkdtempSync(path.join(folder, "scratch-")));
  expect(await run({}, {})).toEqual({ sum: 6, four: path.join(dir, "four+.ts") });
  // Which experiment it is says the text and the name of each file, not where the folder lies.
  expect(Object.values(code.places)).toEqual([
    "expér #2.ts",
    "lib?/täble %41 #1.json",
    "lib?/two#two.ts",
    `${long}.ts`,
    "four+.ts",
  ]);
});
