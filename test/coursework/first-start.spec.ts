/** A kernel that dies as it starts, as one does whose port another has taken meanwhile, costs nobody their points. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, expect, test } from "vitest";
import { python } from "../kernel/jupyter.js";
import { Course, solved } from "./course.js";

const root = path.resolve(import.meta.dirname, "../..");
const assignment = "5-subgradients";
const course = new Course();

afterAll(() => course.remove());

test("it is started once more", () => {
  expect(course.run("release", assignment, "--untried").status).toBe(0);
  course.submit("ada", assignment, solved(course, assignment));
  const died = course.at("died");
  const start = course.at("start.mjs");
  writeFileSync(
    start,
    `import { existsSync, writeFileSync } from "node:fs";
if (!existsSync(${JSON.stringify(died)})) {
  writeFileSync(${JSON.stringify(died)}, "");
  process.exit(1);
}
`,
  );
  const kernels = course.at("jupyter");
  mkdirSync(path.join(kernels, "kernels", "nablab"), { recursive: true });
  writeFileSync(
    path.join(kernels, "kernels", "nablab", "kernel.json"),
    JSON.stringify({
      argv: [
        process.execPath,
        `--import=${pathToFileURL(start)}`,
        path.join(root, "dist", "kernel", "main.js"),
        "{connection_file}",
      ],
      display_name: "dies once",
      language: "typescript",
      interrupt_mode: "message",
    }),
  );
  // What an earlier grading has left may be no notebook.
  const graded = course.at("autograded", "ada", assignment);
  mkdirSync(graded, { recursive: true });
  writeFileSync(path.join(graded, "object.ipynb"), "{}");
  writeFileSync(path.join(graded, "list.ipynb"), "[]");
  const request = { do: "autograde", assignment, student: "ada", force: true };
  const { stdout, stderr } = spawnSync(python(), [path.join(root, "python", "course", "nablab_course.py")], {
    cwd: course.folder,
    input: `${JSON.stringify(request)}\n`,
    encoding: "utf8",
    env: { ...process.env, JUPYTER_PATH: kernels, JUPYTER_PREFER_ENV_PATH: "0" },
  });
  const answer = JSON.parse(stdout);
  expect(existsSync(died)).toBe(true);
  expect(answer.success, stderr).toBe(true);
  // Answers in words wait to be read: they are worth nothing until then.
  const cells = course.source(assignment).cells.map((cell) => cell.metadata.nbgrader);
  const tested = cells.filter((cell) => cell?.grade && !cell.solution);
  expect(tested.length).toBeGreaterThan(0);
  expect(answer.score).toBe(tested.reduce((sum, cell) => sum + cell!.points!, 0));
});
