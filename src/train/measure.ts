/**
 * Measurements during a training, and their values in the record.
 */
import { inspect } from "#platform";
import type { Dataset } from "../data/index.js";
import type { Loss, Sequential } from "../nn/index.js";
import type { Run } from "./run.js";

/** The input of a measurement: the current network, and the data and loss of its training. */
export interface Measuring {
  model: Sequential;
  data: Dataset;
  loss: Loss;
  /** The record so far. */
  run: Run;
}

/** The result of a measurement: a number, or one for each layer t = 1, 2, …; undefined if it is skipped. */
export type MeasuredValue = number | readonly number[] | undefined;

/** A measurement taken between epochs, such as `sharpness()`, or with `everySteps` = n after every n steps. */
export interface Measure {
  (at: Measuring): MeasuredValue | Promise<MeasuredValue>;
  readonly everySteps?: number;
}

/** Takes all measurements and adds the values to the record. */
export async function measureAll(measures: Readonly<Record<string, Measure>>, at: Measuring): Promise<void> {
  const { run } = at;
  for (const [name, measure] of Object.entries(measures)) {
    const value = await measure(at);
    if (value === undefined) continue;
    if (typeof value === "number") {
      run.measured[name] = [...(run.measured[name] ?? []), { step: run.steps, value }];
    } else if (Array.isArray(value) && value.every((one) => typeof one === "number")) {
      const before = run.measuredLayers[name] ?? [];
      run.measuredLayers[name] = [...before, { step: run.steps, values: [...value] }];
    } else {
      throw new TypeError(
        `train: measure.${name} must return a number, or a list of them, one for each layer; got ${inspect(value)}`,
      );
    }
  }
}
