/**
 * The exported functions that make something to train with, found by what their declarations say: so that a new one that
 * no test names is a failure.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as nablab from "nablab";
import ts from "typescript";

const source = join(import.meta.dirname, "..", "src");

/** What is made: the types that their functions return. */
export const layerKinds = ["LayerBlueprint", "DenseLayer", "Activation"];
export const lossKinds = ["Loss", "Penalty"];
export const stepKinds = ["Rule", "Schedule", "Link"];

/** The names of nablab's functions that return one of these types. */
export function makersOf(kinds: readonly string[]): string[] {
  const found = new Set<string>();
  for (const folder of ["nn", "optim", "theory"]) {
    for (const file of readdirSync(join(source, folder), { recursive: true, encoding: "utf8" }).filter(
      (name) => name.endsWith(".ts"),
    )) {
      const text = readFileSync(join(source, folder, file), "utf8");
      const parsed = ts.createSourceFile(file, text, ts.ScriptTarget.ES2022);
      for (const statement of parsed.statements) {
        if (!ts.isFunctionDeclaration(statement) || !statement.type) continue;
        const name = statement.name!.text;
        if (name in nablab && kinds.includes(statement.type.getText(parsed))) found.add(name);
      }
    }
  }
  return [...found].sort();
}
