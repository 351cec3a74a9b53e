/**
 * Whether a student has changed what is not theirs to change.
 */
import { createHash } from "node:crypto";
import type { Cell } from "../notebook.js";
import { gradingOf } from "./points.js";

/** Whether a locked cell is not as it was handed out, by nbgrader's checksum; the grader puts the original back. */
export function isEdited(cell: Cell): boolean {
  const about = gradingOf(cell);
  if (!about?.checksum || !about.locked) return false;
  const points = about.points ?? 0;
  const float = Number.isInteger(points) ? `${points}.0` : String(points); // as Python writes it
  // Its type; whether it has points, is an answer, is locked; its name and what it is worth.
  const rest = `${cell.cell_type}${about.grade ? "True" : "False"}FalseTrue${about.grade_id}${about.grade ? float : ""}`;
  const unix = cell.source.replace(/\r\n?/g, "\n");
  // An editor may have taken or added a newline at the end, and stored letters with marks in another form.
  const forms = [
    unix,
    unix.trimEnd(),
    `${unix.trimEnd()}\n`,
    unix.normalize("NFC"),
    unix.trimEnd().normalize("NFC"),
  ];
  return forms.every(
    (text) =>
      createHash("md5")
        .update(text + rest)
        .digest("hex") !== about.checksum,
  );
}
