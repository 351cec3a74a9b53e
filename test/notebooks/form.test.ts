/**
 * What every lecture has: goals at its head, short cells, pictures that say what they show, a summary, exercises with
 * solutions, and further reading.
 */
import ts from "typescript";
import { describe, expect, test } from "vitest";
import { appendices, type Cell, lectures } from "./lectures.js";

interface Figure {
  layout: Record<string, { title?: { text?: string }; visible?: boolean; matches?: string }>;
}

test("there are thirteen, and an appendix", () => {
  expect(lectures.map(({ name }) => name.slice(0, 2)).join()).toBe("00,01,02,03,04,05,06,07,08,09,10,11,12");
  expect(appendices.map(({ name }) => name)).toEqual(["appendix"]);
});

/**
 * The statements `check(…)` that do not say whether they are exact or, if samples decide them, how likely a false alarm is
 * and which deviation they find. `checkEstimate` computes both.
 */
function silentChecks(cells: readonly Cell[]): string[] {
  return cells
    .filter(({ type }) => type === "code")
    .flatMap(({ source }) => source.split(/\n(?=[^\s)\]}])/))
    .filter((statement) => statement.startsWith("check("))
    .filter((statement) => !/\bfalseAlarm: 0[ ,}]/.test(statement))
    .filter((statement) => !(/\bfalseAlarm:/.test(statement) && /\bfinds:/.test(statement)));
}

test("a check that says neither that it is exact nor what it finds is found", () => {
  const silent = (source: string) => silentChecks([{ type: "code", source } as Cell]).length;
  expect(silent('check("B1", "falls", last < 1);')).toBe(1);
  expect(silent('check(\n  "B1", "falls", last < 1, "",\n  { falseAlarm: 1e-7 },\n);')).toBe(1);
  expect(silent('check("B1", "falls", last < 1, "", { falseAlarm: 0.5e-7, finds: "2" });')).toBe(0);
  expect(silent('check("B1", "falls", last < 1, "", { falseAlarm: 0 });')).toBe(0);
});

/** The names that a cell declares at its top level, and those that it uses anywhere. */
function namesOf(source: string): { declared: string[]; used: Set<string> } {
  const file = ts.createSourceFile("cell.ts", source, ts.ScriptTarget.Latest, true);
  const declared: string[] = [];
  const bind = (name: ts.BindingName): void => {
    if (ts.isIdentifier(name)) declared.push(name.text);
    else for (const one of name.elements) if (ts.isBindingElement(one)) bind(one.name);
  };
  for (const statement of file.statements) {
    if (ts.isVariableStatement(statement))
      for (const { name } of statement.declarationList.declarations) bind(name);
    else if ((ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement)) && statement.name)
      declared.push(statement.name.text);
  }
  const used = new Set<string>();
  const visit = (node: ts.Node): void => {
    const { parent } = node;
    const isKey =
      parent &&
      ((ts.isPropertyAccessExpression(parent) && parent.name === node) ||
        (ts.isPropertyAssignment(parent) && parent.name === node) ||
        (ts.isBindingElement(parent) && parent.propertyName === node));
    if (ts.isIdentifier(node) && !isKey) used.add(node.text);
    ts.forEachChild(node, visit);
  };
  visit(file);
  return { declared, used };
}

