// Stryker switches mutants in the thread of the tests, from a file's first hook on, and sees what a test itself reaches. This
// extends both: to what a file does outside its tests (it opens a session, reads data) and to the workers and processes that it
// starts, which inherit the active mutant by the environment. What is reached in this way counts for each test of the file.
import { existsSync, mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, inject } from "vitest";

interface Stryker {
  activeMutant?: string;
  currentTestId?: string;
  mutantCoverage?: { static: Record<string, number>; perTest: Record<string, Record<string, number>> };
}

const stryker = () => (globalThis as { __stryker__?: Stryker }).__stryker__;
const provided = inject as (name: string) => string | undefined;

if (provided("mode") === "mutant") {
  const mutant = provided("activeMutant")!;
  stryker()!.activeMutant = mutant;
  process.env.__STRYKER_ACTIVE_MUTANT__ = mutant;
} else {
  const file = join(mkdtempSync(join(tmpdir(), "mutate-")), "reached");
  process.env.NABLAB_REACHED = file;
  const tests = new Set<string>();
  beforeEach(() => {
    const id = stryker()?.currentTestId;
    if (id !== undefined) tests.add(id);
  });
  afterAll(() => {
    const coverage = (stryker()!.mutantCoverage ??= { static: {}, perTest: {} });
    const elsewhere = existsSync(file) ? new Set(readFileSync(file, "utf8").trim().split("\n")) : [];
    // Far above what a test counts: Stryker takes a hundred times the count for an endless loop.
    for (const mutant of elsewhere) coverage.static[mutant] = 1e9;
    for (const test of tests) {
      const counts = (coverage.perTest[test] ??= {});
      for (const [mutant, count] of Object.entries(coverage.static))
        counts[mutant] = (counts[mutant] ?? 0) + count;
    }
    // Stryker runs all tests of all files for what it finds here.
    coverage.static = {};
  });
}
