// The measuring that a browser would do for Plotly: widths of text, boxes, lengths of paths.
import { Window } from "happy-dom";
import { expect, test } from "vitest";
import { boxOf, type ElementLike } from "#nablab/display/svg-boxes.js";
import { pathLength, pointAtLength } from "#nablab/display/svg-path.js";
import { textWidth } from "#nablab/display/text-metrics.js";

const document = new Window().document;
const element = (markup: string) => {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.innerHTML = markup;
  return svg.firstChild as unknown as ElementLike;
};

test("text is as wide as the wider of Arial and DejaVu Sans draws it", () => {
  expect(textWidth("1000", 10)).toBeCloseTo(25.44); // four digits of 0.636, DejaVu's
  expect(textWidth("@", 10)).toBeCloseTo(10.15); // Arial's
  expect(textWidth("iiii", 10)).toBeLessThan(textWidth("MMMM", 10) / 3);
  expect(textWidth("a\u0302\u200b", 10)).toBe(textWidth("a", 10)); // accents and zero-width spaces take no room
  expect(textWidth("a", 10, true)).toBeGreaterThan(textWidth("a", 10));
});

test("a text's box follows its anchor, its lines and its smaller parts", () => {
  const start = boxOf(element('<text x="100" y="50" style="font-size: 10px">1000</text>'))!;
  expect(start.left).toBe(100);
  expect(start.right).toBeCloseTo(125.44);
  expect([start.top, start.bottom]).toEqual([50 - 9.3, 50 + 2.4]);
  const end = boxOf(element('<text x="100" y="50" text-anchor="end" style="font-size: 10px">1000</text>'))!;
  expect(end.right).toBe(100);
  const lines = boxOf(
    element(
      '<text x="0" y="0" style="font-size:10px"><tspan class="line" dy="0em" x="0" y="0">a</tspan><tspan class="line" dy="1.3em" x="0" y="0">b</tspan></text>',
    ),
  )!;
  expect(lines.bottom - lines.top).toBeCloseTo(13 + 11.7);
  const power = boxOf(
    element('<text style="font-size:10px">10<tspan style="font-size:70%" dy="-0.6em">2</tspan></text>'),
  )!;
  expect(power.right).toBeCloseTo(2 * 6.36 + 0.7 * 6.36);
  expect(boxOf(element("<text></text>"))).toBeUndefined();
});

test("a group's box joins those of its parts, moved and turned", () => {
  const box = boxOf(
    element(
      '<g><rect x="0" y="0" width="10" height="20"/><g transform="translate(100,5)"><circle cx="0" cy="0" r="2"/></g><defs/></g>',
    ),
  );
  expect(box).toEqual({ left: 0, top: 0, right: 102, bottom: 20 });
  const turned = boxOf(
    element('<g><rect transform="rotate(-90,0,0)" x="0" y="0" width="10" height="4"/></g>'),
  )!;
  expect(turned.left).toBeCloseTo(0);
  expect(turned.top).toBeCloseTo(-10);
  expect(turned.right).toBeCloseTo(4);
});

test.each([
  ["M0,0L3,4L3,10", 11],
  ["M0,0h10v5h-10Z", 30],
  ["M1,1l3,4m10,10l0,2", 7],
  ["M0,0C0,0 10,0 10,0", 10],
  ["M0,0Q5,0 10,0M-1.5e1,0H.5", 25.5],
])("%s has length %d", (d, length) => {
  expect(pathLength(d)).toBeCloseTo(length, 10);
});

test("a point along a path", () => {
  expect(pointAtLength("M0,0L10,0L10,10", 15)).toEqual({ x: 10, y: 5 });
  expect(pointAtLength("M0,0L10,0", -1)).toEqual({ x: 0, y: 0 });
  expect(pointAtLength("M0,0L10,0", 99)).toEqual({ x: 10, y: 0 });
  const half = pointAtLength("M0,0C0,5 10,5 10,0", pathLength("M0,0C0,5 10,5 10,0") / 2);
  expect(half.x).toBeCloseTo(5);
  expect(half.y).toBeCloseTo(3.75);
});
