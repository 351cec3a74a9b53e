/**
 * Guessing gains nothing: what the tests of verdicts give, by the assignments' own scoring, whatever is guessed, beside right
 * numbers and beside wrong ones.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { idOf } from "./course.js";
import { GradedCells, isTest } from "./graded-cells.js";
import { type SourceCell, sourceOf } from "./source.js";

/** An assignment's question with a few possible answers to each of its parts. */
interface Question {
  assignment: string;
  test: string;
  /** What the answer has to return in the place of verdicts, of one for each part; `undefined` leaves it out. */
  write: (choices: readonly (string | undefined)[]) => string;
  parts: readonly string[];
  choices: readonly string[];
  /** Wrong numbers, beside which verdicts count for nothing. */
  unfounded: string;
}

const record = (parts: readonly string[], choices: readonly (string | undefined)[]): string =>
  `({ ${parts.map((part, i) => `${JSON.stringify(part)}: ${choices[i]}`).join(", ")} } as any)`;
const statements = ["linear", "twice", "slower", "tight", "stuck", "covers"];
const schedules = ["0.1", "1/k", "1/k²", "1/√k", "2^−k", "k^−1/4", "k^−3/4"];
schedules.push("1/(√k log(k+1))", "1/(k log²(k+1))");

const questions: Question[] = [
  {
    assignment: "1-gradient-descent",
    test: "verdicts-test",
    parts: statements,
    choices: ["true", "false"],
    write: (choices) =>
      `function verdicts(): Record<Statement, boolean | undefined> { return ${record(statements, choices)}; }`,
    unfounded: "function factors(): any { return [0.5, 0.5, 0.5]; }",
  },
  {
    assignment: "3-robbins-monro",
    test: "verdicts-test",
    parts: schedules,
    choices: ['"admissible"', '"stops short"', '"fluctuates"'],
    write: (choices) =>
      `function verdicts(): Record<string, Fate | undefined> { return ${record(schedules, choices)}; }`,
    unfounded: "function limits(): any { return [2, 2, 2]; }",
  },
  {
    assignment: "5-subgradients",
    test: "wrong-ones-test",
    parts: ["1", "2", "3", "4", "5", "6", "7", "8"],
    choices: ["named", "not named"],
    write: (choices) =>
      `function outside(): number[] { return [${choices.flatMap((choice, i) => (choice === "named" ? [i + 1] : []))}]; }`,
    unfounded: "function clarke(): any { return Array(8).fill([3, 4]); }",
  },
];

/** A graded question of an assignment, with the right answers before it. */
class Graded {
  readonly #cells: SourceCell[];
  readonly #test: SourceCell;
  readonly #graded = new GradedCells();

  constructor(assignment: string, test: string) {
    this.#cells = sourceOf(assignment).cells;
    this.#test = this.#cells.find((cell) => idOf(cell) === test)!;
  }

  async answerAllBefore(): Promise<void> {
    for (const cell of this.#cells.slice(0, this.#cells.indexOf(this.#test))) {
      if (cell.cell_type === "code" && !isTest(cell)) await this.#graded.asItIs(cell);
    }
  }

  answer(code: string): Promise<void> {
    return this.#graded.mustRun(code);
  }

  async pointsOf(code: string): Promise<number> {
    await this.answer(code);
    return this.#graded.pointsOf(this.#test);
  }

  close(): void {
    this.#graded.close();
  }
}

describe.each(questions)("$assignment", ({ assignment, test: id, parts, choices, write, unfounded }) => {
  const question = new Graded(assignment, id);
  const nothing = parts.map(() => undefined);
  const with_ = (i: number, choice: string) => nothing.map((none, j) => (j === i ? choice : none));
  const pointsOf = (guess: readonly (string | undefined)[]): Promise<number> =>
    question.pointsOf(write(guess));
  let blank: number;
  /** What each choice gains in each part. */
  const gains: number[][] = [];

  beforeAll(async () => {
    await question.answerAllBefore();
    blank = await pointsOf(nothing);
    for (const i of parts.keys()) {
      gains.push([]);
      for (const choice of choices) gains[i]!.push((await pointsOf(with_(i, choice))) - blank);
    }
  }, 600_000);
  afterAll(() => question.close());

  test("what is left out costs nothing, and a right verdict earns", () => {
    expect(blank).toBeGreaterThan(0);
    expect(gains.filter((part) => Math.max(...part) > 0).length).toBeGreaterThanOrEqual(3);
  });

  test("the same answer to all gains nothing", async () => {
    for (const choice of choices) {
      expect(await pointsOf(parts.map(() => choice)), choice).toBeLessThanOrEqual(blank);
    }
  });

  test("nor do random answers, to any number of parts; what parts gain adds up", async () => {
    const sum = (list: readonly number[]) => list.reduce((total, value) => total + value, 0);
    // The means, but for what each part is rounded to.
    for (const i of choices.keys()) {
      expect(sum(gains.map((part) => part[i]!)), choices[i]).toBeLessThanOrEqual(0.02);
    }
    expect(sum(gains.flat())).toBeLessThanOrEqual(0.02);
    for (const step of [1, 2, 3, 5, 7]) {
      const picked = parts.map((_, i) => (i * step + Math.floor(i / 2)) % choices.length);
      const together = (await pointsOf(picked.map((choice) => choices[choice]))) - blank;
      expect(together).toBeCloseTo(sum(picked.map((choice, i) => gains[i]![choice]!)), 1);
    }
  });

  test("beside wrong numbers verdicts count for nothing", async () => {
    await question.answer(unfounded);
    for (const choice of choices) expect(await pointsOf(parts.map(() => choice))).toBe(0);
  });
});

// The number of the wrong line, one of five.
describe.each([
  {
    id: "find-relu",
    line: "wrongLineOfBackward",
    wrong: "function rightBackward(z: any, dx: any) { return dx; }",
  },
  {
    id: "find-relu",
    line: "wrongLineOfBackward",
    // What the test that students see accepts, and no hidden one.
    wrong: "function rightBackward(z: any, dx: any) { dx[0] = 0; return dx; }",
  },
  {
    id: "find-log-sum-exp",
    line: "wrongLineOfLogSumExp",
    wrong:
      "function rightLogSumExp(g: any) { return Math.log(g.reduce((s: any, x: any) => s + Math.exp(x), 0)); }",
  },
])("2-backpropagation, $id beside $wrong", ({ id, line, wrong }) => {
  const question = new Graded("2-backpropagation", id);
  const pointsOf = (guess: number | undefined): Promise<number> =>
    question.pointsOf(`function ${line}(): number | undefined { return ${guess}; }`);
  const pointsOfAll = async (): Promise<number[]> => {
    const points: number[] = [];
    for (const guess of [1, 2, 3, 4, 5]) points.push(await pointsOf(guess));
    return points;
  };

  beforeAll(() => question.answerAllBefore(), 600_000);
  afterAll(() => question.close());

  test("a random line gains nothing, the right one a point, and one left out costs nothing", async () => {
    const [blank, points] = [await pointsOf(undefined), await pointsOfAll()];
    expect(blank).toBe(2);
    expect(points.toSorted()).toEqual([1.75, 1.75, 1.75, 1.75, 3]);
    expect(points.reduce((sum, value) => sum + value, 0) / 5).toBe(blank);
  });

  test("beside a wrong function a line counts for nothing", async () => {
    await question.answer(wrong);
    expect(await pointsOfAll()).toEqual([0, 0, 0, 0, 0]);
    expect(await pointsOf(undefined)).toBe(0);
  });
});
