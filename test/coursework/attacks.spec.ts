/**
 * What submissions may try from within (attacks.ts), all in one process: none ends as its author hoped, and after all of
 * them a wrong answer is still wrong, and a right one right.
 */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { GradedSession } from "#nablab/kernel/graded-session.js";
import { attacks } from "./attacks.js";
import { attacksOnTests } from "./attacks-on-tests.js";

const root = realpathSync(mkdtempSync(path.join(tmpdir(), "nablab-attacks-")));
const folder = path.join(root, "student");
mkdirSync(folder);
writeFileSync(path.join(root, "secret.txt"), "42");
writeFileSync(path.join(root, "secret.json"), "42");
const own: Readonly<Record<string, string>> = {
  "own.txt": "mine",
  "held.ts": "export let held4 = 0; export const hold = (x: number) => { held4 = x; };",
  "helper18.ts": "export const right18 = (x: number) => 2 * x;",
  "evil.ts": "export const checkClose = () => {}; export default { equal() {} };",
  "tsconfig.json": JSON.stringify({
    compilerOptions: {
      baseUrl: ".",
      paths: { nablab: ["./evil.ts"], "node:assert": ["./evil.ts"] },
      importHelpers: true,
      noLib: true,
    },
  }),
};
for (const [name, text] of Object.entries(own)) writeFileSync(path.join(folder, name), text);
afterAll(() => rmSync(root, { recursive: true, force: true }));

const all = Object.entries(attacks).flatMap(([kind, list]) => list.map((attack) => ({ ...attack, kind })));
/** What every check must still say: of an answer that is right, one that is wrong, and one that is half right. */
const honest = [
  'import { checkClose } from "nablab"; checkClose("right", [1, 2, 3].map((x) => 2 * x), [2, 4, 6]);',
  'import { checkClose } from "nablab"; checkClose("wrong", 300, 3.5);',
  'import { checkThat, credit } from "nablab"; await credit(3, { right: () => checkThat("right", true), wrong: () => checkThat("wrong", Math.floor(3.5) === 300), third: () => checkThat("third", 1 > 2) })',
];

test("there are at least sixty, and their names differ", () => {
  expect(new Set(all.map(({ kind, name }) => `${kind}: ${name}`)).size).toBe(all.length);
  expect(new Set(attacksOnTests.map(({ name }) => name)).size).toBe(attacksOnTests.length);
  expect(all.length + attacksOnTests.length).toBeGreaterThan(290);
});

// Without the operating system's sandbox too: it may not be there.
describe.each(["off", ""])("sandbox %j", (sandbox) => {
  const texts: string[] = [];
  const endings: string[] = [];
  /** Of each attack on a test: how its last cell and the test ended, and what the test printed. */
  const tested: { last: string; test: string; printed: string }[] = [];

  beforeAll(async () => {
    process.env.NABLAB_SANDBOX = sandbox;
    const session = new GradedSession<number>({
      folder,
      limits: { seconds: 60, megabytes: 1500, notebookSeconds: 300 },
      removeFiles: true,
      mark: "the-mark",
      onOutput: (output, cell) => {
        if (output.type === "stream") texts[cell] += output.text;
      },
    });
    try {
      let cell = 0;
      const run = async (code: string): Promise<{ ending: string; text: string }> => {
        texts[cell] = "";
        const result = await session.execute(code, cell);
        const ending =
          result.status === "error"
            ? `${result.ename}: ${result.evalue}`
            : String(result.result?.data["text/plain"] ?? "");
        endings[cell] = ending;
        return { ending, text: texts[cell++]! };
      };
      for (const code of [...all.map(({ code }) => code), ...honest, "process.pid"]) await run(code);
      for (const { data, code, test } of attacksOnTests) {
        if (data) await run(`//the-mark data\n${data}`);
        let last = "";
        for (const one of code) ({ ending: last } = await run(one));
        const { ending, text } = await run(`//the-mark test\n${test}`);
        tested.push({ last, test: ending, printed: text });
      }
    } finally {
      session.close();
      Reflect.deleteProperty(process.env, "NABLAB_SANDBOX");
    }
  }, 300_000);

  test.each(all.map(({ kind, name, is, gains }, i) => ({ kind, name, is, gains, i })))(
    "$kind: $name",
    ({ is, gains, i }) => {
      if (is) expect(endings[i]).toMatch(is);
      else expect(endings[i]).not.toMatch(/Error/);
      expect(texts[i]).not.toMatch(gains ?? /GOT/);
    },
  );

  test.each(attacksOnTests.map((attack, i) => ({ ...attack, i })))(
    "on tests: $name",
    ({ is, ends, prints, i }) => {
      const { last, test, printed } = tested[i]!;
      expect(last).toMatch(is ?? /^(?!\w*Error)/);
      expect(test).toMatch(ends);
      expect(printed).toMatch(prints ?? /^(?![\s\S]*GOT)/);
    },
  );

  test("after all of them checks are what they were", () => {
    const [right, wrong, third] = endings.slice(all.length);
    expect([right, texts[all.length]]).toEqual(["", "✓ right\n"]);
    expect(wrong).toMatch(/^CheckFailed: wrong: expected 3.5, got 300/);
    expect(third).toBe("1");
  });

  test("the process lived through it, what lies outside is as it was, and what they wrote is gone", () => {
    expect(endings.filter((ending) => ending.startsWith("ProcessEnded"))).toEqual([]);
    expect(tested.length).toBe(attacksOnTests.length);
    expect(readFileSync(path.join(root, "secret.txt"), "utf8")).toBe("42");
    expect(readdirSync(root).sort()).toEqual(["secret.json", "secret.txt", "student"]);
    expect(readdirSync(folder).sort()).toEqual(Object.keys(own).sort());
    for (const [name, text] of Object.entries(own))
      if (name !== "tsconfig.json")
        // which one of them writes
        expect(readFileSync(path.join(folder, name), "utf8")).toBe(text);
    expect(existsSync(path.join(folder, "large.bin"))).toBe(false);
  });

  test("what was refused is said, also where a cell keeps the error to itself", () => {
    const i = all.findIndex(({ name }) => name === "into the channel");
    expect(texts[i]).toContain("Refused: fs.writeSync.\n");
  });
});
