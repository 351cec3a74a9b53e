/**
 * Controls and a picture that follows them.
 *
 * The static image of a figure takes several times as long as the figure. It is therefore drawn only once the controls rest,
 * so that a notebook saved then contains it; while they move the figure is sent without it.
 */
import { inspect, type Timer } from "#platform";
import { displaySymbol, isDisplayable } from "../display/bundle.js";
import { type DisplayHandle, display } from "../display/display.js";
import { withoutImages } from "../display/static-image.js";
import { toBundle } from "../display/to-bundle.js";
import { type DropdownOptions, dropdown } from "./dropdown.js";
import { type SketchOptions, sketch } from "./sketch.js";
import { type SliderOptions, slider } from "./slider.js";

/** A control: a slider for a number, a menu of options, or a sketch. */
export type Control = SliderOptions | DropdownOptions<unknown> | SketchOptions;

/** What controls give: numbers, for menus what their options are, for sketches their pixels. */
export type ControlValues<C extends Record<string, Control>> = {
  [Name in keyof C]: C[Name] extends { options: readonly (infer T)[] }
    ? T
    : C[Name] extends { rows: number }
      ? Uint8Array
      : number;
};

/** After how long without a move controls rest, in ms. */
const rest = 500;

/**
 * Shows controls, and below them the result of a function of their values: first of the initial values, then again
 * whenever the reader moves a control. A control without a label is labelled with its name. While the function is running,
 * newer values wait, and only the last of them are shown. A saved notebook keeps the last picture; without a kernel it
 * stays.
 *
 * A chart (`Figure`), or what is shown as one, such as a descent, follows without its static image, which is added once the
 * controls rest.
 *
 * @param controls for each name the options of a `slider`, of a `dropdown` or of a `sketch`
 * @param draw makes something to show of the values; may be async
 * @returns once the first picture is shown
 * @throws TypeError if `draw` is no function, and what `slider`, `dropdown`, `sketch` and `draw` throw
 * @example
 * const drawn: number[] = [];
 * await interact({ eta: { min: 0, max: 1, value: 0.25 } }, ({ eta }) => drawn.push(eta));
 * drawn // → [ 0.25 ]
 */
export async function interact<const C extends Record<string, Control>>(
  controls: C,
  draw: (values: ControlValues<C>) => unknown,
): Promise<void> {
  if (typeof draw !== "function") {
    throw new TypeError(
      `interact: expected a function that makes a picture, got ${inspect(draw, { depth: 0 })}`,
    );
  }
  const widgets = Object.entries(controls).map(([name, options]) => {
    const labelled = { label: name, ...options };
    if ("options" in labelled) return [name, dropdown(labelled)] as const;
    return [name, "rows" in labelled ? sketch(labelled) : slider(labelled)] as const;
  });
  const picture = async (): Promise<unknown> =>
    draw(Object.fromEntries(widgets.map(([name, { value }]) => [name, value])) as ControlValues<C>);
  for (const [, widget] of widgets) await display(widget);
  const shown: DisplayHandle = await display(await picture());
  let isDrawing = false;
  let isStale = false;
  let timer: Timer | undefined;
  /** Adds the static image, unless a control is moved meanwhile. */
  const complete = async (value: unknown, of: Timer | undefined): Promise<void> => {
    const bundle = await toBundle(value);
    if (timer === of) await shown.update({ [displaySymbol]: () => bundle });
  };
  const follow = async (): Promise<void> => {
    isStale = true;
    clearTimeout(timer);
    timer = undefined;
    if (isDrawing) return;
    isDrawing = true;
    try {
      while (isStale) {
        isStale = false;
        const next = await picture();
        // A list is a page of static images.
        const { result, isOmitted } = isDisplayable(next)
          ? withoutImages(() => toBundle(next))
          : { result: toBundle(next), isOmitted: false };
        const bundle = await result;
        await shown.update({ [displaySymbol]: () => bundle });
        if (!isOmitted || isStale) continue;
        const due = setTimeout(() => void complete(next, due), rest);
        timer = due;
      }
    } finally {
      isDrawing = false;
    }
  };
  for (const [, widget] of widgets) widget.onChange(() => void follow());
}
