/** Typesets one-line mathematics for figures. */

/**
 * Raises exponents and uses proper minus signs: `k^-1.5` as k<sup>−1.5</sup>, `(-2, 1)` as (−2, 1). An exponent ends with its
 * number or letters; a compound one needs parentheses or braces, `2^(k−1)`.
 */
export function typeset(text: string): string {
  return text
    .replace(/(^|[\s([,=|^·×])-(?=[\d.])/g, "$1−")
    .replace(
      /\^(?:[{(]([^{}()]+)[})]|(−?(?:\d+(?:\.\d+)?|\p{L}+)))/gu,
      (_, group = "", plain = "") => `<sup>${(group || plain).replace(/^-/, "−")}</sup>`,
    );
}
