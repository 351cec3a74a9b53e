/**
 * Showing things: charts, tables, images, and the protocol by which any value shows itself.
 */
export type { Axis } from "./axis.js";
export { type Displayable, displaySymbol, isDisplayable, type MimeBundle } from "./bundle.js";
export { type ContourChartOptions, contourChart, type PlanePath, type PlanePoints } from "./contour-chart.js";
export { clearOutput, type DisplayHandle, display } from "./display.js";
export { Figure, type FigureOptions, figure, type ImageSize, type Layout, type Trace } from "./figure.js";
export { type GraphChartOptions, type GraphEdge, type GraphNode, graphChart } from "./graph-chart.js";
export { type HeatMapOptions, heatMap } from "./heat-map.js";
export { type HistogramOptions, histogram } from "./histogram.js";
export { type GridImage, type ImageGridOptions, imageGrid } from "./image-grid.js";
export { type LineChartOptions, lineChart, type Series } from "./line-chart.js";
export { LiveFigure, type LiveFigureOptions, liveFigure } from "./live-figure.js";
export { html, json, latex, markdown, png, svg } from "./mime.js";
export { palette } from "./palette.js";
export { type PanelsOptions, panels } from "./panels.js";
export { type SurfaceChartOptions, surfaceChart } from "./surface-chart.js";
export { table } from "./table.js";
export { toBundle } from "./to-bundle.js";
export {
  type Finding,
  findingText,
  type Judged,
  type JudgedOptions,
  judged,
  type Verdict,
  verdictOf,
} from "./verdict.js";
