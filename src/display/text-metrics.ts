/**
 * How much room text takes, without a browser: the advance widths of Helvetica, which Arial and Liberation
 * Sans share, so that what the static image leaves free fits what the reader's machine draws.
 */

// Thousandths of the font size, for the characters 32 … 126 in order.
const ascii = [
  278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556,
  556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278,
  500, 667, 556, 833, 722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469,
  556, 333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556, 556, 556, 333, 500,
  278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584,
];

/** How far the letters of a line reach above its baseline, in font sizes. */
export const ascent = 0.905;

/** How far they reach below it. */
export const descent = 0.212;

/** The width of one line of text, in the unit of the font size. */
export function textWidth(text: string, fontSize: number, bold = false): number {
  let thousandths = 0;
  for (const character of text) thousandths += widthOf(character);
  return (thousandths / 1000) * fontSize * (bold ? 1.06 : 1);
}

function widthOf(character: string): number {
  const code = character.codePointAt(0)!;
  if (code >= 32 && code <= 126) return ascii[code - 32]!;
  if (/[\p{M}\p{Cf}\p{Cc}]/u.test(character)) return 0; // accents, zero-width spaces
  if (/[\u2080-\u2089\u2070-\u2079\u00b9\u00b2\u00b3]/u.test(character)) return 350; // ₀ … ⁹
  if (
    code >= 0x1100 &&
    /[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}\p{Emoji}]/u.test(character)
  )
    return 1000;
  return 600; // Greek, mathematical signs and accented letters: 550 … 650
}
