/**
 * JSON without lone surrogates. JavaScript strings can end within a surrogate pair, which JSON writes as `\ud83d`; other
 * languages can read but not write it, so a notebook that contains it could not be saved.
 */

/** Replaces each lone surrogate in JSON by `\ufffd`, the replacement character. */
export const wellFormedJson = (json: string): string =>
  json.includes("\\ud") || json.includes("\\uD")
    ? json.replace(
        /\\(?:u(d[89ab][\da-f]{2})(\\ud[c-f][\da-f]{2})?|u(d[c-f][\da-f]{2})|[\s\S])/gi,
        (all, high?: string, low?: string, alone?: string) => ((high && !low) || alone ? "\\ufffd" : all),
      )
    : json;
