/** Checks that what a cell displays can be stored in a notebook file. */
import { inspect } from "#platform";
import type { MimeBundle } from "../display/bundle.js";

/** The deepest nesting of JSON. Python reads about 900 levels. */
const mostDepth = 500;

/** The types whose content a notebook file may hold as JSON. */
const jsonType = /[/+]json$/;

/** Rejects what a notebook file cannot hold, while the cell that displayed it is known. */
export function checkJson(data: MimeBundle): void {
  for (const [mime, content] of Object.entries(data)) {
    if (typeof content === "string") continue;
    if ((content === null || typeof content !== "object") && content !== undefined && !jsonType.test(mime))
      throw new TypeError(`display: the content for ${mime} must be text, got ${inspect(content)}`);
    let deepest: number;
    try {
      deepest = depthOf(JSON.stringify(content) ?? "");
    } catch (error) {
      throw new TypeError(
        `display: the content for ${mime} must be text or JSON, got ${inspect(content, { depth: 1 })}`,
        { cause: error },
      );
    }
    if (deepest > mostDepth)
      throw new RangeError(
        `display: the content for ${mime} may be nested ${mostDepth} deep, got ${deepest}: other programs read no more`,
      );
  }
}

function depthOf(json: string): number {
  let [depth, deepest] = [0, 0];
  for (const [bracket] of json.matchAll(/"(?:[^"\\]|\\.)*"|[[\]{}]/g)) {
    if (bracket === "[" || bracket === "{") deepest = Math.max(deepest, ++depth);
    else if (bracket === "]" || bracket === "}") depth--;
  }
  return deepest;
}
