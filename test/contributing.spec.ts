/**
 * Applies the examples of CONTRIBUTING.md to a copy of the repository, builds it, and runs the tests that the page names.
 */
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { stripVTControlCharacters } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";

const root = path.resolve(import.meta.dirname, "..");
const house = mkdtempSync(path.join(tmpdir(), "nablab-house-"));

/** The page's pieces of code: a new file, or lines to insert below a line of an existing file. */
function pieces(page: string): { file: string; below?: string; code: string }[] {
  const blocks = /(?:In `([^`]+)`, below `([^`]+)`|`([^`]+)`):\n\n```ts\n([\s\S]*?)```/g;
  const lines = /^- `([^`]+)`, below `([^`]+)`: `([^`]+)`$/gm;
  return [
    ...[...page.matchAll(blocks)].map(([, inFile, below, file, code]) => ({
      file: (inFile ?? file)!,
      ...(below !== undefined && { below }),
      code: code!,
    })),
    ...[...page.matchAll(lines)].map(([, file, below, code]) => ({
      file: file!,
      below: below!,
      code: code!,
    })),
  ];
}

function node(...args: string[]): { status: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: house, encoding: "utf8" });
  return { status, output: stripVTControlCharacters(stdout + stderr) };
}

/** The names of tests that fail. */
function failures(...files: string[]): string[] {
  const report = path.join(house, "report.json");
  const { output } = node(
    "node_modules/vitest/vitest.mjs",
    ...[
      "run",
      "--project",
      "unit",
      "--project",
      "long",
      "--reporter=json",
      `--outputFile=${report}`,
      ...files,
    ],
  );
  const { testResults }: { testResults: { message: string; assertionResults: Result[] }[] } = JSON.parse(
    readFileSync(report, "utf8"),
  );
  expect(testResults.length, output).toBe(files.length);
  return testResults.flatMap(({ message, assertionResults }) => [
    ...(message ? [message] : []),
    ...assertionResults
      .filter(({ status }) => status === "failed")
      .map(({ title, failureMessages }) => `${title}\n${failureMessages.join("\n")}`),
  ]);
}
interface Result {
  title: string;
  status: string;
  failureMessages: string[];
}

beforeAll(() => {
  for (const name of ["src", "dist", "scripts", "test", "labextension", "page", "python", "notebooks"]) {
    const filter = (file: string) => path.relative(root, file) !== path.join("test", "output");
    cpSync(path.join(root, name), path.join(house, name), {
      recursive: true,
      preserveTimestamps: true,
      filter,
    });
  }
  for (const name of ["package.json", "package-lock.json", "tsconfig.json", "vitest.config.ts"]) {
    cpSync(path.join(root, name), path.join(house, name), { preserveTimestamps: true });
  }
  symlinkSync(path.join(root, "node_modules"), path.join(house, "node_modules"), "junction");
  const all = pieces(readFileSync(path.join(root, "CONTRIBUTING.md"), "utf8"));
  expect(all.length).toBe(11);
  for (const { file, below, code } of all) {
    const target = path.join(house, file);
    mkdirSync(path.dirname(target), { recursive: true });
    if (below === undefined) writeFileSync(target, code);
    else {
      const lines = readFileSync(target, "utf8").split("\n");
      const at = lines.indexOf(below);
      expect(at, `${file} has the line ${below}`).toBeGreaterThanOrEqual(0);
      writeFileSync(target, lines.toSpliced(at + 1, 0, code.replace(/\n$/, "")).join("\n"));
    }
  }
});

afterAll(() => rmSync(house, { recursive: true, force: true }));

test("what the page says to write builds, and the tests of the house hold it", () => {
  const built = node("scripts/build.mjs");
  expect(built.status, built.output).toBe(0);
  expect(
    failures(
      ...["test/docs.test.ts", "test/dts.test.ts", "test/layers.test.ts", "test/optim/rules.test.ts"],
      ...["test/nn/gradients.long.test.ts", "test/theory/check-descent.test.ts"],
    ),
  ).toEqual([]);
});

test("the test that the page names asks for the trajectories that are missing, and for no others", () => {
  const [trajectory, ...others] = failures("test/golden/complete.test.ts");
  expect(others).toEqual([]);
  expect(trajectory).toContain("expected [ 'elu', 'signDescent' ] to deeply equal []");
});
