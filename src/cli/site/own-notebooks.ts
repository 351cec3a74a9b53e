/** The notebooks that come with nablab: the lectures, the classics, and the assignments as students get them. */
import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { packageRoot } from "../../kernel/own-packages.js";
import { reasonOf } from "../course/each.js";
import { NbGrader } from "../course/nbgrader.js";
import { foldersIn } from "../course/submissions.js";
import { InputError } from "../input-error.js";
import { say } from "../progress.js";

/** Folders of notebooks, with what the index calls what is in them. */
export interface OwnNotebooks {
  folders: ReadonlyMap<string, string>;
  /** Removes what was made for this. */
  remove(): void;
}

/** Collects them; the assignments where there is a Python with nbgrader, which removes the solutions. */
export async function ownNotebooks(): Promise<OwnNotebooks> {
  const ours = path.join(packageRoot, "notebooks");
  const released = mkdtempSync(path.join(tmpdir(), "nablab-assignments-"));
  const remove = (): void => rmSync(released, { recursive: true, force: true });
  try {
    await release(path.join(ours, "coursework"), released);
  } catch (error) {
    remove();
    throw error;
  }
  const folders = new Map([
    [path.join(ours, "lectures"), "Lectures"],
    [path.join(ours, "examples"), "Classics"],
  ]);
  if (readdirSync(released).length > 0) folders.set(released, "Assignments");
  return { folders, remove };
}

async function release(coursework: string, into: string): Promise<void> {
  say("taking the solutions out of the assignments");
  const course = mkdtempSync(path.join(tmpdir(), "nablab-course-"));
  cpSync(path.join(coursework, "nbgrader_config.py"), path.join(course, "nbgrader_config.py"));
  cpSync(path.join(coursework, "source"), path.join(course, "source"), { recursive: true });
  const nbgrader = new NbGrader(course);
  try {
    for (const assignment of foldersIn(path.join(course, "source"))) {
      const request = {
        do: "release",
        assignment,
        into: "release",
        trial: true,
        change_cells: false,
      } as const;
      const answer = await nbgrader.ask(request);
      if (!answer.success) throw new InputError(`${assignment}: ${reasonOf(answer)}`);
      const released = path.join(course, "release", assignment);
      for (const name of readdirSync(released).filter((name) => name.endsWith(".ipynb")))
        cpSync(path.join(released, name), path.join(into, name));
    }
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    say(`the assignments are left out: ${error.message}`);
  } finally {
    nbgrader.close();
    if (existsSync(course)) rmSync(course, { recursive: true, force: true });
  }
}
