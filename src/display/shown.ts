/**
 * The smallest value that shows itself: a bundle behind the display symbol. `console.log` of it prints
 * its text, so that it reads well in a plain script too.
 */

import { inspect } from "#platform";
import { type Displayable, displaySymbol, type MimeBundle } from "./bundle.js";
import { printing } from "./host.js";

/** A value that shows itself as `contents()`, called at each display. */
export function shown(
  text: string,
  contents: () => Record<string, unknown> | Promise<Record<string, unknown>>,
): Displayable {
  const value = {
    [displaySymbol]: async (): Promise<MimeBundle> => ({ ...(await contents()), "text/plain": text }),
    [inspect.custom]: () => printing(value, text),
  } as Displayable;
  return value;
}
