/** Every class of the library is known to what freezes them where notebooks are graded. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { ownClasses } from "#nablab/kernel/own-classes.js";

const dist = path.resolve(import.meta.dirname, "../../dist");

/** The modules that `import "nablab"` loads. */
function modules(file: string, seen = new Map<string, string>()): Map<string, string> {
  if (seen.has(file)) return seen;
  const text = readFileSync(file, "utf8");
  seen.set(file, text);
  for (const [, name = ""] of text.matchAll(/^(?:import|export)\b[^;"']*["'](\.[^"']+|#platform)["']/gm)) {
    const other = name === "#platform" ? path.join(dist, "platform", "node.js") : name;
    modules(path.resolve(path.dirname(file), other), seen);
  }
  return seen;
}

test("no class is missing", () => {
  const found = [...modules(path.join(dist, "index.js")).values()];
  expect(found.length).toBeGreaterThan(200);
  const declared = found.flatMap((text) =>
    [...text.matchAll(/^(?:export )?class (\w+)/gm)].map(([, name]) => name),
  );
  expect(declared.length).toBeGreaterThan(40);
  expect(ownClasses.map((own) => (own as { name: string }).name).sort()).toEqual(declared.sort());
  for (const text of found) expect(text).not.toMatch(/[=(:,] *class\b/); // which nothing could name here
});
