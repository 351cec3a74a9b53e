/**
 * Checks that a network, data and a loss fit together, before anything is computed.
 */
import { inspect } from "#platform";
import type { Dataset } from "../data/index.js";
import { requireSymbols } from "../nn/embedding.js";
import { type Loss, Sequential } from "../nn/index.js";
import type { Rule } from "../optim/index.js";

/** Throws a TypeError for an invalid network, dataset or loss, and a RangeError when they do not fit. */
export function checkFits(who: string, model: Sequential, data: Dataset, loss: Loss): void {
  checkNetwork(who, model);
  checkData(who, data);
  checkHas(who, "loss", "a loss", loss, ["value", "gradient", "perSample"], "crossEntropy()");
  if (loss.sampleWeights) {
    throw new RangeError(
      `${who}: the weights of a weighted loss are tied to the order of the samples, which batches change; give the weights to the data, dataset({ x, y, weights }), got ${loss}`,
    );
  }
  if (data.features !== model.inputs) {
    throw new RangeError(
      `${who}: the samples of ${data.name} have ${data.features} entries but the network takes ${model.inputs}; the first layer should be dense(${data.features}, …)`,
    );
  }
  requireSymbols(model.layers[0]!, data);
  checkReadout(who, model, loss);
  const wants = loss.accepts === "labels or probabilities" ? "labels" : loss.accepts;
  // Several targets may be probabilities, which the loss checks itself.
  const mayBeProbabilities = loss.accepts === "labels or probabilities" && data.outputs > 1;
  if (wants && wants !== data.kind && !mayBeProbabilities) {
    const advice =
      wants === "labels"
        ? `take squaredError(), or make it with labels, dataset({ x, y, ${labelOptions(data)} })`
        : "take crossEntropy(), or make the labels targets, data.oneHot()";
    const has = data.kind === "labels" ? "labels" : "targets";
    throw new RangeError(`${who}: ${loss.name}() needs ${wants} but ${data.name} has ${has}; ${advice}`);
  }
  // One output can separate two classes.
  const isYesOrNo = loss.oneOutput && data.kind === "labels" && data.outputs === 2;
  const outputs = isYesOrNo ? 1 : data.outputs;
  if (outputs !== model.outputs) {
    const targets = data.outputs === 1 ? "target" : "targets";
    const what = data.kind === "labels" ? "classes" : `${targets} for each sample`;
    const hint =
      data.kind === "targets" && data.outputs === 1 && mayBeLabels(data)
        ? `; if they are labels, say so: dataset({ x, y, ${labelOptions(data)} })`
        : "";
    throw new RangeError(
      `${who}: ${data.name} has ${data.outputs} ${what} but the network has ${model.outputs} outputs; the last layer should be dense(…, ${outputs})${hint}`,
    );
  }
}

/** Throws if the network outputs probabilities to a loss that applies softmax or sigmoid itself: it would train badly. */
function checkReadout(who: string, { layers }: Sequential, loss: Loss): void {
  const last = layers.at(-1)!;
  const own = loss.brings;
  if (own === undefined || !["softmax", "sigmoid"].includes(last.kind)) return;
  throw new RangeError(
    `${who}: ${loss.name}() brings its own ${own}, so the last layer must be dense; leave out the last, or take squaredError(); it is ${last}`,
  );
}

/** Whether targets look like labels: few distinct whole numbers for many samples, or 0 and 1. */
const mayBeLabels = ({ y }: Dataset): boolean =>
  y.every((value) => Number.isInteger(value) && value >= 0 && value < 256);

/** The options that make a dataset of labels: with as many classes as they name, where they can be labels. */
const labelOptions = (data: Dataset): string =>
  mayBeLabels(data)
    ? `classes: ${Array.from(data.y).reduce((most, label) => Math.max(most, label + 1), 2)}`
    : 'kind: "labels"';

/** Throws a TypeError unless `model` is a network. */
export function checkNetwork(who: string, model: Sequential): void {
  if (model instanceof Sequential) return;
  throw new TypeError(
    `${who}: expected a network such as sequential([dense(784, 10)]) as the first argument, got ${brief(model)}`,
  );
}

/** Throws a TypeError unless `data` is a dataset. */
export function checkData(who: string, data: Dataset): void {
  if (typeof data?.batch === "function" && data.size > 0) return;
  let hint = "";
  if (data instanceof Promise) hint = "; did you forget await?";
  else if (data && typeof data === "object" && "train" in data) hint = "; did you mean its .train or .test?";
  throw new TypeError(
    `${who}: expected a dataset such as (await mnist()).train or dataset({ x, y })${hint}, got ${brief(data)}`,
  );
}

/** Throws a TypeError unless `rule` is an update rule. */
export function checkRule(who: string, rule: Rule): void {
  checkHas(who, "rule", "an update rule", rule, ["init", "step", "stepSize"], "sgd({ eta: 0.1 })");
}

function checkHas(
  who: string,
  option: string,
  what: string,
  value: object,
  methods: string[],
  example: string,
): void {
  const missing = methods.filter((method) => typeof (value as never)?.[method] !== "function");
  if (missing.length === 0) return;
  let hint = "";
  if (typeof value === "function") hint = "; did you forget the brackets ()?";
  else if (value && typeof value === "object")
    hint = `, with ${methods.join(", ")}; missing: ${missing.join(", ")}`;
  throw new TypeError(`${who}: ${option} must be ${what} such as ${example}${hint}, got ${brief(value)}`);
}

const brief = (value: unknown): string => inspect(value, { depth: 0, breakLength: Number.POSITIVE_INFINITY });
