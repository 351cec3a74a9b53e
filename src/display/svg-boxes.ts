/**
 * Bounding boxes of SVG elements, which browsers measure and happy-dom does not: enough for Plotly
 * to place tick labels, legends, titles and colour bars. Text is measured by a table of character widths; the box of a
 * group is the union of its parts' boxes.
 */
import { outline } from "./svg-path.js";
import { ascent, descent, textWidth } from "./text-metrics.js";

/** What is read of an element: so little that any DOM has it. */
export interface ElementLike {
  readonly nodeType: number;
  readonly nodeName: string;
  readonly textContent: string | null;
  readonly childNodes: Iterable<ElementLike>;
  readonly parentNode: ElementLike | null;
  getAttribute?(name: string): string | null;
}

/** A box with sides parallel to the axes. */
export interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** The box of an element in its own coordinates, its own `transform` left out; nothing for what draws nothing. */
export function boxOf(node: ElementLike): Box | undefined {
  const number = (name: string) => Number.parseFloat(node.getAttribute?.(name) ?? "") || 0;
  switch (node.nodeName.toLowerCase()) {
    case "text":
      return textBox(node);
    case "g":
    case "svg":
    case "a":
      return union(
        [...node.childNodes].map((child) => transformed(boxOf(child), child.getAttribute?.("transform"))),
      );
    case "rect":
    case "image": {
      const [left, top] = [number("x"), number("y")];
      return { left, top, right: left + number("width"), bottom: top + number("height") };
    }
    case "circle": {
      const [x, y, r] = [number("cx"), number("cy"), number("r")];
      return { left: x - r, top: y - r, right: x + r, bottom: y + r };
    }
    case "path":
      return pathBox(node.getAttribute?.("d") ?? "");
    default:
      return undefined;
  }
}

function union(boxes: (Box | undefined)[]): Box | undefined {
  return boxes.reduce((a, b) => {
    if (a === undefined || b === undefined) return a ?? b;
    return {
      left: Math.min(a.left, b.left),
      top: Math.min(a.top, b.top),
      right: Math.max(a.right, b.right),
      bottom: Math.max(a.bottom, b.bottom),
    };
  }, undefined);
}

/** A box after `translate(…)`, `rotate(…)` and `scale(…)`, in SVG's order: the last one first. */
function transformed(box: Box | undefined, transform: string | null | undefined): Box | undefined {
  if (box === undefined || !transform) return box;
  let corners = [
    [box.left, box.top],
    [box.right, box.top],
    [box.left, box.bottom],
    [box.right, box.bottom],
  ] as [number, number][];
  for (const [, name, list] of [...transform.matchAll(/(\w+)\(([^)]*)\)/g)].reverse()) {
    const [a = 0, b, c = 0] = list!
      .split(/[\s,]+/)
      .filter(Boolean)
      .map(Number) as [number?, number?, number?];
    if (name === "translate") corners = corners.map(([x, y]) => [x + a, y + (b ?? 0)]);
    else if (name === "scale") corners = corners.map(([x, y]) => [x * a, y * (b ?? a)]);
    else if (name === "rotate") {
      const [cos, sin] = [Math.cos((a * Math.PI) / 180), Math.sin((a * Math.PI) / 180)];
      const [cx, cy] = [b ?? 0, c];
      corners = corners.map(([x, y]) => [
        cx + (x - cx) * cos - (y - cy) * sin,
        cy + (x - cx) * sin + (y - cy) * cos,
      ]);
    }
  }
  const xs = corners.map(([x]) => x);
  const ys = corners.map(([, y]) => y);
  return { left: Math.min(...xs), top: Math.min(...ys), right: Math.max(...xs), bottom: Math.max(...ys) };
}

function pathBox(d: string): Box | undefined {
  return union(
    outline(d).flatMap((path) => path.map(([x, y]) => ({ left: x, top: y, right: x, bottom: y }))),
  );
}

function textBox(text: ElementLike): Box | undefined {
  if (!text.textContent) return undefined;
  const size = fontSize(text);
  const lines = [...text.childNodes].filter((child) => child.getAttribute?.("class") === "line");
  const boxes = (lines.length > 0 ? lines : [text]).map((line) => {
    const x = Number.parseFloat(line.getAttribute!("x") ?? text.getAttribute!("x") ?? "0") || 0;
    const y = Number.parseFloat(line.getAttribute!("y") ?? text.getAttribute!("y") ?? "0") || 0;
    const baseline =
      y + ems(line.getAttribute!("dy"), size) + (line === text ? 0 : ems(text.getAttribute!("dy"), size));
    const width = runWidth(line, size, bold(text));
    const anchor = inherited(text, "text-anchor") ?? "start";
    const left = anchor === "middle" ? x - width / 2 : anchor === "end" ? x - width : x;
    return { left, top: baseline - ascent * size, right: left + width, bottom: baseline + descent * size };
  });
  return union(boxes);
}

function runWidth(node: ElementLike, size: number, isBold: boolean): number {
  let width = 0;
  for (const child of node.childNodes) {
    if (child.nodeType === 3) width += textWidth(child.textContent ?? "", size, isBold);
    else if (child.nodeType === 1)
      width += runWidth(child, ownSize(child, size) ?? size, isBold || bold(child));
  }
  return width;
}

const ems = (length: string | null, size: number) =>
  (Number.parseFloat(length ?? "0") || 0) * (length?.endsWith("em") ? size : 1);

function property(node: ElementLike, name: string): string | undefined {
  const style = node.getAttribute?.("style") ?? "";
  const inStyle = new RegExp(`(?:^|;)\\s*${name}\\s*:\\s*([^;!]+)`).exec(style)?.[1]?.trim();
  return inStyle ?? node.getAttribute?.(name) ?? undefined;
}

function inherited(node: ElementLike, name: string): string | undefined {
  for (let at: ElementLike | null = node; at !== null; at = at.parentNode) {
    const value = property(at, name);
    if (value !== undefined) return value;
  }
  return undefined;
}

const bold = (node: ElementLike) => /^(bold|[6-9]00)/.test(property(node, "font-weight") ?? "");

function ownSize(node: ElementLike, parent: number): number | undefined {
  const value = property(node, "font-size");
  if (value === undefined) return undefined;
  const number = Number.parseFloat(value);
  return value.endsWith("%") ? (number / 100) * parent : value.endsWith("em") ? number * parent : number;
}

function fontSize(node: ElementLike): number {
  const value = inherited(node, "font-size");
  return (value !== undefined && Number.parseFloat(value)) || 12;
}
