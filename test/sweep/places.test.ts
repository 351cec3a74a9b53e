/** Memory of a sweep with a folder: bounded by the record, not by the number of points. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import v8 from "node:v8";
import vm from "node:vm";
import fc from "fast-check";
import { expect, test } from "vitest";
import { Grid } from "../../dist/sweep/grid.js";
import type { Code } from "../../dist/sweep/job.js";
import { Places } from "../../dist/sweep/places.js";
import type { PointRecord } from "../../dist/sweep/record.js";
import { FolderStore } from "../../dist/sweep/store.js";

test("places are those of a list, whatever is set in whichever order, beyond 4 GB, too", () => {
  const place = fc.tuple(fc.integer({ min: 0, max: 2 ** 45 }), fc.integer({ min: 0, max: 2 ** 31 }));
  const sets = fc.array(fc.tuple(fc.integer({ min: 0, max: 5000 }), place), { maxLength: 50 });
  fc.assert(
    fc.property(sets, (sets) => {
      const [places, list] = [new Places(), [] as (readonly [number, number] | undefined)[]];
      for (const [index, place] of sets) {
        places.set(index, place);
        list[index] = place;
      }
      for (const index of [0, 1, 5001, ...sets.map(([index]) => index)]) {
        expect(places.get(index)).toEqual(list[index]);
        expect(places.has(index)).toBe(list[index] !== undefined);
      }
      expect([...places.entries()]).toEqual([...list.entries()].filter(([, place]) => place !== undefined));
    }),
  );
});

test("a hundred thousand records take no more memory than twice their places", () => {
  v8.setFlagsFromString("--expose-gc");
  const collect = vm.runInNewContext("gc") as () => void;
  const folder = mkdtempSync(path.join(tmpdir(), "nablab-places-"));
  const a = Array.from({ length: 100 }, (_, i) => i);
  const b = Array.from({ length: 1000 }, (_, i) => i);
  const grid = new Grid({ a, b });
  const code = { name: "e.ts", hash: "0", versions: { nablab: "1", node: "1" } } as Code;
  const store = new FolderStore(folder, grid, code);
  const used = (): number => {
    collect();
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    return heapUsed + arrayBuffers;
  };
  const before = used();
  for (let index = 0; index < grid.size; index++) {
    const values = { curve: [index, 1, 2, 3, 4, 5, 6, 7, 8, 9] };
    store.add(index, { point: grid.point(index), seed: 0, values, run: {} as PointRecord["run"] });
  }
  // Arrays that double hold at most twice twelve bytes a point; another megabyte is the process's own.
  expect(used() - before).toBeLessThan(24 * grid.size + 1e6);
  expect(store.record(99_999)!.values).toEqual({ curve: [99_999, 1, 2, 3, 4, 5, 6, 7, 8, 9] });
  store.close();
  rmSync(folder, { recursive: true });
});
