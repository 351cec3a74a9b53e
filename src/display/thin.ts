/**
 * Long series with fewer points, for the static image: a curve of 60,000 steps on 700 pixels is drawn from
 * 2,000 of them without a visible difference, and its SVG is thirty times smaller.
 */
import type { Layout, Trace } from "./trace.js";

/** How many points of a series the static image draws at most. */
export const mostPoints = 2000;
const mostMarkers = 600; // each is a separate element

/** The traces, long scatter series thinned. */
export function thinned(data: readonly Trace[], layout: Layout): Trace[] {
  return data.map((trace) => {
    const { type = "scatter", x, y, mode = "lines", fill } = trace as Trace & { mode?: string };
    const most = String(mode).includes("markers") ? mostMarkers : mostPoints;
    if (type !== "scatter" || !isList(x) || !isList(y) || y.length <= most || x.length !== y.length)
      return trace;
    if (Object.values(trace).some((value) => value !== x && value !== y && isList(value))) return trace;
    const axis = layout[`xaxis${String(trace.xaxis ?? "x").slice(1)}`] as { type?: string } | undefined;
    const place = axis?.type === "log" ? Math.log : (value: number) => value;
    const kept = fill === "toself" ? everySome(y.length, most) : extremes(x, y, place, most);
    return { ...trace, x: kept.map((i) => x[i]), y: kept.map((i) => y[i]) };
  });
}

const isList = (value: unknown): value is ArrayLike<number> =>
  Array.isArray(value) || ArrayBuffer.isView(value);

function everySome(count: number, most: number): number[] {
  return Array.from({ length: most }, (_, k) => Math.round((k * (count - 1)) / (most - 1)));
}

/**
 * Of the points in each of `most / 4` slices of equal width on the axis: the first, the least, the greatest and
 * the last, so that every peak stays. Where x does not increase, of slices of equal count.
 */
function extremes(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  place: (x: number) => number,
  most: number,
): number[] {
  const slices = Math.floor(most / 4);
  const n = y.length;
  const places = Array.from({ length: n }, (_, i) => place(x[i]!));
  const increasing = places.every(
    (value, i) => Number.isFinite(value) && (i === 0 || value >= places[i - 1]!),
  );
  const [from, to] = increasing ? [places[0]!, places[n - 1]!] : [0, n - 1];
  const slice = (i: number) =>
    Math.min(slices - 1, Math.floor(((increasing ? places[i]! : i) - from) * (slices / (to - from || 1))));
  const kept: number[] = [];
  for (let start = 0; start < n; ) {
    let end = start + 1;
    while (end < n && slice(end) === slice(start)) end++;
    const finite = [];
    for (let i = start; i < end; i++) if (Number.isFinite(y[i])) finite.push(i);
    let [least, greatest] = [start, start];
    for (const i of finite) {
      if (!(y[least]! <= y[i]!)) least = i;
      if (!(y[greatest]! >= y[i]!)) greatest = i;
    }
    kept.push(...[...new Set([start, least, greatest, end - 1])].sort((a, b) => a - b));
    start = end;
  }
  return kept;
}
