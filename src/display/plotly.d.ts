/** The part of Plotly that is used here; the package brings no types. */
declare module "plotly.js-cartesian-dist-min" {
  const plotly: { toImage(figure: object, options: object): Promise<string> };
  export default plotly;
}
