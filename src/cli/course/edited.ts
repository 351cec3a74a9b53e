/**
 * Detects whether a student has changed a locked cell.
 */
import { createHash } from "node:crypto";
import type { Cell } from "../notebook.js";
import { gradingOf } from "./points.js";

/** Whether a locked cell differs from the released one, by nbgrader's checksum; the grader restores the original. */
export function isEdited(cell: Cell): boolean {
  const about = gradingOf(cell);
  if (!about?.checksum || !about.locked) return false;
  const points = about.points ?? 0;
  const float = Number.isInteger(points) ? `${points}.0` : String(points); // as Python writes it
  // Its type; whether it is graded, is an answer, is locked; its name and its points.
  const rest = `${cell.cell_type}${about.grade ? "True" : "False"}FalseTrue${about.grade_id}${about.grade ? float : ""}`;
  const unix = cell.source.replace(/\r\n?/g, "\n");
  // An editor may have removed or added a final newline, and changed the Unicode normalisation.
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
