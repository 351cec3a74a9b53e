/**
 * The manual says what an answer may do, sentence by sentence; of each some stored submission or test tries the opposite. Attacks say
 * which by `says`, tests by a comment `// says: R2`.
 */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { attacks } from "./attacks.js";
import { attacksOnTests } from "./attacks-on-tests.js";

const manual = readFileSync(
  path.resolve(import.meta.dirname, "../../notebooks/coursework/README.md"),
  "utf8",
);
const section = /## Limits, and what an answer may do\n([\s\S]*?)\n\| mechanism \|/.exec(manual)![1]!;
const sentences = section
  .split(/\n(?=- )/)
  .slice(1)
  .map((item) => item.split("\n\n")[0]!.replaceAll(/\s+/g, " ").trim());
const idOf = (sentence: string): string | undefined => /\(([A-Z]\d+)\)$/.exec(sentence)?.[1];

/** The sentences that tests name in their comments. */
const named = ["coursework", "kernel"].flatMap((folder) => {
  const from = path.resolve(import.meta.dirname, "..", folder);
  return readdirSync(from)
    .filter((file) => file.endsWith(".ts") && file !== path.basename(import.meta.filename))
    .flatMap((file) => [...readFileSync(path.join(from, file), "utf8").matchAll(/\/\/ says: (.*)/g)])
    .flatMap(([, ids]) => ids!.split(", "));
});
const tried = new Set([...Object.values(attacks).flat(), ...attacksOnTests].map(({ says }) => says));
for (const id of named) tried.add(id);

test("each sentence of the manual has a number, and each number a sentence", () => {
  expect(sentences.filter((sentence) => idOf(sentence) === undefined)).toEqual([]);
  const ids = sentences.map(idOf);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids.length).toBeGreaterThan(30);
  expect([...tried].filter((id) => !ids.includes(id))).toEqual([]);
});

test.each(sentences)("%s", (sentence) => {
  expect(tried, "nothing that is stored tries the opposite of this sentence").toContain(idOf(sentence));
});
