// Stryker activates a mutant in the thread of the tests; this passes it to workers, which inherit the environment.
import { beforeAll } from "vitest";

const stryker = () => (globalThis as { __stryker__?: { activeMutant?: string } }).__stryker__;

function announce(): void {
  const mutant = stryker()?.activeMutant;
  if (mutant !== undefined) process.env.__STRYKER_ACTIVE_MUTANT__ = mutant;
}

announce();
beforeAll(announce);
