/**
 * How wide text is in a font of this page.
 */
import type { Measure } from "../dist/display/wrap.js";

const context = document.createElement("canvas").getContext("2d")!;
const known = new Map<string, number>();

/** Measures text in a font family, and remembers what it has measured. */
export function measureIn(family: string): Measure {
  return (text, size, bold) => {
    const font = `${bold ? "bold " : ""}${size}px ${family}`;
    const key = `${font}|${text}`;
    let width = known.get(key);
    if (width === undefined) {
      if (known.size > 5000) known.clear();
      context.font = font;
      width = context.measureText(text).width;
      known.set(key, width);
    }
    return width;
  };
}
