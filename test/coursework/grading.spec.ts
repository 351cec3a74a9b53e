/**
 * Real nbgrader, driven as a lecturer would: for each assignment the solution, the stub as it is handed out, and the
 * stored submissions get exactly the points that they should.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Cell, Course, type Grades, idOf, type Notebook, solved } from "./course.js";
import type { Edit, Submission } from "./submissions/submission.js";

const assignments = [
  "1-gradient-descent",
  "2-backpropagation",
  "3-robbins-monro",
  "4-sgd-and-adagrad",
  "5-subgradients",
];
// Each takes nbgrader some seconds, those of assignment 4 half a minute: every sixteenth is graded here, of assignment 4
// the first, and all of them with NABLAB_ALL_SUBMISSIONS=1, as before a release of the assignments.
const isGraded = (i: number, assignment: string): boolean =>
  process.env.NABLAB_ALL_SUBMISSIONS === "1" || (assignment.startsWith("4-") ? i === 0 : i % 16 === 0);

const stored: Record<string, Submission[]> = Object.fromEntries(
  await Promise.all(
    assignments.map(async (assignment) => [
      assignment,
      (await import(`./submissions/${assignment}.ts`)).submissions,
    ]),
  ),
);

const course = new Course();
let grades: Grades;

afterAll(() => course.remove());

/** The solution with the changes of a submission. */
function handedIn(assignment: string, { change }: Submission): Notebook {
  const notebook = solved(course, assignment);
  for (const [id, edit] of Object.entries(change)) {
    const cell = notebook.cells.find((cell) => idOf(cell) === id);
    if (!cell) throw new Error(`${assignment} has no cell ${id}`);
    if (typeof edit === "string") {
      cell.source = edit;
      continue;
    }
    for (const [from, to] of (Array.isArray(edit[0]) ? edit : [edit]) as Edit[]) {
      if (!cell.source.includes(from)) {
        throw new Error(`${assignment}, ${id}: there is no ${from} in\n${cell.source}`);
      }
      cell.source = cell.source.replaceAll(from, to);
    }
  }
  return notebook;
}

/** What every test of an assignment gives at most; an answer that a human reads is not among them. */
function most(assignment: string): Record<string, number> {
  const graded = course.source(assignment).cells.filter((cell) => cell.metadata.nbgrader?.grade);
  return Object.fromEntries(
    graded
      .filter((cell) => !cell.metadata.nbgrader!.solution)
      .map((cell) => [idOf(cell)!, cell.metadata.nbgrader!.points!]),
  );
}

/** An answer in words. */
const isRead = ({ cell_type, metadata: { nbgrader } }: Cell): boolean =>
  cell_type === "markdown" && nbgrader?.grade === true && nbgrader.solution;

const studentOf = (i: number): string => `student-${String(i + 1).padStart(2, "0")}`;

beforeAll(() => {
  // Without a trial: autograde finds below that the solution gets all points and the stub none.
  const { status, stdout, stderr } = course.run("release", "--untried");
  expect(status, stderr).toBe(0);
  for (const assignment of assignments) {
    expect(stdout).toMatch(new RegExp(`${assignment} +(1[6-9]|20) +50 `));
    const solution = solved(course, assignment);
    for (const cell of solution.cells.filter(isRead)) cell.source = "It falls, then it rests.";
    course.submit("solution", assignment, solution);
    course.submit("stub", assignment, course.released(assignment));
    for (const [i, submission] of stored[assignment]!.entries()) {
      if (isGraded(i, assignment)) course.submit(studentOf(i), assignment, handedIn(assignment, submission));
    }
  }
  const graded = course.run("autograde");
  expect(graded.status, graded.stdout + graded.stderr).toBe(0);
  grades = course.grades();
}, 7_200_000);

describe.each(assignments)("%s", (assignment) => {
  const of = (student: string) => {
    const own = grades[assignment]![student]!;
    return Object.fromEntries(Object.keys(most(assignment)).map((id) => [id, own[id]]));
  };

  test("the released notebook holds no solution and no hidden test", () => {
    const text = JSON.stringify(course.released(assignment));
    for (const secret of ["BEGIN SOLUTION", "END SOLUTION", "BEGIN HIDDEN TESTS", "END HIDDEN TESTS"]) {
      expect(text).not.toContain(secret);
    }
    expect(text).toContain("not done yet");
  });

  test("every test cell imports the checks that it calls, so that no answer can stand in for them", () => {
    for (const cell of course.source(assignment).cells) {
      if (!cell.metadata.nbgrader?.grade || cell.cell_type !== "code") continue;
      const called = new Set(cell.source.match(/\b(check[A-Z]\w+|credit)(?=\()/g));
      const imported = /import \{([^}]*)\} from "nablab"/.exec(cell.source)?.[1] ?? "";
      expect(
        [...called].filter((name) => !imported.split(/[ ,]+/).includes(name)),
        idOf(cell),
      ).toEqual([]);
    }
  });

  test("runs through also while answers are missing: what they break may fail", () => {
    for (const { cell_type, metadata } of course.released(assignment).cells) {
      if (cell_type !== "code" || (metadata.nbgrader && !metadata.nbgrader.grade)) continue;
      expect((metadata as { tags?: string[] }).tags).toContain("raises-exception");
    }
  });

  test("the solution gets full marks, the stub none", () => {
    expect(of("solution")).toEqual(most(assignment));
    expect(of("stub")).toEqual(Object.fromEntries(Object.keys(most(assignment)).map((id) => [id, 0])));
  });

  test("at least ten submissions are stored", () => {
    expect(stored[assignment]!.length).toBeGreaterThanOrEqual(10);
  });

  const graded = stored[assignment]!.map((submission, i) => [submission.name, i, submission] as const);
  test.each(graded.filter(([, i]) => isGraded(i, assignment)))("%s", (_, i, { lost }) => {
    // Points have two decimals; 5 − 3.34 has more.
    const left = (id: string, points: number) => Math.round(100 * (points - (lost[id] ?? 0))) / 100;
    const expected = Object.entries(most(assignment)).map(([id, points]) => [id, left(id, points)]);
    expect(of(studentOf(i))).toEqual(Object.fromEntries(expected));
  });
});

test("answers in words wait to be read, and make the solution's marks full", () => {
  const byHand = assignments.map((assignment) => course.source(assignment).cells.filter(isRead));
  const pointsOf = (cells: Cell[]) => cells.reduce((sum, cell) => sum + cell.metadata.nbgrader!.points!, 0);
  const row = (student: string): string[] =>
    course
      .run("scores")
      .stdout.split("\n")
      .find((line) => line.startsWith(`${student} `))!
      .match(/[\d.]+ \/ 50( \*)?/g)!;
  expect(row("solution")).toEqual(byHand.map((cells) => `${50 - pointsOf(cells)} / 50 *`));
  expect(row("stub")).toEqual(Array(5).fill("0 / 50")); // nobody has to read what was left as it was
  for (const [i, cells] of byHand.entries()) {
    for (const cell of cells) {
      course.mark(assignments[i]!, "solution", idOf(cell)!, cell.metadata.nbgrader!.points!);
    }
  }
  expect(row("solution")).toEqual(Array(5).fill("50 / 50"));
});
