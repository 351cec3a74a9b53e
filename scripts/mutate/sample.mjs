// Selects the mutants of the sample. Stryker tries all mutants or those of given lines; this checker, the last step before a
// mutant runs, rejects those outside the sample. Each that was tried is passed on at once.
import { readFileSync } from "node:fs";
import { CheckStatus } from "@stryker-mutator/api/check";
import { declareFactoryPlugin, PluginKind } from "@stryker-mutator/api/plugin";

/** @import { CheckResult } from "@stryker-mutator/api/check" */
/** @import { Mutant, MutantResult } from "@stryker-mutator/api/core" */

/** A unique key of a mutant, its place and its replacement, independent of the folder that it was copied to. */
export function keyOf(
  /** @type {Mutant} */ { fileName, location: { start, end }, mutatorName, replacement },
) {
  const file = fileName
    .split("\\")
    .join("/")
    .replace(/^.*(?=dist\/)/, "");
  return `${file}:${start.line}:${start.column}-${end.line}:${end.column} ${mutatorName} ${replacement}`;
}

class Sample {
  /** @type {Set<string>} */
  #keys = new Set();

  async init() {
    this.#keys = new Set(JSON.parse(readFileSync(process.env.NABLAB_MUTANTS ?? "", "utf8")));
  }

  async check(/** @type {Mutant[]} */ mutants) {
    /** @type {Record<string, CheckResult>} */
    const results = {};
    for (const mutant of mutants) {
      results[mutant.id] = this.#keys.has(keyOf(mutant))
        ? { status: CheckStatus.Passed }
        : { status: CheckStatus.CompileError, reason: "not in the sample" };
    }
    return results;
  }

  async group(/** @type {Mutant[]} */ mutants) {
    return [mutants.map(({ id }) => id)];
  }
}

/** Called with each tested mutant. */
export const listener = {
  onMutantTested(/** @type {Readonly<MutantResult>} */ _result) {},
};

export const strykerPlugins = [
  declareFactoryPlugin(PluginKind.Checker, "sample", () => new Sample()),
  declareFactoryPlugin(PluginKind.Reporter, "sample", () => ({
    onMutantTested: (/** @type {Readonly<MutantResult>} */ result) => listener.onMutantTested(result),
  })),
];
