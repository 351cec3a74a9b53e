// How long grading a class of 200 takes, and that nothing is lost when things go wrong meanwhile: one nbgrader and one
// notebook's process are killed, and the disk runs full and is freed again. Whatever was interrupted is graded by the same
// command, called again; in the end every submission has exactly the points that it should.
//
//   npm run bench:class [-- --students 200] [--jobs 2] [--assignment 1-gradient-descent] [--calm]     8 minutes on 2 cores
//
// The full disk needs Linux and the right to mount (root): the course lies in a memory file system of 400 MB. Elsewhere it is
// left out, which the report says. `--calm` leaves all accidents out. Exit code 1 if a point is wrong or missing.
import { spawn, spawnSync } from "node:child_process";
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { loadavg, tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import ts from "typescript";

const { values } = parseArgs({
  options: {
    students: { type: "string", default: "200" },
    jobs: { type: "string", default: "2" },
    assignment: { type: "string", default: "1-gradient-descent" },
    calm: { type: "boolean", default: false },
    help: { type: "boolean", short: "h", default: false },
  },
});
if (values.help) {
  console.log(
    "npm run bench:class [-- --students 200] [--jobs 2] [--assignment 1-gradient-descent] [--calm]",
  );
  process.exit();
}
const { assignment, jobs, calm } = values;
const students = Number(values.students);
const root = path.resolve(import.meta.dirname, "../..");
const main = path.join(root, "dist", "cli", "main.js");
const folder = mkdtempSync(path.join(tmpdir(), "nablab-class-"));
const hasDisk = !calm && spawnSync("mount", ["-t", "tmpfs", "-o", "size=400m", "tmpfs", folder]).status === 0;
const course = path.join(folder, "course");
const filler = path.join(folder, "filler");

const nablab = (...args) =>
  spawnSync(process.execPath, [main, "course", ...args], {
    cwd: existsSync(course) ? course : folder,
    encoding: "utf8",
  });
function must(result) {
  if (result.status !== 0) throw new Error(result.stdout + result.stderr);
  return result.stdout;
}
const read = (...names) => JSON.parse(readFileSync(path.join(course, ...names), "utf8"));
const textOf = (cell) => [cell.source].flat().join("");
const idOf = (cell) => cell.metadata.nbgrader?.grade_id;
const round = (x) => Math.round(100 * x) / 100;

/** The stored submissions of an assignment: changes of the solution, and what they cost. */
async function stored() {
  const file = path.join(root, "test/coursework/submissions", `${assignment}.ts`);
  const { outputText } = ts.transpileModule(readFileSync(file, "utf8"), {
    compilerOptions: { module: "ESNext", target: "ES2022" },
  });
  return (await import(`data:text/javascript,${encodeURIComponent(outputText)}`)).submissions;
}

/** Hands in: each student the solution with one of the stored changes; what the tests should give. */
async function handIn() {
  const source = read("source", assignment, `${assignment}.ipynb`);
  const most = source.cells
    .filter((cell) => cell.metadata.nbgrader?.grade && !cell.metadata.nbgrader.solution)
    .map((cell) => [idOf(cell), cell.metadata.nbgrader.points]);
  const changes = [{ name: "right", change: {}, lost: {} }, ...(await stored())];
  const expected = {};
  for (let i = 0; i < students; i++) {
    const { change, lost } = changes[i % changes.length];
    const notebook = read("release", assignment, `${assignment}.ipynb`);
    const answers = new Map(source.cells.map((cell) => [idOf(cell), textOf(cell)]));
    for (const cell of notebook.cells) {
      if (cell.cell_type !== "code" || !cell.metadata.nbgrader?.solution) continue;
      const edit = change[idOf(cell)];
      cell.source = answers.get(idOf(cell));
      if (typeof edit === "string") cell.source = edit;
      else
        for (const [from, to] of edit === undefined ? [] : Array.isArray(edit[0]) ? edit : [edit])
          cell.source = cell.source.replaceAll(from, to);
    }
    const id = `student-${String(i).padStart(3, "0")}`;
    notebook.cells.push({ cell_type: "raw", id: "whose", metadata: {}, source: id });
    mkdirSync(path.join(course, "submitted", id, assignment), { recursive: true });
    writeFileSync(
      path.join(course, "submitted", id, assignment, `${assignment}.ipynb`),
      JSON.stringify(notebook),
    );
    expected[id] = round(most.reduce((sum, [cell, points]) => sum + points - (lost[cell] ?? 0), 0));
  }
  return expected;
}

/** The processes below one, whose command line has a text. */
function processesBelow(id, text) {
  const all = spawnSync("ps", ["-eo", "pid=,ppid=,args="], { encoding: "utf8" })
    .stdout.trim()
    .split("\n")
    .map((line) => {
      const [pid, parent, ...args] = line.trim().split(/\s+/);
      return { pid: Number(pid), parent: Number(parent), args: args.join(" ") };
    });
  const below = new Set([id]);
  for (let before = 0; before !== below.size; ) {
    before = below.size;
    for (const { pid, parent } of all) if (below.has(parent)) below.add(pid);
  }
  return all.filter(({ pid, args }) => pid !== id && below.has(pid) && args.includes(text));
}

function fillDisk() {
  const file = openSync(filler, "w");
  try {
    for (const size of [1 << 20, 1 << 12, 1]) {
      const block = Buffer.alloc(size);
      try {
        while (true) writeSync(file, block);
      } catch (error) {
        if (error.code !== "ENOSPC") throw error;
      }
    }
  } finally {
    closeSync(file);
  }
}

const happenings = [];
/** Grades until the command ends; `accidents` happen when so many are done. */
function autograde(accidents) {
  const began = performance.now();
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [main, "course", "autograde", assignment, "--jobs", jobs], {
      cwd: course,
      stdio: ["ignore", "ignore", "pipe"],
    });
    let said = "";
    child.stderr.setEncoding("utf8").on("data", (text) => {
      said += text;
      const done = Math.max(0, ...[...said.matchAll(/^(\d+) of \d+: /gm)].map((match) => Number(match[1])));
      while (accidents.length > 0 && done >= accidents[0].at) {
        const { what, happen } = accidents.shift();
        happenings.push(`after ${done}: ${what}${happen(child) ?? ""}`);
      }
    });
    child.on("close", (code) => resolve({ code, said, seconds: (performance.now() - began) / 1000 }));
  });
}
const kill = (text) => (child) => {
  const [victim] = processesBelow(child.pid, text);
  if (!victim) return " (none was running)";
  process.kill(victim.pid, "SIGKILL");
};
const accidents = calm
  ? []
  : [
      { at: Math.floor(students / 5), what: "an nbgrader is killed", happen: kill("nablab_course.py") },
      {
        at: Math.floor((2 * students) / 5),
        what: "a notebook's process is killed",
        happen: kill("session-child.js"),
      },
      ...(hasDisk
        ? [
            {
              at: Math.floor((3 * students) / 5),
              what: "the disk is full, for 10 s",
              happen: () => {
                fillDisk();
                setTimeout(() => rmSync(filler), 10_000);
              },
            },
          ]
        : []),
    ];

