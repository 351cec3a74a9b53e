/**
 * How learning platforms name submissions in a download of all of them:
 *
 * - Moodle: `Ada Lovelace_1234_assignsubmission_file/x.ipynb` (before 4.1 with `_` at the end of the folder), or without
 *   folders `Ada Lovelace_1234_assignsubmission_file_x.ipynb`. The number identifies the participant in this assignment only.
 * - Canvas: `lovelaceada_LATE_1234_56789_x.ipynb`: the student's number in Canvas, and that of the file.
 *
 * Sources: mod/assign/feedback/file/importziplib.php of Moodle, `infer_comment_context_from_filename` of Canvas, which
 * read these names when feedback is handed back.
 */
import type { ZipEntry } from "./zip.js";

export type Platform = "moodle" | "canvas";

/** The submission of one student. */
export interface Upload {
  platform: Platform;
  /** The student's name as the platform writes it. */
  name: string;
  /** The student's number: in the assignment (Moodle), on the platform (Canvas). */
  number: string;
  /** Whether the platform marks it as late. */
  late: boolean;
  /** The prefix of feedback files, by which the platform identifies the student. */
  prefix: string;
  files: { name: string; content: Uint8Array; number: number }[];
}

/** Groups the files of a download by student; `others` are files with unrecognised names. */
export function uploadsOf(entries: readonly ZipEntry[]): { uploads: Upload[]; others: string[] } {
  const uploads = new Map<string, Upload>();
  const others: string[] = [];
  for (const entry of entries) {
    const found = moodle(entry) ?? canvas(entry);
    if (!found) {
      others.push(entry.name);
      continue;
    }
    const { file, fileNumber, ...upload } = found;
    const key = `${upload.platform} ${upload.number}`;
    const known = uploads.get(key) ?? { ...upload, files: [] };
    uploads.set(key, known);
    // Feedback goes to the last version.
    if (known.files.every(({ number }) => number <= fileNumber)) known.prefix = upload.prefix;
    if (file !== "") known.files.push({ name: file, content: entry.content, number: fileNumber });
  }
  return { uploads: [...uploads.values()], others };
}

type Found = Omit<Upload, "files"> & { file: string; fileNumber: number };

function moodle({ name }: ZipEntry): Found | undefined {
  const parts = name.split("/");
  for (const [i, part] of parts.entries()) {
    const match = /^([^_]*)_(\d+)_assignsubmission_([a-z]+)(?:_(.*))?$/.exec(part);
    if (!match) continue;
    const [, person, number, plugin, rest = ""] = match;
    const isFolder = i < parts.length - 1;
    const file =
      plugin === "file" ? [rest, ...parts.slice(i + 1)].filter((piece) => piece !== "").join("/") : "";
    const prefix = isFolder ? `${part}/` : `${person}_${number}_assignsubmission_${plugin}_`;
    return { platform: "moodle", name: person!, number: number!, late: false, prefix, file, fileNumber: 0 };
  }
  return undefined;
}

function canvas({ name }: ZipEntry): Found | undefined {
  const pieces = name.split("/").at(-1)!.split("_");
  const at = pieces.findIndex((piece, i) => i > 0 && /^\d+$/.test(piece));
  if (at < 0 || !/^\d+$/.test(pieces[at + 1] ?? "") || pieces.length < at + 3) return undefined;
  const late = pieces[at - 1] === "LATE";
  return {
    platform: "canvas",
    name: pieces.slice(0, late ? at - 1 : at).join("_"),
    number: pieces[at]!,
    late,
    prefix: `${pieces.slice(0, at + 2).join("_")}_`,
    file: pieces.slice(at + 2).join("_"),
    fileNumber: Number(pieces[at + 1]),
  };
}

/** Whether an upload is that of Canvas's own test student ("Student, Test"), who is nobody. */
export const isOfTestStudent = ({ platform, name }: Upload): boolean =>
  platform === "canvas" && name === "studenttest";
