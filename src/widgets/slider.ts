/**
 * A slider: a number that the reader moves.
 */

import { inspect } from "#platform";
import { type Displayable, displaySymbol, type MimeBundle } from "../display/bundle.js";
import { formatNumber } from "../display/format-number.js";
import { checkFinite, checkNumbers } from "../options/check.js";
import { optionsOf } from "../options/options-of.js";
import { checkListener, type ListenerOptions, Model } from "./model.js";

/** Options of a slider. */
export interface SliderOptions {
  /** The least value. */
  min: number;
  /** The greatest value. */
  max: number;
  /** Where it stands at first; in the middle. */
  value?: number;
  /** What it moves by; a hundredth of the range. With `log` it has a hundred positions and no step. */
  step?: number;
  /** Whether equal distances are equal factors, as for a step size; needs `min` above 0. */
  log?: boolean;
  /** What stands before it. */
  label?: string;
}

/** What a slider is made with. */
export type SliderState = {
  value: number;
  min: number;
  max: number;
  step: number;
  log: boolean;
  label: string;
};

/** A number that the reader moves; made by {@link slider}. Shows itself. */
export class Slider implements Displayable {
  readonly #model: Model<SliderState>;

  /** For {@link slider}. */
  constructor(state: SliderState) {
    const accept = ({ value }: Record<string, unknown>): Partial<SliderState> =>
      typeof value === "number" && value >= state.min && value <= state.max ? { value } : {};
    const describe = ({ label, min, max, value }: SliderState): string =>
      `${label || "slider"} = ${formatNumber(value)}, from ${formatNumber(min)} to ${formatNumber(max)}`;
    this.#model = new Model({ program, state, describe, accept });
  }

  /** Where it stands; setting it moves it. */
  get value(): number {
    return this.#model.state.value;
  }

  set value(value: number) {
    const { min, max } = this.#model.state;
    checkInside("value", value, min, max);
    this.#model.set({ value });
  }

  /**
   * Calls back with the new value whenever the reader has moved it, until the signal aborts.
   */
  onChange(listener: (value: number) => void, options?: ListenerOptions): void {
    checkListener(listener);
    this.#model.onChange(({ value }) => listener(value), options);
  }

  [displaySymbol](): MimeBundle {
    return this.#model.bundle();
  }
}

/**
 * A slider, shown when it is the value of a cell; `value` and `onChange` report the reader's choice to
 * TypeScript. Without a front end (`nablab run`, a page) it shows its current value.
 *
 * @param options the range, the first value, and whether it is logarithmic
 * @throws RangeError when the range is empty, a value is outside of it, or `log` comes with a `min` that is not above 0
 * @example
 * const eta = slider({ min: 1e-3, max: 10, log: true, label: "η" });
 * eta.onChange((value) => console.log(value));
 * eta.value // → 0.1
 */
export function slider(options: SliderOptions): Slider {
  const {
    min,
    max,
    value,
    step,
    log = false,
    label = "",
  } = optionsOf("slider", options, ["min", "max", "value", "step", "log", "label"]);
  checkFinite("slider", { min, max });
  if (min >= max) throw new RangeError(`slider: min must be below max, got ${min} and ${max}`);
  if (log) checkNumbers("slider", { min }, (value) => value > 0, "> 0 with log");
  const middle = log ? Number(Math.sqrt(min * max).toPrecision(12)) : (min + max) / 2;
  const state = {
    value: value ?? middle,
    min,
    max,
    step: step ?? (max - min) / 100,
    log,
    label: String(label),
  };
  checkInside("value", state.value, min, max);
  const fits = (size: number) => size > 0 && size <= max - min;
  checkNumbers("slider", { step: state.step }, fits, `> 0 and at most ${max - min}`);
  return new Slider(state);
}

function checkInside(name: string, value: number, min: number, max: number): void {
  if (typeof value === "number" && value >= min && value <= max) return;
  throw new RangeError(`slider: ${name} must be a number from ${min} to ${max}, got ${inspect(value)}`);
}

/** Draws it, as anywidget loads it. */
export const program = `
export default {
  render({ model, el }) {
    const { min, max, step, log } = Object.fromEntries(["min", "max", "step", "log"].map((key) => [key, model.get(key)]));
    const row = document.createElement("label");
    row.className = "nablab-widget";
    const name = document.createElement("span");
    name.textContent = model.get("label");
    const input = Object.assign(document.createElement("input"), { type: "range" });
    input.dataset.lmSuppressShortcuts = "true"; // arrows move the slider, not the notebook
    const output = document.createElement("output");
    const positions = 100;
    Object.assign(input, log ? { min: 0, max: positions, step: 1 } : { min, max, step });
    const toValue = (position) =>
      log ? Number((min * (max / min) ** (position / positions)).toPrecision(3)) : Number(position);
    const toPosition = (value) => (log ? (positions * Math.log(value / min)) / Math.log(max / min) : value);
    const show = () => {
      const value = model.get("value");
      input.value = toPosition(value);
      output.textContent = Number(value.toPrecision(4));
      input.setAttribute("aria-valuetext", output.textContent);
    };
    const moved = () => {
      model.set("value", Math.min(max, Math.max(min, toValue(input.value))));
      model.save_changes();
    };
    input.addEventListener("input", moved);
    model.on("change:value", show);
    show();
    row.append(name, input, output);
    el.append(row);
    return () => model.off("change:value", show);
  },
};
`;
