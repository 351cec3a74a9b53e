/** A course in a temporary folder, driven by `nablab course`, for the tests of grading. */
import { type SpawnSyncReturns, spawnSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statfsSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { python } from "../kernel/jupyter.js";

const root = path.resolve(import.meta.dirname, "../..");

/** A cell of a notebook file, as far as the tests look at it. */
export interface Cell {
  cell_type: string;
  source: string;
  metadata: {
    nbgrader?: { grade_id: string; grade: boolean; solution: boolean; points?: number } & Record<
      string,
      unknown
    >;
  };
  [key: string]: unknown;
}
export interface Notebook {
  cells: Cell[];
  metadata: Record<string, unknown>;
  nbformat: number;
  nbformat_minor: number;
}

/** Points by assignment, student and cell. */
export type Grades = Record<string, Record<string, Record<string, number | null>>>;

export const idOf = (cell: Cell): string | undefined => cell.metadata.nbgrader?.grade_id;

export function read(file: string): Notebook {
  const notebook = JSON.parse(readFileSync(file, "utf8")) as Notebook;
  for (const cell of notebook.cells) cell.source = [cell.source].flat().join("");
  return notebook;
}

/**
 * Where courses are made: in memory where the machine has a folder for that and room in it. A gradebook waits for the disk at each
 * of hundreds of commits, some 10 ms each.
 */
const place = ((memory = "/dev/shm") => {
  const room = existsSync(memory) ? statfsSync(memory) : undefined;
  return room && room.bavail * room.bsize > 2e9 ? memory : tmpdir();
})();

export class Course {
  readonly folder = path.join(mkdtempSync(path.join(place, "nablab-course-")), "course");

  /** A new course, or a copy of one. */
  constructor(from?: Course) {
    if (from) {
      cpSync(from.folder, this.folder, { recursive: true });
      return;
    }
    const { status, stderr } = this.run("new", this.folder);
    if (status !== 0) throw new Error(stderr);
  }

  /** `nablab course …` in its folder. */
  run(command: string, ...args: string[]): SpawnSyncReturns<string> {
    const cwd = command === "new" ? root : this.folder;
    const main = path.join(root, "dist", "cli", "main.js");
    return spawnSync(process.execPath, [main, "course", command, ...args], {
      cwd,
      encoding: "utf8",
      maxBuffer: 1e9,
      env: { ...process.env, NABLAB_PYTHON: python(), NO_COLOR: "1" },
    });
  }

  /** A file of the course. */
  at(...names: string[]): string {
    return path.join(this.folder, ...names);
  }

  source(assignment: string): Notebook {
    return read(this.at("source", assignment, `${assignment}.ipynb`));
  }

  released(assignment: string): Notebook {
    return read(this.at("release", assignment, `${assignment}.ipynb`));
  }

  /** Hands a notebook in. */
  submit(student: string, assignment: string, notebook: Notebook | string): void {
    const file = this.at("submitted", student, assignment, `${assignment}.ipynb`);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, typeof notebook === "string" ? notebook : JSON.stringify(notebook));
  }

  grades(): Grades {
    return JSON.parse(this.python("grades.py")) as Grades;
  }

  /** Marks an answer as a human would. */
  mark(assignment: string, student: string, cell: string, points: number): void {
    this.python("mark.py", assignment, student, cell, String(points));
  }

  /** Runs a script of this folder on the gradebook. */
  python(script: string, ...args: string[]): string {
    const file = path.join(import.meta.dirname, script);
    const { status, stdout, stderr } = spawnSync(python(), [file, this.at("gradebook.db"), ...args], {
      encoding: "utf8",
    });
    if (status !== 0) throw new Error(stderr);
    return stdout;
  }

  /** nbgrader itself, as a lecturer may call it. */
  nbgrader(...args: string[]): SpawnSyncReturns<string> {
    return spawnSync(python(), ["-m", "nbgrader", ...args], {
      cwd: this.folder,
      encoding: "utf8",
      env: { ...process.env, JUPYTER_PATH: this.at(".nablab") },
    });
  }

  remove(): void {
    rmSync(path.dirname(this.folder), { recursive: true, force: true });
  }
}

/** What students get, with the answers of the solution in it. */
export function solved(course: Course, assignment: string): Notebook {
  const notebook = course.released(assignment);
  const source = new Map(course.source(assignment).cells.map((cell) => [idOf(cell), cell.source]));
  for (const cell of notebook.cells) {
    if (cell.cell_type === "code" && cell.metadata.nbgrader?.solution) cell.source = source.get(idOf(cell))!;
  }
  return notebook;
}
