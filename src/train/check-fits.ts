/**
 * Whether a network, some data and a loss fit together, said before anything is computed.
 */
import type { Dataset } from "../data/index.js";
import type { Loss, Sequential } from "../nn/index.js";

/** Throws a RangeError that says what does not fit, and the likely fix. */
export function checkFits(who: string, model: Sequential, data: Dataset, loss: Loss): void {
  if (data.features !== model.inputs) {
    throw new RangeError(
      `${who}: the samples of ${data.name} have ${data.features} entries but the network takes ${model.inputs}; the first layer should be dense(${data.features}, …)`,
    );
  }
  if (loss.name === "crossEntropy" && data.kind !== "labels") {
    throw new RangeError(
      `${who}: crossEntropy() needs labels but ${data.name} has targets; take squaredError(), or make the dataset with classes`,
    );
  }
  if (loss.name === "squaredError" && data.kind !== "targets") {
    throw new RangeError(
      `${who}: squaredError() needs targets but ${data.name} has labels; take crossEntropy()`,
    );
  }
  if (data.outputs !== model.outputs) {
    const what = data.kind === "labels" ? "classes" : "targets for each sample";
    throw new RangeError(
      `${who}: ${data.name} has ${data.outputs} ${what} but the network has ${model.outputs} outputs; the last layer should be dense(…, ${data.outputs})`,
    );
  }
}
