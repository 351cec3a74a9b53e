/** Mathematics typed on one line, as a figure shows it. */

/**
 * Powers raised and minus signs as long as a plus: `k^-1.5` as k<sup>−1.5</sup>, `(-2, 1)` as (−2, 1). A power ends where its number
 * or its letters do; one of several parts stands in parentheses or braces, `2^(k−1)`.
 */
export function typeset(text: string): string {
  return text
    .replace(/(^|[\s([,=|^·×])-(?=[\d.])/g, "$1−")
    .replace(
      /\^(?:[{(]([^{}()]+)[})]|(−?(?:\d+(?:\.\d+)?|\p{L}+)))/gu,
      (_, group = "", plain = "") => `<sup>${(group || plain).replace(/^-/, "−")}</sup>`,
    );
}
