/**
 * Early stopping: decided from the record alone, so that a resumed training decides the same.
 */

import type { Dataset } from "../data/index.js";
import { checkNotNegative, checkOneOf, checkWhole } from "../options/check.js";
import type { EpochRecord } from "./record.js";

/** When to stop early. */
export interface EarlyStopping {
  /** How many epochs without improvement end the training; 3. */
  patience?: number;
  /** The quantity that must improve: the loss on the validation data (the default if there are any), the accuracy on it, or the training loss. */
  by?: "validationLoss" | "accuracy" | "loss";
  /** The smallest improvement that counts; 0. */
  minDelta?: number;
}

/** The options with their defaults; throws if one is invalid. */
export function checkEarlyStopping(
  { patience = 3, minDelta = 0, ...given }: EarlyStopping,
  validation: Pick<Dataset, "kind" | "name"> | undefined,
): Required<EarlyStopping> {
  const by = given.by ?? (validation ? "validationLoss" : "loss");
  checkOneOf("train", { "earlyStopping.by": by }, ["validationLoss", "accuracy", "loss"]);
  if (by !== "loss" && !validation) {
    throw new TypeError(
      `train: earlyStopping by the ${by} needs data to validate on, such as validation: data.test; or use by: "loss"`,
    );
  }
  if (by === "accuracy" && validation!.kind !== "labels") {
    throw new TypeError(
      `train: earlyStopping by the accuracy needs labels, but ${validation!.name} has targets; use by: "validationLoss"`,
    );
  }
  checkWhole("train", { "earlyStopping.patience": patience });
  checkNotNegative("train", { "earlyStopping.minDelta": minDelta });
  return { patience, by, minDelta };
}

/** The number of the best epoch: the first that no later one improves on by more than `minDelta`; 0 before the first. */
export function bestEpoch(
  epochs: readonly EpochRecord[],
  { by, minDelta }: Pick<Required<EarlyStopping>, "by" | "minDelta">,
): number {
  let best = 0;
  let least = Number.POSITIVE_INFINITY;
  for (const record of epochs) {
    const value = by === "accuracy" ? -record.accuracy! : record[by]!;
    if (!(value < least - (best ? minDelta : 0))) continue;
    least = value;
    best = record.epoch;
  }
  return best;
}
