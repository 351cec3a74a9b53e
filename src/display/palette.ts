/**
 * The colours of series: Okabe and Ito's set, which readers with any of the common colour-vision
 * deficiencies can distinguish. Its black and its yellow are replaced (grey, dark olive): a figure is read
 * on white and on JupyterLab's dark theme, and each of these has a contrast of at least 2 : 1 on both.
 */

/**
 * Eight colour-blind safe colours, readable on light and dark ground, in the order in which series take them.
 *
 * @example
 * palette[0] // "#0072B2"
 * @see M. Okabe, K. Ito, Color Universal Design (2008).
 */
export const palette: readonly string[] = Object.freeze([
  "#0072B2", // blue
  "#D55E00", // vermillion
  "#009E73", // bluish green
  "#CC79A7", // reddish purple
  "#E69F00", // orange
  "#56B4E9", // sky blue
  "#8A8A8A", // grey, for black
  "#A69F00", // dark olive, for yellow
]);

/** The colour of series number `index`; after the last one it starts again. */
export function colourOf(index: number): string {
  return palette[((index % palette.length) + palette.length) % palette.length]!;
}

/** `#rrggbb` with an opacity between 0 and 1, as Plotly wants it. */
export function withOpacity(colour: string, opacity: number): string {
  const channel = (at: number) => Number.parseInt(colour.slice(at, at + 2), 16);
  return `rgba(${channel(1)},${channel(3)},${channel(5)},${opacity})`;
}
