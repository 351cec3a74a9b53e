/** Results that are read from a file, because they are large, are those that are held in memory. */
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { inspect } from "node:util";
import { sweepChart } from "nablab";
import { expect, test } from "vitest";
import { Grid } from "../../dist/sweep/grid.js";
import type { Code } from "../../dist/sweep/job.js";
import type { PointRecord } from "../../dist/sweep/record.js";
import { SweepResults } from "../../dist/sweep/results.js";
import { FolderStore, MemoryStore, type Store } from "../../dist/sweep/store.js";

const grid = new Grid({ rule: ["sgd", "adagrad"], eta: [0.01, 0.1, 1], seed: [0, 1, 2, 3] });
const recordOf = (index: number): PointRecord => {
  const point = grid.point(index);
  const run = { nablab: "0", node: "0", seconds: 1, host: "h" };
  if (index === 7) return { point, seed: 3, error: { name: "RangeError", message: "too far" }, run };
  const loss = index === 5 ? Number.NaN : ((index * 7) % 11) + Number(point.eta);
  return {
    point,
    seed: Number(point.seed),
    values: { loss, curve: [index, -0, Number.POSITIVE_INFINITY] },
    run,
  };
};
const indices = Array.from({ length: grid.size }, (_, i) => i);
const resultsOf = (records: readonly PointRecord[]): SweepResults =>
  new SweepResults({ name: "e", parameters: Object.keys(grid.parameters), records });
const filled = (store: Store, order = indices): Store => {
  for (const index of order) store.add(index, recordOf(index));
  return store;
};
const code = {
  name: "e",
  hash: "h",
  versions: { nablab: "0", node: "0" },
} as unknown as Code;
const folderStore = (folder: string): Store => new FolderStore(folder, grid, code, { most: 100 });

/** Everything that results report. */
function stateOf(results: SweepResults): unknown[] {
  const group = results.group("rule");
  return [
    results.caption,
    results.toString(),
    results.rows(),
    results.column("loss"),
    results.column("curve"),
    results.valuesOf("eta"),
    results.filter({ eta: [0.1, 1] }).rows(),
    results.filter(({ seed }) => seed === 2).column("loss"),
    results.failed.length,
    results.failed[0],
    results.done.length,
    String(group),
    group.groups.map((one) => group.numbers(one, "loss")),
    String(group.summary("loss")),
    results.best("loss").point,
    String(results.paired("loss", { by: "rule" })),
    String(results.robustness("loss", { over: "eta", by: "rule" })),
    JSON.stringify(sweepChart(results, { x: "eta", y: "loss", series: "rule" })),
    JSON.stringify(sweepChart(results, { x: "eta", y: "seed", z: "loss" })),
    [...results.records],
  ];
}
const expected = stateOf(resultsOf(indices.map(recordOf)));

test("of a sweep without a folder", () => {
  const before = readdirSync(tmpdir()).length;
  const store = filled(new MemoryStore({ most: 1000 }));
  const records = store.records(indices);
  const [first] = records;
  expect(records[1]).toEqual(recordOf(1));
  expect(records[0]).not.toBe(first); // it was read again
  expect(records[0]).toEqual(first);
  store.close();
  expect(stateOf(resultsOf(records))).toEqual(expected);
  expect([store.state(0), store.state(7), store.state(24)]).toEqual(["done", "failed", "missing"]);
  expect(store.record(5)).toEqual(recordOf(5));
  expect(store.record(24)).toBeUndefined();
  store.add(7, { ...recordOf(8), point: grid.point(7) });
  expect(store.state(7)).toBe("done");
  expect(records[7]!.error?.name).toBe("RangeError"); // as it was
  if (process.platform !== "win32") expect(readdirSync(tmpdir()).length - before).toBeLessThan(5);
});

test("of a sweep with a folder, also when it is closed, put in order, continued and removed", () => {
  const folder = path.join(mkdtempSync(path.join(tmpdir(), "nablab-list-")), "out");
  const store = filled(folderStore(folder), indices.toReversed());
  const early = store.records(indices);
  store.finish();
  const late = store.records(indices);
  store.close();
  const again = folderStore(folder);
  again.add(7, { ...recordOf(8), point: grid.point(7) });
  again.finish();
  expect(again.records(indices)[7]!.error).toBeUndefined();
  again.close();
  expect(stateOf(resultsOf(early))).toEqual(expected);
  expect(stateOf(resultsOf(late))).toEqual(expected);
  if (process.platform !== "win32") {
    rmSync(folder, { recursive: true });
    expect(stateOf(resultsOf(late))).toEqual(expected);
  }
});

test("a list that is read is an array for its reader", () => {
  const list = filled(new MemoryStore({ most: 0 })).records(indices);
  expect(Array.isArray(list)).toBe(true);
  expect(list).toHaveLength(24);
  expect(list[3]).toEqual(recordOf(3));
  expect(list.at(-1)).toEqual(recordOf(23));
  expect(list[24]).toBeUndefined();
  expect([0 in list, 23 in list, 24 in list]).toEqual([true, true, false]);
  expect(list.slice(2, 4)).toEqual([recordOf(2), recordOf(3)]);
  expect(list.map(({ seed }) => seed)).toEqual(indices.map((index) => recordOf(index).seed));
  expect(JSON.parse(JSON.stringify(list))).toHaveLength(24);
  expect(inspect(list)).toMatch(/rule: 'sgd'[\s\S]* and 14 more$/);
});
