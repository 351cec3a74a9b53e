/** Surfaces: what stands in front hides what is behind, and the picture says what it shows. */
import {
  dense,
  descend,
  himmelblau,
  landscape,
  pathChart,
  relu,
  sequential,
  surfaceChart,
  toBundle,
} from "nablab";
import { describe, expect, test } from "vitest";

const ranges = { x: { title: "θ₁", range: [-1, 1] }, y: { title: "θ₂", range: [-1, 1] } } as const;
/** A wall along x = 0, two high where the floor is 0. */
const wall = (x: number) => (Math.abs(x) < 0.15 ? 2 : 0);
const walls = (azimuth: number, elevation: number) =>
  surfaceChart({
    ...ranges,
    title: "A wall",
    z: { title: "height" },
    f: wall,
    paths: [{ name: "behind", x: [-0.7, -0.5], y: [0, 0] }],
    azimuth,
    elevation,
  });

/** Names of dotted lines: what is hidden. */
const dotted = (figure: ReturnType<typeof walls>) =>
  figure.data.filter(({ line }) => (line as { dash?: string } | undefined)?.dash === "dot").length;

describe("surfaceChart", () => {
  test("a path behind a wall is dotted, seen from the other side or from above it is not", () => {
    expect(dotted(walls(0, 20))).toBe(1);
    expect(dotted(walls(180, 20))).toBe(0);
    expect(dotted(walls(0, 89))).toBe(0);
  });

  test("faces come from far to near, and all of them", () => {
    for (const [azimuth, first] of [
      [0, -1],
      [180, 1],
    ] as const) {
      const figure = surfaceChart({
        ...ranges,
        title: "t",
        z: { title: "z" },
        f: (x) => x,
        azimuth,
        resolution: 5,
      });
      const shapes = (figure.layout.shapes as { path: string; fillcolor: string }[]).slice(2); // after the cut faces
      expect(shapes.reduce((sum, { path }) => sum + path.split("Z").length - 1, 0)).toBe(16);
      // f = x grows away from a viewer at the left, so the first face is the darkest there, the lightest from the right.
      const red = shapes.map(({ fillcolor }) => Number(/rgb\((\d+)/.exec(fillcolor)![1]));
      expect(Math.sign(red.at(-1)! - red[0]!)).toBe(first);
    }
  });

  test("heights at equal ratios on a logarithmic scale, with whole powers of ten", () => {
    const f = (x: number, y: number) => 10 ** (3 * x) + 0 * y;
    const { layout } = surfaceChart({ ...ranges, title: "t", z: { title: "z", scale: "log" }, f });
    const labels = (layout.annotations as { text: string; y: number }[]).filter(({ text }) =>
      text.includes("sup"),
    );
    expect(labels.map(({ text }) => text)).toEqual(["−3", "0", "3"].map((p) => `10<sup>${p}</sup>`));
    const gaps = labels.slice(1).map(({ y }, i) => y - labels[i]!.y);
    for (const gap of gaps) expect(gap).toBeCloseTo(gaps[0]!, 10);
  });

  test("paths of descents and slices of a network's loss are drawn on surfaces too", async () => {
    const path = descend(himmelblau(), { theta0: [0, 0], eta: 0.01, steps: 50 });
    const range = [-5, 5] as const;
    const figure = pathChart([path], {
      title: "Himmelblau",
      x: range,
      y: range,
      view: "surface",
      logLevels: true,
    });
    const bundle = await toBundle(figure);
    expect(bundle["image/svg+xml"]).toContain("<path");
    expect(bundle["text/plain"]).toBe(
      "Himmelblau\nx: θ₁, -5 … 5; y: θ₂, -5 … 5; height: F − F*, logarithmic, 0.003433 … 890\nη = 0.01: 51 points from (0, 0), value 170, to (3, 2), value 1.816e-11",
    );
    const net = sequential([dense(2, 3), relu(), dense(3, 2)], { seed: 1 });
    const slice = landscape(
      net,
      [
        [0, 1],
        [1, 0],
      ],
      [0, 1],
      { resolution: 5 },
    );
    expect(slice.chart({ view: "surface" }).alt).toContain("height: F(θ + α d + β e)");
    expect(slice.chart().alt).not.toContain("height");
  });

  test("wrong arguments say what is wrong", () => {
    const make = (more: object) =>
      surfaceChart({ ...ranges, title: "t", z: { title: "z" }, f: wall, ...more });
    expect(() => make({ f: 3 })).toThrow("expected a function f and ranges");
    expect(() => make({ f: () => Number.NaN })).toThrow("f must be finite; got NaN");
    expect(() => make({ f: () => -1, z: { title: "z", scale: "log" } })).toThrow("≥ 0; got -1");
    expect(() => make({ elevation: 91 })).toThrow("elevation must be from 0 to 90 degrees, got 91");
    expect(() => make({ resolution: 1 })).toThrow("resolution must be a whole number ≥ 2, got 1");
  });
});
