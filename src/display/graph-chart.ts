/**
 * Nodes and arrows: a network, or a computational graph with the values that flow through it.
 */
import { optionsOf } from "../options/options-of.js";
import { plainTitle } from "./describe.js";
import { Figure, type Layout } from "./figure.js";
import { colourOf, withOpacity } from "./palette.js";
import { typeset } from "./typeset.js";

/** One node of a graph. */
export interface GraphNode {
  /** Its name, by which arrows find it; shown in it unless it has a label. */
  name: string;
  /** What stands in it: short, such as `×` or `z₁`. */
  label?: string;
  /** Where it is, from left to right. */
  x: number;
  /** Where it is, from bottom to top. */
  y: number;
  /** What stands above it, such as its value; `<br>` breaks lines. */
  above?: string;
  /** What stands below it, such as the derivative with respect to it. */
  below?: string;
  /** Number of its colour in {@link palette}; without it grey. */
  colour?: number;
}

/** One arrow of a graph. */
export interface GraphEdge {
  /** The name of the node where it begins. */
  from: string;
  /** The name of the node to which it points. */
  to: string;
  /** What stands beside it. */
  label?: string;
  /** Number of its colour in {@link palette}; without it grey. */
  colour?: number;
}

/** What a graph shows. */
export interface GraphChartOptions {
  title: string;
  nodes: readonly GraphNode[];
  edges: readonly GraphEdge[];
  /** The diameter of a node, in pixels; 44. */
  size?: number;
  /** The height of the chart, in pixels; 320. */
  height?: number;
  /** A line under the title. */
  note?: string;
  /** What it shows, in words; by default each arrow, and what stands at each node. */
  alt?: string;
}

const grey = "rgba(128,128,128,0.9)";

/**
 * Draws nodes and arrows.
 *
 * @throws RangeError when two nodes have one name, or an arrow names a node that is not there
 * @example
 * graphChart({
 *   title: "A product", nodes: [{ name: "a", x: 0, y: 1, above: "2" }, { name: "b", x: 0, y: 0, above: "3" }, { name: "ab", x: 1, y: 0.5, above: "6" }],
 *   edges: [{ from: "a", to: "ab" }, { from: "b", to: "ab" }],
 * })
 * // A product
 * // a (2), b (3), ab (6)
 * // a → ab, b → ab
 */
export function graphChart(options: GraphChartOptions): Figure {
  const {
    title,
    nodes,
    edges,
    size = 44,
    height = 320,
    note,
    alt,
  } = optionsOf("graphChart", options, ["title", "nodes", "edges", "size", "height", "note", "alt"]);
  const byName = new Map(nodes.map((node) => [node.name, node]));
  if (byName.size < nodes.length) {
    const twice = nodes.find(({ name }, i) => nodes.findIndex((node) => node.name === name) < i);
    throw new RangeError(`graphChart: each node needs a unique name, got two named "${twice?.name}"`);
  }
  const at = (name: string): GraphNode => {
    const node = byName.get(name);
    if (node) return node;
    throw new RangeError(`graphChart: an arrow leads from or to a node that is not there: "${name}"`);
  };
  const colour = (number: number | undefined) => (number === undefined ? grey : colourOf(number));
  // Text without a colour is as dark as that of the page.
  const ink = (number: number | undefined) => number !== undefined && { font: { color: colourOf(number) } };
  /** Beside a node; several lines grow away from it. */
  const written = (node: GraphNode, text: string | undefined, side: 1 | -1): Layout[] => {
    const away = { yshift: side * (size / 2 + 2), yanchor: side > 0 ? "bottom" : "top" };
    return text
      ? [{ ...place(node), ...away, text: typeset(text), showarrow: false, ...ink(node.colour) }]
      : [];
  };
  const arrows = edges.map(({ from, to, colour: number }): Layout => {
    const [tail, head] = [at(from), at(to)];
    const ends = {
      x: head.x,
      y: head.y,
      ax: tail.x,
      ay: tail.y,
      xref: "x",
      yref: "y",
      axref: "x",
      ayref: "y",
    };
    const line = { arrowcolor: colour(number), arrowwidth: number === undefined ? 1 : 2.5, arrowhead: 2 };
    return { ...ends, ...line, standoff: size / 2 + 2, startstandoff: size / 2, showarrow: true, text: "" };
  });
  const labels = edges.flatMap(({ from, to, label, colour: number }): Layout[] => {
    if (!label) return [];
    const middle = { x: (at(from).x + at(to).x) / 2, y: (at(from).y + at(to).y) / 2 };
    return [{ ...place(middle), text: typeset(label), yshift: 11, showarrow: false, ...ink(number) }];
  });
  const around = nodes.flatMap((node) => [...written(node, node.above, 1), ...written(node, node.below, -1)]);
  const [x, y] = [nodes.map((node) => node.x), nodes.map((node) => node.y)];
  const colours = nodes.map((node) => colour(node.colour));
  return new Figure({
    data: [
      {
        type: "scatter",
        mode: "markers+text",
        showlegend: false,
        hoverinfo: "skip",
        x,
        y,
        text: nodes.map(({ name, label = name }) => label),
        textposition: "middle center",
        marker: {
          size,
          color: nodes.map((node) =>
            node.colour === undefined ? "rgba(128,128,128,0.15)" : withOpacity(colourOf(node.colour), 0.25),
          ),
          line: { color: colours, width: 1.5 },
        },
      },
    ],
    layout: {
      showlegend: false,
      xaxis: { visible: false, range: spread(x), fixedrange: true },
      yaxis: { visible: false, range: spread(y), fixedrange: true },
      annotations: [...arrows, ...labels, ...around],
    },
    fit: {
      title: typeset(title),
      ...(note && { note: typeset(note) }),
      plot: height - 60,
      // What stands at a node is about as wide as a short number.
      least: Math.min(1200, 76 * new Set(x).size),
      margin: { l: 12, r: 12, b: 12 },
    },
    alt: alt ?? describe(title, note, nodes, edges),
  });
}

const place = ({ x, y }: { x: number; y: number }): Layout => ({ x, y, xref: "x", yref: "y" });

/** A range with room for half a node on both sides. */
function spread(values: readonly number[]): [number, number] {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const room = Math.max(0.4, 0.12 * (high - low));
  return [low - room, high + room];
}

function describe(
  title: string,
  note: string | undefined,
  nodes: readonly GraphNode[],
  edges: readonly GraphEdge[],
): string {
  const words = nodes.map(({ name, label = name, above, below }) => {
    const beside = [above, below].filter((text) => text).join("; ");
    return plainTitle(beside ? `${label} (${beside})` : label);
  });
  const arrows = edges.map(({ from, to, label }) =>
    plainTitle(`${from} → ${to}${label ? ` (${label})` : ""}`),
  );
  const heading = note ? `${plainTitle(title)} (${plainTitle(note)})` : plainTitle(title);
  return [heading, words.join(", "), arrows.join(", ")].filter((line) => line !== "").join("\n");
}
