/**
 * A button: something that the reader presses.
 */
import { inspect } from "#platform";
import { type Displayable, displaySymbol, type MimeBundle } from "../display/bundle.js";
import { escapeHtml } from "../display/escape-html.js";
import { checkListener, type ListenerOptions, listen, Model } from "./model.js";

/** Something that the reader presses; made by {@link button}. Shows itself. */
export class Button implements Displayable {
  readonly #model: Model<{ label: string }>;
  readonly #listeners = new Set<() => void>();

  /** For {@link button}. */
  constructor(label: string) {
    this.#model = new Model({
      program,
      state: { label },
      accept: () => ({}),
      onEvent: () => {
        for (const listener of this.#listeners) listener();
      },
    });
  }

  /** What stands on it; setting it changes it. */
  get label(): string {
    return this.#model.state.label;
  }

  set label(label: string) {
    this.#model.set({ label: String(label) });
  }

  /**
   * Calls back whenever the reader presses it, until the signal aborts.
   */
  onClick(listener: () => void, options?: ListenerOptions): void {
    checkListener(listener);
    listen(this.#listeners, listener, options);
  }

  [displaySymbol](): MimeBundle {
    return this.#model.bundle(
      `[ ${this.label} ]`,
      `<p><button disabled>${escapeHtml(this.label)}</button></p>`,
    );
  }
}

/**
 * A button, shown when it is the value of a cell.
 *
 * @param label what stands on it
 * @throws TypeError when the label is no text
 * @example
 * const again = button("Train again");
 * again.onClick(() => console.log("pressed"));
 * again.label // → "Train again"
 */
export function button(label: string): Button {
  if (typeof label !== "string") {
    throw new TypeError(`button: expected a label, got ${inspect(label, { depth: 0 })}`);
  }
  return new Button(label);
}

/** Draws it, as anywidget loads it. */
export const program = `
export default {
  render({ model, el }) {
    const row = document.createElement("div");
    row.className = "nablab-widget";
    const button = Object.assign(document.createElement("button"), { type: "button" });
    button.dataset.lmSuppressShortcuts = "true"; // space presses it, and does not scroll the notebook
    const show = () => (button.textContent = model.get("label"));
    button.addEventListener("click", () => model.send({ event: "click" }));
    model.on("change:label", show);
    show();
    row.append(button);
    el.append(row);
    return () => model.off("change:label", show);
  },
};
`;
