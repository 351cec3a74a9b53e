/**
 * A dropdown: one of some values, which the reader chooses.
 */
import { inspect } from "#platform";
import { type Displayable, displaySymbol, type MimeBundle } from "../display/bundle.js";
import { optionsOf } from "../options/options-of.js";
import { checkListener, type ListenerOptions, Model } from "./model.js";

/** How a dropdown is made. */
export interface DropdownOptions<T> {
  /** What can be chosen; each is listed as its text. */
  options: readonly T[];
  /** What is chosen at first; the first of the options. */
  value?: T;
  /** What stands before it. */
  label?: string;
}

type State = { index: number; names: readonly string[]; label: string };

/** One of some values, which the reader chooses; made by {@link dropdown}. Shows itself. */
export class Dropdown<T> implements Displayable {
  readonly #options: readonly T[];
  readonly #model: Model<State>;

  /** For {@link dropdown}. */
  constructor(options: readonly T[], index: number, label: string) {
    this.#options = [...options];
    const accept = ({ index }: Record<string, unknown>): Partial<State> =>
      Number.isInteger(index) && (index as number) >= 0 && (index as number) < options.length
        ? { index: index as number }
        : {};
    const describe = ({ index, label, names }: State): string => {
      const list = names.join(names.some((name) => name.includes(",")) ? "; " : ", ");
      return `${label || "choice"}: ${names[index]} (${index + 1} of ${names.length}: ${list})`;
    };
    this.#model = new Model({
      program,
      state: { index, names: options.map(String), label },
      describe,
      accept,
    });
  }

  /** What is chosen; setting it chooses. */
  get value(): T {
    return this.#options[this.#model.state.index] as T;
  }

  set value(value: T) {
    this.#model.set({ index: indexOf(this.#options, value) });
  }

  /**
   * Calls back with the chosen value whenever the reader chooses one, until the signal aborts.
   */
  onChange(listener: (value: T) => void, options?: ListenerOptions): void {
    checkListener(listener);
    this.#model.onChange(() => listener(this.value), options);
  }

  [displaySymbol](): MimeBundle {
    return this.#model.bundle();
  }
}

/**
 * A dropdown, shown when it is the value of a cell.
 *
 * @param settings what can be chosen, and what is at first
 * @throws TypeError when there is nothing to choose from; RangeError when the value is none of the options
 * @example
 * const size = dropdown({ options: [1, 32, 128], value: 32, label: "batch size" });
 * size.value // → 32
 */
export function dropdown<T>(settings: DropdownOptions<T>): Dropdown<T> {
  const { options, label = "", ...first } = optionsOf("dropdown", settings, ["options", "value", "label"]);
  if (!Array.isArray(options) || options.length === 0) {
    throw new TypeError(`dropdown: options must be a list of values to choose from, got ${inspect(options)}`);
  }
  const index = "value" in first ? indexOf(options, first.value as T) : 0;
  return new Dropdown(options, index, String(label));
}

function indexOf<T>(options: readonly T[], value: T): number {
  const index = options.indexOf(value);
  if (index >= 0) return index;
  throw new RangeError(`dropdown: expected one of ${options.map(String).join(", ")}, got ${inspect(value)}`);
}

/** Draws it, as anywidget loads it. */
export const program = `
export default {
  render({ model, el }) {
    const row = document.createElement("label");
    row.className = "nablab-widget";
    const name = document.createElement("span");
    name.textContent = model.get("label");
    const select = document.createElement("select");
    select.dataset.lmSuppressShortcuts = "true"; // arrows choose, and do not move the notebook
    select.append(...model.get("names").map((name) => new Option(name)));
    const show = () => (select.selectedIndex = model.get("index"));
    select.addEventListener("change", () => {
      model.set("index", select.selectedIndex);
      model.save_changes();
    });
    model.on("change:index", show);
    show();
    row.append(name, select);
    el.append(row);
    return () => model.off("change:index", show);
  },
};
`;
