/** `nablab course formgrader`: a real JupyterLab with nbgrader on the course, for this machine and its token alone. */
import { readFileSync, writeFileSync } from "node:fs";
import { afterAll, expect, test } from "vitest";
import { Course, idOf, solved } from "./course.js";
import { openFormgrader } from "./formgrader.js";
import * as tiny from "./tiny.js";

const course = new Course();
afterAll(() => course.remove());

test("opens on the course's assignments, says its address, and ends when it is stopped", async () => {
  tiny.clear(course);
  tiny.assignment(course, "tiny");
  const formgrader = await openFormgrader(course);
  const { url } = formgrader;
  expect([url.hostname, url.pathname]).toEqual(["127.0.0.1", "/formgrader"]);
  expect(url.searchParams.get("token")).toMatch(/^[0-9a-f]{48}$/);
  const reply = await formgrader.get("api/assignments");
  expect(((await reply.json()) as { name: string }[]).map(({ name }) => name)).toEqual(["tiny"]);
  expect((await formgrader.get("api/assignments", { token: false })).status).not.toBe(200);
  const { code, said } = await formgrader.stop();
  expect(code, said).toBe(0);
});

test("shows a model answer and formulas beside a written answer, and loads nothing from elsewhere", async () => {
  const cells = tiny.cells().filter((cell) => /^(half|words)/.test(idOf(cell)!));
  const model = "Because $x^2$ grows.\n\n*For graders.* All or nothing.";
  cells.find((cell) => idOf(cell) === "words")!.source = `### BEGIN SOLUTION\n${model}\n### END SOLUTION`;
  tiny.assignment(course, "tiny", cells);
  expect(course.run("release", "--untried").status).toBe(0);
  const notebook = solved(course, "tiny");
  notebook.cells.find((cell) => idOf(cell) === "words")!.source = "As $\\sqrt 2$ shows.";
  course.submit("ada", "tiny", notebook);
  course.submit("bo", "tiny", "{");
  writeFileSync(course.at("class.csv"), "student_id,first_name,last_name\nada,A,Da\nbo,B,O\ncy,C,Y\n");
  expect(course.run("roster", "import", "class.csv").status).toBe(0);
  const { stdout, stderr } = course.run("autograde");
  expect(stdout, stderr).toMatch(/^ada .*\d \/ /m);
  const formgrader = await openFormgrader(course);
  let page: string;
  try {
    const submitted = await formgrader.get("api/submitted_notebooks/tiny/tiny");
    const [{ id }] = (await submitted.json()) as [{ id: string }];
    page = await (await formgrader.get(`submissions/${id}/`)).text();
    // Who submitted nothing, and why a submission is not graded.
    const listed = (await (await formgrader.get("api/submissions/tiny")).json()) as Record<string, unknown>[];
    const reason = expect.stringMatching(/^not graded: tiny.ipynb: not a notebook/);
    expect(listed.map(({ student, standing }) => [student, standing])).toEqual([
      ["ada", undefined],
      ["bo", reason],
      ["cy", "not submitted"],
    ]);
    expect(await (await formgrader.get("api/submission/tiny/bo")).json()).toMatchObject({ standing: reason });
    const [ofBo] = (await (await formgrader.get("api/student_submissions/bo")).json()) as { name: string }[];
    expect(ofBo!.name).toMatch(/^tiny: not graded: tiny.ipynb: not a notebook/);
    const list = await (await formgrader.get("manage_submissions/tiny")).text();
    expect(list).toMatch(/SubmissionUI.prototype.render = [\s\S]*<\/head>/);
  } finally {
    await formgrader.stop();
  }
  expect(page).toMatch(/As \$\\sqrt 2\$ shows\.[\s\S]*<blockquote>\s*<p><strong>Model answer<\/strong>/);
  expect(page).toContain("<em>For graders.</em> All or nothing.");
  expect(page).not.toMatch(/<(p|h\d)[^>]*>(BEGIN|END) SOLUTION/);
  expect(page.match(/ (src|href)="(https?:)?\/\/[^"]*/g)).toBeNull();
  expect(page).toContain("renderMathInElement(document.body");
  expect(page).toContain('"katex"');
  expect(course.run("feedback").status).toBe(0);
  const feedback = readFileSync(course.at("feedback", "ada", "tiny", "tiny.html"), "utf8");
  expect(feedback).not.toMatch(/Model answer|All or nothing/);
  expect(feedback).toContain("<msqrt>");
}, 300_000);
