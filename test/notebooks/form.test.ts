/** What every lecture has: a promise at its head, short cells, pictures that say what they show, exercises, references. */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";

const lectures = path.resolve(import.meta.dirname, "../../notebooks/lectures");
const names = readdirSync(lectures).filter((name) => name.endsWith(".ipynb"));

interface Figure {
  layout: Record<string, { title?: { text?: string }; visible?: boolean; matches?: string }>;
}
interface Cell {
  cell_type: string;
  source: string[];
  outputs?: { data?: Record<string, unknown> }[];
}

test("there are ten", () => expect(names).toHaveLength(10));

/** What draws random numbers, whether or not it is given its seed. */
const draws =
  /\bseeds?\b|\b(?:random\w*|robbinsMonro|sgdPaths|checkNoise|checkConvergence|checkConservative|train)\(/;

/**
 * The checks that random numbers reach, and that do not say how likely a false alarm is. A statement that draws, or that
 * names something random, makes random what it declares and what it fills.
 */
function silentChecks(cells: Cell[]): string[] {
  const code = cells.filter(({ cell_type }) => cell_type === "code").map(({ source }) => source.join(""));
  const random = new Set<string>();
  return code.flatMap((text) => {
    const statements = text.split(/\n(?=[^\s)\]}])/);
    const drawn = statements.filter((statement) => {
      const words = new Set(
        statement.replace(/\/\/.*|"[^"]*"/g, "").match(/(?<!(?:^|[^.])\.)\b[A-Za-z_]\w*\b(?!:)/g),
      );
      const hit = draws.test(statement) || [...words].some((word) => random.has(word));
      if (!hit || statement.startsWith("import")) return false;
      const declared = /^(?:const|let|(?:async )?function) ([\s\S]*?)(?:=|\()/.exec(statement)?.[1] ?? "";
      const filled = [...statement.matchAll(/(\w+)(?:\.\w+|\[[^\]]*\])*(?:\.(?:push|set)\(|\] = )/g)].map(
        ([, name]) => name!,
      );
      for (const name of [...(declared.match(/\w+\b(?!:)/g) ?? []), ...filled]) random.add(name);
      return true;
    });
    return drawn.filter((statement) => statement.startsWith("check(") && !statement.includes("falseAlarm:"));
  });
}

test("a check that random numbers reach, through what is declared or filled, and that says no odds, is found", () => {
  const cell = (text: string): Cell =>
    ({ cell_type: "code", source: [text], outputs: [] }) as unknown as Cell;
  const silent = (...texts: string[]) => silentChecks(texts.map(cell)).length;
  expect(
    silent(
      "const run = await train(net, data);",
      "const last = run.loss.at(-1);",
      'check("B1", "falls", last < 1);',
    ),
  ).toBe(1);
  expect(
    silent(
      "const means = [];\nfor (const s of paths)\n  means.push(random(1).normal());",
      'check("B1", "so", means[0] < 1);',
    ),
  ).toBe(1);
  expect(
    silent(
      "const run = await train(net, data);",
      'check("B1", "falls", run.steps > 1, "", { falseAlarm: 0 });',
    ),
  ).toBe(0);
  expect(silent("const path = descend(F);", 'check("A6", "falls", path.F[1] < 1);')).toBe(0);
});

describe.each(names)("%s", (name) => {
  const { cells }: { cells: Cell[] } = JSON.parse(readFileSync(path.join(lectures, name), "utf8"));
  const texts = cells.map(({ source }) => source.join(""));
  const shown = cells.flatMap(({ outputs = [] }) => outputs.flatMap(({ data }) => (data ? [data] : [])));
  const figures = shown.filter((data) => "application/vnd.plotly.v1+json" in data);

  test("begins with a title, what will be seen, and how long it takes", () => {
    expect(texts[0]).toMatch(/^# .+\n\n\*\*What you will see\.\*\* /);
    expect(texts[0]).toMatch(/[Aa]bout (?:half a minute|\w+ seconds) of computing/);
  });

  test("has cells of at most 15 lines", () => {
    const long = cells.filter(({ cell_type, source }) => cell_type === "code" && source.length > 15);
    expect(long.map(({ source }) => source[0])).toEqual([]);
  });

  test("states how likely a false alarm is, for every check that depends on a seed", () => {
    expect(silentChecks(cells)).toEqual([]);
  });

  test("has a static picture and words for every chart, a title for it and for each axis", () => {
    expect(figures.length).toBeGreaterThan(0);
    for (const data of figures) {
      const alt = [data["text/plain"]].flat().join("");
      expect(alt.length).toBeGreaterThan(20);
      expect(
        Object.keys(data).some((mime) => mime.startsWith("image/")),
        alt,
      ).toBe(true);
      const { layout } = data["application/vnd.plotly.v1+json"] as Figure;
      for (const [key, axis] of Object.entries(layout)) {
        if (!/^[xy]axis\d*$/.test(key) || axis.visible === false) continue;
        expect(axis.title?.text ?? "", `${key} of ${alt}`).not.toBe("");
      }
    }
  });

  test("ends with two or three exercises, and with references", () => {
    const end = texts.at(-1)!;
    expect(end).toMatch(/^## (?:Exercises|Try it)$/m);
    const exercises = end.match(/^\d\. /gm)!.length;
    expect(exercises).toBeGreaterThanOrEqual(2);
    expect(exercises).toBeLessThanOrEqual(3);
    // Author (year). *Title.*
    expect(end).toMatch(/^## References\n\n(?:- .+\n?)+$/m);
    expect(end).toMatch(/^- .+\(\d{4}\)\. \*.+\*/m);
    // Each says where in it to look, or that nothing here leans on it; the lectures themselves have no numbers.
    const entries = end.split("\n").filter((line) => /^- .+\(\d{4}\)\. /.test(line));
    const place =
      /\b(?:[Ss]ections?|[Tt]heorems?|[Ll]emma|[Cc]orollary|[Aa]lgorithm|[Ff]igure) (?:\d|[IVX])|\((?:The origin|Further reading)/;
    expect(entries.filter((entry) => !place.test(entry))).toEqual([]);
  });
});
