/**
 * Where a legend stands: above the plot in as many rows as it needs, and beside it when these would be too many.
 */
import { lineChart } from "nablab";
import { expect, test } from "vitest";

const layoutOf = (names: string[]) => {
  const series = names.map((name) => ({ name, y: [1, 2] }));
  const chart = lineChart({ title: "t", x: { title: "x" }, y: { title: "y" }, series });
  return chart.layout as { legend: { orientation?: string; x: number; y: number }; margin: { t: number } };
};
const names = (count: number, length: number) =>
  Array.from({ length: count }, (_, i) => `${i}${"m".repeat(length - 1)}`);

test("few names stand in a row above the plot, more in rows, which take room from the top", () => {
  const [one, three] = [layoutOf(names(3, 5)), layoutOf(names(6, 18))];
  expect([one.legend.orientation, three.legend.orientation]).toEqual(["h", "h"]);
  expect(three.margin.t).toBeGreaterThan(one.margin.t);
  expect(one.legend.x).toBeLessThan(1);
});

test("more than three rows stand beside the plot, and take none", () => {
  const [one, many] = [layoutOf(names(2, 5)), layoutOf(names(12, 18))];
  expect(many.legend).toMatchObject({ x: 1.02, y: 1 });
  expect(many.legend.orientation).toBeUndefined();
  expect(many.margin.t).toBeLessThan(one.margin.t);
});
