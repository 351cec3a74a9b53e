/** Every claim of the two lectures has a check that passed, in the outputs that are stored with the notebooks. */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";

const lectures = path.resolve(import.meta.dirname, "../../notebooks/lectures");

interface Cell {
  cell_type: string;
  outputs?: { data?: Record<string, string | string[]> }[];
}

/** The claims that a notebook's outputs say hold. */
function passed(file: string): string[] {
  const { cells }: { cells: Cell[] } = JSON.parse(readFileSync(path.join(lectures, file), "utf8"));
  const texts = cells.flatMap(({ outputs = [] }) =>
    outputs.map(({ data }) => [data?.["text/plain"] ?? ""].flat().join("")),
  );
  return texts.flatMap((text) => /^✓ ([AB]\d+) /.exec(text)?.[1] ?? []);
}

test("A1 to A17 and B1 to B12", () => {
  const found = new Set(
    readdirSync(lectures)
      .filter((name) => name.endsWith(".ipynb"))
      .flatMap(passed),
  );
  const claims = [
    ...Array.from({ length: 17 }, (_, i) => `A${i + 1}`),
    ...Array.from({ length: 12 }, (_, i) => `B${i + 1}`),
  ];
  expect(claims.filter((claim) => !found.has(claim))).toEqual([]);
});
