// Loaded into every process of the tests. It records which mutants are reached by the threads and processes that a test starts:
// by itself, Stryker sees only the thread of the tests.
import { appendFileSync } from "node:fs";

// workers.ts sets it in the thread of the tests, so that what is started later finds it.
const file = process.env.NABLAB_REACHED;

if (file) {
  /** @type {Record<string, number>} */
  const counts = new Proxy(
    {},
    {
      set(target, mutant, count) {
        // At once: a thread that is terminated runs no handler at its end.
        if (!(mutant in target)) appendFileSync(file, `${String(mutant)}\n`);
        return Reflect.set(target, mutant, count);
      },
    },
  );
  Object.assign(globalThis, { __stryker__: { mutantCoverage: { static: counts, perTest: {} } } });
}
