/** What every assignment has, and how it is written; that its points come out is grading.spec.ts's. */
import { describe, expect, test } from "vitest";
import { assignments, type SourceCell, sourceOf } from "./source.js";

const isAnswer = ({ metadata }: SourceCell): boolean => metadata.nbgrader?.solution === true;
const isTest = ({ metadata }: SourceCell): boolean =>
  metadata.nbgrader?.grade === true && !metadata.nbgrader.solution;
const hiddenTests = /^.*BEGIN HIDDEN TESTS\n([\s\S]*?)^.*END HIDDEN TESTS.*\n?/gm;
const solutions = /BEGIN SOLUTION\n([\s\S]*?)\n *\/\/ END SOLUTION/g;

/** Lines that are code: no comments, imports, markers, blanks. */
const codeLines = (text: string): string[] =>
  text.split("\n").filter((line) => line.trim() !== "" && !/^\s*(\/\/|\/\*\*|\*|import )/.test(line));

describe.each(assignments)("%s", (assignment) => {
  const { cells, text } = sourceOf(assignment);
  const code = cells.filter((cell) => cell.cell_type === "code");
  const written = cells.filter((cell) => cell.cell_type === "markdown" && isAnswer(cell));

  test("is worth 50 points: a proof or a written answer, a chart to read, data held out", () => {
    expect(cells.reduce((sum, { metadata }) => sum + (metadata.nbgrader?.points ?? 0), 0)).toBe(50);
    expect(written.length).toBeGreaterThanOrEqual(1);
    // A locked cell draws the chart, and the answer `read` is graded by a test that calls it.
    expect(code.some((cell) => cell.metadata.nbgrader?.locked && /lineChart|chart\(/.test(cell.source))).toBe(
      true,
    );
    expect(code.some((cell) => isTest(cell) && cell.source.includes("read()"))).toBe(true);
    expect(text).toMatch(/\*\*(Hold|Choose with the 10,000 images of `validation`)/);
  });

  test("a written answer has a model answer and a rubric whose points add up", () => {
    for (const { source, metadata } of written) {
      expect(source).toMatch(/^BEGIN SOLUTION\n[\s\S]{300,}END SOLUTION$/);
      const rubric = source.slice(source.search(/\*For graders/));
      expect(rubric.length, metadata.nbgrader!.grade_id).toBeGreaterThan(80);
      expect(rubric.length).toBeLessThan(source.length);
      const { points } = metadata.nbgrader!;
      const each = /(\d) points? (?:a part|each)/.exec(rubric);
      const parts = [...rubric.matchAll(/Part \d, (\d) points?/g)].map((match) => Number(match[1]));
      const single = [...rubric.matchAll(/\((\d)\)/g)].map((match) => Number(match[1]));
      const sum = (list: number[]) => list.reduce((total, value) => total + value, 0);
      const said = each ? Number(each[1]) * 3 : parts.length > 0 ? sum(parts) : sum(single);
      expect(said, metadata.nbgrader!.grade_id).toBe(points);
    }
  });

  test("each solution of more than two lines says why, before it does", () => {
    for (const { source, metadata } of code.filter(isAnswer)) {
      const bodies = [...source.matchAll(solutions)].map((match) => match[1]!);
      expect(bodies.length, metadata.nbgrader!.grade_id).toBeGreaterThan(0);
      for (const body of bodies) {
        if (codeLines(body).length > 2) expect(body, metadata.nbgrader!.grade_id).toMatch(/^\s*\/\/ .{20}/);
      }
      if (!/^ *(function )?sgdStep/m.test(source)) expect(source).toMatch(/BEGIN SOLUTION\n\s*\/\/ /);
    }
  });

  test("cells have at most fifteen lines of code as students see them, and lines at most 100 characters", () => {
    for (const { source, metadata, id } of code) {
      const visible = source.replace(hiddenTests, "").replace(solutions, "");
      expect(codeLines(visible).length, metadata.nbgrader?.grade_id ?? String(id)).toBeLessThanOrEqual(15);
      const long = source.split("\n").filter((line) => [...line].length > 100);
      expect(long).toEqual([]);
    }
  });

  test("no answer declares what tests or other answers need beside its functions", () => {
    for (const { source } of code.filter(isAnswer)) {
      const outside = source.replace(solutions, "");
      expect(outside).not.toMatch(/^(type|interface|const|let|class) /m);
    }
  });

  test("tests loop over lists of their own: what an answer returns may have a forEach that compares nothing", () => {
    const answers = code.filter(isAnswer).flatMap(({ source }) => [...source.matchAll(/function (\w+)\(/g)]);
    const names = new Set(answers.map((match) => match[1]!));
    expect(names.size).toBeGreaterThan(10);
    for (const { source, metadata } of code.filter(isTest)) {
      for (const { 1: name, index } of source.matchAll(/(?<![.\w])(\w+)\(/g)) {
        if (!names.has(name!)) continue;
        let end = index + name!.length + 1;
        for (let depth = 1; depth > 0 && end < source.length; end++)
          depth += source[end] === "(" ? 1 : source[end] === ")" ? -1 : 0;
        expect(source.slice(end), `${metadata.nbgrader!.grade_id}: ${name}`).not.toMatch(
          /^(\.\w+|\[[^\]]*\])*\.(forEach|map|filter|every|some|reduce|flatMap|find\w*|includes|join|to\w+)\(/,
        );
      }
    }
  });

  test("hidden tests look once at each value: an object may be another number at the next comparison", () => {
    for (const { source, metadata } of code.filter(isTest)) {
      const hidden = [...source.matchAll(hiddenTests)].map((match) => match[1]).join("");
      expect(hidden, metadata.nbgrader!.grade_id).not.toMatch(
        /([\w.()[\]]+) [<>]=? [^&|;]+ (&&|\|\|) \1 [<>]=? /,
      );
    }
  });

  test("verdicts are balanced: the same answer to all of them earns nothing", () => {
    const truths = code.flatMap(({ source }) =>
      isTest({ source, metadata: { nbgrader: { grade: true } } } as never)
        ? [...source.matchAll(/const truth[^=]*= \{([\s\S]*?)\};/g)].map((match) => match[1]!)
        : [],
    );
    for (const truth of truths) {
      const of = (word: string) => truth.match(new RegExp(`: ${word}\\b`, "g"))?.length ?? 0;
      expect([of("true"), of("true") > 0]).toEqual([of("false"), true]);
    }
  });
});
