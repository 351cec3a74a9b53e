// Stryker sees and switches mutants in the thread of the tests. This extends both to the workers and processes that a test
// starts: they inherit the active mutant by the environment, and what they reach (reached.mjs) counts as reached by each test
// of the file.
import { existsSync, mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, inject } from "vitest";

interface Stryker {
  activeMutant?: string;
  currentTestId?: string;
  mutantCoverage?: { static: Record<string, number>; perTest: Record<string, Record<string, number>> };
}

const stryker = () => (globalThis as { __stryker__?: Stryker }).__stryker__;

if ((inject as (name: string) => unknown)("mode") === "mutant") {
  const announce = () => {
    const mutant = stryker()?.activeMutant;
    if (mutant !== undefined) process.env.__STRYKER_ACTIVE_MUTANT__ = mutant;
  };
  announce();
  beforeAll(announce);
} else {
  const file = join(mkdtempSync(join(tmpdir(), "mutate-")), "reached");
  process.env.NABLAB_REACHED = file;
  const tests = new Set<string>();
  beforeEach(() => {
    const id = stryker()?.currentTestId;
    if (id !== undefined) tests.add(id);
  });
  afterAll(() => {
    if (!existsSync(file)) return;
    const { perTest } = (stryker()!.mutantCoverage ??= { static: {}, perTest: {} });
    for (const mutant of new Set(readFileSync(file, "utf8").trim().split("\n"))) {
      for (const test of tests) {
        const counts = (perTest[test] ??= {});
        // Far above what a test counts: Stryker takes a hundred times the count for an endless loop.
        counts[mutant] = (counts[mutant] ?? 0) + 1e9;
      }
    }
  });
}