try {
  must(nablab("new", course));
  for (const other of readdirSync(path.join(course, "source")))
    if (other !== assignment) rmSync(path.join(course, "source", other), { recursive: true });
  must(nablab("release", assignment));
  const expected = await handIn();
  const runs = [];
  do {
    runs.push(await autograde(accidents));
  } while (runs.at(-1).code !== 0 && runs.length < 5);
  if (existsSync(filler)) rmSync(filler);
  const seconds = runs.reduce((sum, run) => sum + run.seconds, 0);
  must(nablab("scores", "--csv", "scores.csv"));
  const rows = readFileSync(path.join(course, "scores.csv"), "utf8")
    .trim()
    .split(/\r?\n/)
    .slice(1)
    .map((line) => line.split(","));
  const got = Object.fromEntries(rows.map((row) => [row[3], row[7] === "graded" ? Number(row[10]) : row[7]]));
  const wrong = Object.entries(expected).filter(([id, points]) => got[id] !== points);
  console.log(
    `${students} submissions of ${assignment}, ${jobs} at a time: ${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s in ${runs.length} run${runs.length > 1 ? "s" : ""}, load ${loadavg()[0].toFixed(1)}`,
  );
  for (const line of happenings) console.log(`  ${line}`);
  if (!calm && !hasDisk) console.log("  no full disk: that takes Linux and the right to mount");
  for (const [i, { code, said }] of runs.entries()) {
    const failures = said.match(/ failed$/gm)?.length ?? 0;
    const lines = said
      .split("\n")
      .filter((line) => /full|ended|interrupted|Error/.test(line))
      .slice(0, 6);
    console.log(
      `  run ${i + 1}: exit code ${code}, ${failures} failed${lines.map((line) => `\n    ${line.trim()}`).join("")}`,
    );
  }
  console.log(
    wrong.length === 0 && Object.keys(got).length === students
      ? `  all ${students} have exactly their points`
      : `  WRONG: ${wrong
          .slice(0, 10)
          .map(([id, points]) => `${id} ${got[id]} for ${points}`)
          .join(", ")}; ${Object.keys(got).length} rows`,
  );
  process.exitCode = wrong.length === 0 && Object.keys(got).length === students ? 0 : 1;
} finally {
  if (hasDisk) spawnSync("umount", ["-l", folder]);
  rmSync(folder, { recursive: true, force: true });
}
