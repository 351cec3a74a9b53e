// Which of the possible mutants are tried. Stryker tries all or those of given lines; a sample is what passes this
// checker, the last step before a mutant runs.
import { readFileSync } from "node:fs";
import { CheckStatus } from "@stryker-mutator/api/check";
import { declareFactoryPlugin, PluginKind } from "@stryker-mutator/api/plugin";

/** @import { CheckResult } from "@stryker-mutator/api/check" */
/** @import { Mutant } from "@stryker-mutator/api/core" */

/** What tells a mutant from all others: where it is and what it becomes, whatever the folder that it was copied to. */
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

export const strykerPlugins = [declareFactoryPlugin(PluginKind.Checker, "sample", () => new Sample())];
