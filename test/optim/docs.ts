/** What the docstrings of optim/ say, as text. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const folder = join(import.meta.dirname, "..", "..", "src", "optim");

/** All of the folder's source. */
export const source = readdirSync(folder)
  .map((file) => readFileSync(join(folder, file), "utf8"))
  .join("\n");

/** The comment before the function of this name. */
export function docOf(name: string): string {
  const before = source.slice(0, source.indexOf(`\nexport function ${name}(`));
  return before.slice(before.lastIndexOf("/**"));
}

/** The rows of chain()'s table by rule, with what two of them leave to that of `adam` written out. */
const rows: Record<string, string> = Object.fromEntries(
  [...docOf("chain").matchAll(/^ \* \| (`\w+`(?:, `\w+`)*) \| (.*) \|$/gm)].flatMap(([, rules, links]) =>
    [...rules!.matchAll(/\w+/g)].map(([rule]) => [rule, links!]),
  ),
);
rows.amsgrad = rows.adam!.replace(/(divideByRootMean\(\{.*?)(?= \})/, "$1, largest: true");
rows.adamw = rows.adam!.replace("`scaleBy", "`addWeights(weightDecay)`, `scaleBy");

/** The links of each rule, and what they are made with, in terms of the rule's options. */
export const chainTable: Record<string, { link: string; argument: string }[]> = Object.fromEntries(
  Object.entries(rows).map(([rule, links]) => [
    rule,
    [...links.matchAll(/`(\w+)\((.*?)\)`/g)].map(([, link, argument]) => ({
      link: link!,
      argument: argument!,
    })),
  ]),
);