/** The names on which a cell's controls rest, directly or through functions, and that a later cell declares anew. */
function replaced(sources: readonly string[]): string[] {
  const cells = sources.map(namesOf);
  return sources.flatMap((source, i) => {
    if (!/\binteract\(/.test(source)) return [];
    const rests = new Set(cells[i]!.used);
    for (const name of rests) {
      const at = cells.findLastIndex(({ declared }, j) => j <= i && declared.includes(name));
      if (at >= 0 && /=>|\bfunction\b/.test(sources[at]!))
        for (const other of cells[at]!.used) rests.add(other);
    }
    const before = new Set(cells.slice(0, i + 1).flatMap(({ declared }) => declared));
    const later = cells.slice(i + 1).flatMap(({ declared }) => declared);
    return later
      .filter((name) => rests.has(name) && before.has(name))
      .map((name) => `${name} of cell ${i + 1}`);
  });
}

test("a control that rests on a name that a later cell declares anew is found, as after Run All it would move the wrong thing", () => {
  const cell = "await interact({ a: {} }, ({ a }) => drawn(a));";
  expect(replaced(["const drawn = (a) => a;", cell, "const [drawn] = [1];"])).toEqual(["drawn of cell 2"]);
  expect(
    replaced(["const f = 1;\nconst g = (a) => f;", "await interact({}, () => g(1));", "const f = 2;"]),
  ).toEqual(["f of cell 2"]);
  expect(replaced(["const drawn = (a) => a;", cell, "const { drawn: other } = { drawn: 1 };"])).toEqual([]);
});

/** The questions and their solutions: from the heading to the further reading. */
function exercises(cells: readonly Cell[]): { question: Cell; solution: Cell | undefined }[] {
  const at = (heading: string) => cells.findIndex(({ source }) => source.startsWith(`## ${heading}`));
  const part = cells.slice(at("Exercises"), at("Further reading"));
  return part.flatMap((question, i) =>
    question.source.includes("<summary>Hint</summary>") ? [{ question, solution: part[i + 1] }] : [],
  );
}

describe.each(lectures)("$name", ({ name, cells }) => {
  const texts = cells.map(({ source }) => source);
  const figures = cells.flatMap(({ shown }) =>
    shown.filter((data) => "application/vnd.plotly.v1+json" in data),
  );

  test("has cells of at most 15 lines", () => {
    const long = cells.filter(({ type, lines }) => type === "code" && lines.length > 15);
    expect(long.map(({ lines }) => lines[0])).toEqual([]);
  });

  test("has checks of one to three lines; longer ones are folded, as is what prepares them", () => {
    const long = cells.filter(
      ({ type, isFolded, lines }) =>
        type === "code" &&
        !isFolded &&
        lines.length > 3 &&
        lines.some((line) => /^check(Estimate|That)?\(/.test(line)),
    );
    expect(long.map(({ lines }) => lines[0])).toEqual([]);
  });

  test("shows the verdict of each check of a claim: only the last statement of a cell is shown", () => {
    const hidden = cells.filter(({ type, source, texts }) => {
      const checks = type === "code" ? (source.match(/^check(Estimate)?\(/gm) ?? []).length : 0;
      return checks > texts.join("\n").split("✓ ").length - 1;
    });
    expect(hidden.map(({ source }) => source)).toEqual([]);
  });

  test("states of each check that it is exact, or its false alarm and what it finds", () => {
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

  test("begins with a title, goals, what it needs and how long it takes", () => {
    const [first] = texts as [string];
    const parts =
      /^# .+\n\n.+\n\n\*\*You will be able to\*\*\n\n(?<goals>(?:- .+\n)+)\n\*\*You need\*\* .+\n\n\*\*Study time\*\* .+/;
    expect(first).toMatch(parts);
    const goals = parts.exec(first)!.groups!.goals!.trim().split("\n");
    expect(goals.length).toBeGreaterThanOrEqual(3);
    expect(goals.length).toBeLessThanOrEqual(5);
  });

  test("links to the notation, which is in 00", () => {
    const link = name.startsWith("00") ? "## Notation" : "(00-welcome.ipynb#Notation)";
    expect(texts.some((text) => text.includes(link))).toBe(true);
  });

  test("has code lines of at most 100 characters", () => {
    const long = cells.filter(({ type }) => type === "code").flatMap(({ lines }) => lines);
    expect(long.filter((line) => [...line].length > 100)).toEqual([]);
  });

  test("has controls that move the same after all cells have run", () => {
    expect(replaced(cells.filter(({ type }) => type === "code").map(({ source }) => source))).toEqual([]);
  });

  test("has at least two things to move", () => {
    const moved = cells.filter(
      ({ type, source }) => type === "code" && /\b(?:interact|slider|dropdown|button|sketch)\(/.test(source),
    );
    expect(moved.length).toBeGreaterThanOrEqual(2);
  });

  test("ends with a summary, exercises and further reading, in this order", () => {
    const headings = texts.flatMap((text) => /^## (.+)/.exec(text)?.[1] ?? []);
    expect(headings.slice(-3)).toEqual(["Summary", "Exercises", "Further reading"]);
  });

  test("has 5 to 8 exercises, each with a hint and a folded solution, which if it is code asserts its answer", () => {
    const all = exercises(cells);
    expect(all.length).toBeGreaterThanOrEqual(5);
    expect(all.length).toBeLessThanOrEqual(8);
    const unsolved = all.filter(({ solution }) => {
      if (solution?.type === "markdown") return !solution.source.includes("<summary>Solution</summary>");
      if (solution?.type !== "code") return true;
      const asserts = /\b(?:check\w*\(|throw )/.test(solution.source);
      return !(solution.tags.includes("solution") && solution.isFolded && asserts);
    });
    expect(unsolved.map(({ question }) => question.lines[0])).toEqual([]);
  });

  test("says of each entry of the further reading where in it to look", () => {
    const end = texts.findLast((text) => text.startsWith("## Further reading"))!;
    // Author (year). *Title.* The lectures themselves have no numbers.
    const entries = end.split("\n").filter((line) => /^- .+\(\d{4}\)\. \*.+\*/.test(line));
    expect(entries.length).toBeGreaterThanOrEqual(2);
    const place =
      /\b(?:[Ss]ections?|[Cc]hapters?|[Tt]heorems?|[Ll]emma|[Cc]orollary|[Aa]lgorithm|[Ff]igures?) (?:\d|[IVX])|\((?:The origin|Further reading)/;
    expect(entries.filter((entry) => !place.test(entry))).toEqual([]);
  });
});
