/**
 * An SVG path as points, its length, and the point at a given length: Plotly needs these from the browser
 * to place arrow heads and contour labels.
 */

export type Point = readonly [x: number, y: number];

const piecesOfCurve = 8;

/** The points of each sub-path; curves as eight chords, arcs (which Plotly uses in markers alone) as one. */
export function outline(d: string): Point[][] {
  const paths: Point[][] = [];
  let at: Point = [0, 0];
  let path: Point[] = [];
  const to = (point: Point) => {
    path.push(point);
    at = point;
  };
  for (const [, command, list] of d.matchAll(/([a-df-z])([^a-df-z]*)/gi)) {
    const values = (list!.match(/-?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?/gi) ?? []).map(Number);
    const relative = command === command!.toLowerCase();
    const size = { M: 2, L: 2, H: 1, V: 1, C: 6, S: 4, Q: 4, T: 2, A: 7, Z: 0 }[command!.toUpperCase()];
    if (size === undefined) continue;
    if (size === 0) {
      if (path[0]) to(path[0]);
      continue;
    }
    for (let i = 0; i + size <= values.length; i += size) {
      const [baseX, baseY] = relative ? at : [0, 0];
      const point = (k: number): Point => [baseX + values[i + k]!, baseY + values[i + k + 1]!];
      switch (command!.toUpperCase()) {
        case "M":
          if (i === 0) paths.push((path = []));
          to(point(0));
          break;
        case "H":
          to([baseX + values[i]!, at[1]]);
          break;
        case "V":
          to([at[0], baseY + values[i]!]);
          break;
        case "C":
          for (const p of chords([at, point(0), point(2), point(4)])) to(p);
          break;
        case "S":
        case "Q":
          for (const p of chords([at, point(0), point(2)])) to(p);
          break;
        default:
          to(point(size - 2));
      }
    }
  }
  return paths;
}

/** Points on a Bézier curve with these control points, its start left out (de Casteljau's scheme). */
function chords(control: Point[]): Point[] {
  return Array.from({ length: piecesOfCurve }, (_, i) => {
    const t = (i + 1) / piecesOfCurve;
    let points = control;
    while (points.length > 1) {
      points = points
        .slice(1)
        .map(([x, y], k) => [points[k]![0] * (1 - t) + x * t, points[k]![1] * (1 - t) + y * t]);
    }
    return points[0]!;
  });
}

/** The length of a path. */
export function pathLength(d: string): number {
  let length = 0;
  for (const path of outline(d)) {
    for (let i = 1; i < path.length; i++) length += distance(path[i - 1]!, path[i]!);
  }
  return length;
}

/** The point of a path at a distance from its start along it; its ends for distances outside it. */
export function pointAtLength(d: string, length: number): { x: number; y: number } {
  let left = Math.max(0, length);
  let last: Point = [0, 0];
  for (const path of outline(d)) {
    last = path[0] ?? last;
    for (let i = 1; i < path.length; i++) {
      const [from, to] = [path[i - 1]!, path[i]!];
      const step = distance(from, to);
      if (left <= step && step > 0) {
        const share = left / step;
        return { x: from[0] + (to[0] - from[0]) * share, y: from[1] + (to[1] - from[1]) * share };
      }
      left -= step;
      last = to;
    }
  }
  return { x: last[0], y: last[1] };
}

const distance = ([ax, ay]: Point, [bx, by]: Point) => Math.hypot(bx - ax, by - ay);
