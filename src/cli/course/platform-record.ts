/**
 * The names of students on the learning platform from which an assignment's submissions were imported: grades and feedback
 * are returned under the same names.
 */
import { readFileSync } from "node:fs";
import path from "node:path";
import { writeAtomically } from "#platform";
import type { Platform } from "./uploads.js";

export interface PlatformRecord {
  platform: Platform;
  students: Record<string, { name: string; number: string; late: boolean; prefix: string }>;
}

const fileOf = (course: string, assignment: string): string =>
  path.join(course, ".nablab", "platform", `${assignment}.json`);

export function readPlatform(course: string, assignment: string): PlatformRecord | undefined {
  try {
    return JSON.parse(readFileSync(fileOf(course, assignment), "utf8")) as PlatformRecord;
  } catch {
    return undefined;
  }
}

export const writePlatform = (course: string, assignment: string, record: PlatformRecord): void =>
  writeAtomically(fileOf(course, assignment), JSON.stringify(record, null, 1));
