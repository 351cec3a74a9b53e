/**
 * A submission as a point: its notebooks run confined, on any machine, as with the local grader. The machine with the
 * gradebook decides what is graded, and by which tests.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { NotebookLimits } from "../../kernel/graded-session.js";
import { findSandbox } from "../../kernel/sandbox.js";
import { makeFolder } from "../../platform/make-folder.js";
import type { Code } from "../../sweep/job.js";
import type { Values } from "../../sweep/values.js";
import { runConfined } from "../graded-run.js";
import { notebookText, parseNotebook } from "../notebook.js";

/** The files of a submission by their paths, as base64. */
export type Files = Readonly<Record<string, string>>;

/** The code that grades submissions, with their limits. */
export const submissionsCode = (limits: NotebookLimits): Pick<Code, "files" | "entry"> => ({
  entry: "limits.json",
  files: { "limits.json": JSON.stringify(limits) },
});

/**
 * Runs the notebooks of a submission.
 *
 * @returns the notebooks with their outputs, the sandbox in which they ran, and `token`, which identifies the submission
 */
export async function runSubmission(
  { files, token }: { files: string; token: string },
  { files: about, entry }: Code,
  scratch: string,
  stop: AbortSignal,
): Promise<Values> {
  const limits = JSON.parse(about[entry]!) as NotebookLimits;
  const folder = mkdtempSync(path.join(scratch, "submission-"));
  try {
    const given = Object.entries(JSON.parse(files) as Files);
    for (const [name, content] of given) {
      makeFolder(path.dirname(path.join(folder, name)));
      writeFileSync(path.join(folder, name), content, "base64");
    }
    const executed: Record<string, string> = {};
    for (const [name, content] of given) {
      if (!isNotebook(name)) continue;
      const notebook = parseNotebook(Buffer.from(content, "base64").toString(), name);
      if (!(await runConfined(notebook, { folder, limits, removeFiles: true, stop }))) throw stop.reason;
      executed[name] = notebookText(notebook);
    }
    return { notebooks: JSON.stringify(executed), sandbox: findSandbox()?.name ?? "none", token };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Whether a file of a submission is graded: those in its folder itself. */
const isNotebook = (name: string): boolean => name.endsWith(".ipynb") && !name.includes("/");
