/**
 * JSON without halves of characters. JavaScript has strings that end in the middle of one, which JSON writes as `\ud83d`; other
 * languages cannot write what they read then, and a notebook that holds it could not be saved.
 */

/** The same JSON with `\ufffd`, a replacement character, for each half of a character that stands alone. */
export const wellFormedJson = (json: string): string =>
  json.includes("\\ud") || json.includes("\\uD")
    ? json.replace(
        /\\(?:u(d[89ab][\da-f]{2})(\\ud[c-f][\da-f]{2})?|u(d[c-f][\da-f]{2})|[\s\S])/gi,
        (all, high?: string, low?: string, alone?: string) => ((high && !low) || alone ? "\\ufffd" : all),
      )
    : json;
