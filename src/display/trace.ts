/**
 * The parts of a Plotly figure that both the code that makes figures and the code that draws them use.
 */

/** One trace of a Plotly figure: see Plotly's reference for its attributes. */
export type Trace = Readonly<Record<string, unknown>>;

/** A Plotly layout: see Plotly's reference for its attributes. */
export type Layout = Readonly<Record<string, unknown>>;

/** The size of a static image, in pixels. */
export interface ImageSize {
  width?: number;
  height?: number;
}
