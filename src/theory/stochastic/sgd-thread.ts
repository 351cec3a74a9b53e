/**
 * A thread that runs paths of stochastic gradient descent: it rebuilds objective and rule from their descriptions, then
 * claims paths one after another until none is left.
 */
import { onParentMessage, postToParent } from "#platform";
import type { Rule, StepSize } from "../../optim/index.js";
import * as theory from "../index.js";
import { makeAgain } from "../objectives/made.js";
import type { StochasticObjective } from "../objectives/stochastic-objective.js";
import { type RuleData, ruleMakers, runPaths, type SgdJob } from "./sgd-job.js";

/** The rule that the data describe. */
function ruleFrom({ name, options }: RuleData): Rule {
  const made = Object.entries(options).map(([option, value]): [string, StepSize] => [
    option,
    typeof value === "number" ? value : (k: number) => value[k - 1]!,
  ]);
  return ruleMakers[name]!(Object.fromEntries(made));
}

onParentMessage((job: SgdJob) => {
  runPaths(makeAgain(theory, job.F) as StochasticObjective, ruleFrom(job.rule), job);
  postToParent("done");
});
