/**
 * The width of text where nothing can measure it: for each character the advance width of Arial (the same as Helvetica's and
 * Liberation Sans's) or of DejaVu Sans, whichever is wider. Figures are drawn in one of these fonts, and DejaVu,
 * which Linux substitutes for Arial, is wider by up to a sixth: a layout for the wider one fits both.
 */

// Thousandths of the font size, for blocks of consecutive characters.
const blocks: readonly (readonly [first: number, widths: readonly number[]])[] = [
  [
    0x20, // space … ~
    [
      318, 401, 460, 838, 636, 950, 780, 275, 390, 390, 500, 838, 318, 361, 318, 337, 636, 636, 636, 636, 636,
      636, 636, 636, 636, 636, 337, 337, 838, 838, 838, 556, 1015, 684, 686, 722, 770, 667, 611, 778, 752,
      295, 500, 667, 557, 863, 748, 787, 667, 787, 722, 667, 611, 732, 684, 989, 685, 667, 685, 390, 337, 390,
      838, 556, 500, 613, 635, 550, 635, 615, 352, 635, 634, 278, 278, 579, 278, 974, 634, 612, 635, 635, 411,
      521, 392, 634, 592, 818, 592, 592, 525, 636, 337, 636, 838,
    ],
  ],
  [
    0xa0, // no-break space … ÿ
    [
      318, 401, 636, 636, 636, 636, 337, 556, 500, 1000, 471, 612, 838, 361, 1000, 552, 500, 838, 401, 401,
      500, 636, 636, 318, 500, 401, 471, 612, 969, 969, 969, 611, 684, 684, 684, 684, 684, 684, 1000, 722,
      667, 667, 667, 667, 295, 295, 295, 295, 775, 748, 787, 787, 787, 787, 787, 838, 787, 732, 732, 732, 732,
      667, 667, 630, 613, 613, 613, 613, 613, 613, 982, 550, 615, 615, 615, 615, 278, 278, 278, 278, 612, 634,
      612, 612, 612, 612, 612, 838, 612, 634, 634, 634, 634, 592, 635, 592,
    ],
  ],
  [
    0x391, // Α … ω
    [
      684, 686, 557, 684, 667, 685, 752, 787, 295, 667, 684, 863, 748, 650, 787, 752, 667, 667, 632, 611, 667,
      798, 685, 835, 764, 295, 667, 659, 541, 634, 338, 579, 659, 638, 592, 612, 541, 544, 634, 612, 338, 589,
      592, 636, 559, 558, 612, 690, 635, 587, 634, 602, 579, 660, 578, 713, 837,
    ],
  ],
  [
    0x2070, // ⁰ … ₜ
    [
      401, 179, 401, 401, 401, 401, 401, 401, 401, 401, 528, 528, 528, 246, 246, 398, 401, 401, 401, 401, 401,
      401, 401, 401, 401, 401, 528, 528, 528, 246, 246, 401, 392, 417, 414, 444, 417, 404, 426, 166, 623, 398,
      428, 373, 295,
    ],
  ],
];

/** How far the letters of a line reach above its baseline, in font sizes. */
export const ascent = 0.93;

/** How far they reach below it. */
export const descent = 0.24;

/** The width of one line of text, in the unit of the font size. */
export function textWidth(text: string, fontSize: number, bold = false): number {
  let thousandths = 0;
  for (const character of text) thousandths += widthOf(character);
  return (thousandths / 1000) * fontSize * (bold ? 1.13 : 1);
}

function widthOf(character: string): number {
  const code = character.codePointAt(0)!;
  for (const [first, widths] of blocks) {
    if (code >= first && code < first + widths.length) return widths[code - first]!;
  }
  if (/[\p{M}\p{Cf}\p{Cc}]/u.test(character)) return 0; // accents, zero-width spaces
  if (/[\u1d2c-\u1d6a\u2c7c]/u.test(character)) return 430; // ᵏ, ᵢ
  if (code !== 0x2014 && code >= 0x2010 && code <= 0x201f) return 640; // dashes and quotation marks
  if (
    /[\u2014\u2026\u2190-\u21ff\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}]/u.test(
      character,
    )
  )
    return 1000;
  if (code >= 0x1f000) return 1300; // emoji
  return 840; // mathematical signs
}
