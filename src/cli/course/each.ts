/**
 * Processes many submissions with several nbgrader processes in parallel.
 */
import { availableParallelism } from "node:os";
import path from "node:path";
import { writeAtomically } from "#platform";
import { InputError } from "../input-error.js";
import { say } from "../progress.js";
import { type Answer, NbGrader } from "./nbgrader.js";
import { printable } from "./printable.js";
import type { Submission } from "./submissions.js";

export const submissionLabel = ({ assignment, student }: Submission): string =>
  printable(`${student}, ${assignment}`);

/** Sorts rows by assignment and student, since parallel work ends in any order. */
export function inOrder(rows: readonly Record<string, unknown>[]): Record<string, unknown>[] {
  const key = (row: Record<string, unknown>): string => `${row.assignment}\n${row.student}`;
  return rows.toSorted((a, b) => (key(a) < key(b) ? -1 : 1));
}

/** The line of nbgrader's output that gives the reason. */
export function reasonOf({ error = "", log = "" }: Answer): string {
  const lines = `${log}\n${error}`.split("\n").map((line) => line.replace(/^\[\w+\] /, "").trim());
  const reasons = lines.filter((line) => /^[\w.]*(Error|Exception|Invalid\w*|Interrupt)\b.*:/.test(line));
  return printable(
    reasons.find((line) => !/NbGraderException|SystemExit/.test(line)) ??
      lines.findLast((line) => line !== "") ??
      "",
  );
}

/** @throws InputError with the reason of a failure */
export async function answered(asked: Promise<Answer>): Promise<Answer> {
  const answer = await asked;
  if (!answer.success) throw new InputError(`nbgrader: ${reasonOf(answer)}`);
  return answer;
}

/** No further request can succeed: ends all work. */
export class NothingFurther extends InputError {}

/** The degree of parallelism. */
export interface Lanes {
  /** The number of nbgrader processes; by default one per core. */
  jobs?: number;
  /** Calls the listener with the number of items that may be in progress, and whenever it grows; by default one per nbgrader. */
  capacity?: (listener: (count: number) => void) => void;
  /** A running nbgrader to use as one of them. */
  nbgrader?: NbGrader;
  /** Called on Ctrl-C. */
  stop?: () => void;
}

/** Whether a reason given by Node, Python or SQLite is a full disk. */
const isDiskFull = (reason: string): boolean =>
  /ENOSPC|EDQUOT|No space left on device|Disk quota exceeded|database or disk is full/.test(reason);

/**
 * Processes a list with several nbgraders and reports progress. A failure is reported and logged, and the rest continues.
 *
 * @param options `jobs`: the number of nbgraders; `nbgrader`: a running one to use as the first
 * @returns the number of failures
 */
export async function forEach<Item>(
  course: string,
  items: readonly Item[],
  { jobs = availableParallelism(), capacity = (listener) => listener(jobs), stop: alsoStop, nbgrader }: Lanes,
  labelOf: (item: Item) => string,
  work: (nbgrader: NbGrader, item: Item) => Promise<Answer>,
): Promise<number> {
  const waiting = [...items];
  const nbgraders = Array.from({ length: Math.min(jobs, items.length) }, () => new NbGrader(course));
  // Starting one takes as long as a third of a small submission.
  if (nbgrader && nbgraders.length > 0) nbgraders[0] = nbgrader;
  let failures = 0;
  let done = 0;
  let interrupted = false;
  let isFull = false;
  const stop = (): void => {
    interrupted = true;
    waiting.length = 0;
    alsoStop?.();
    for (const nbgrader of nbgraders) nbgrader.close();
  };
  const lane = async (nbgrader: NbGrader): Promise<void> => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) {
      const start = performance.now();
      const label = labelOf(item);
      const answer = await work(nbgrader, item).catch((error: Error): Answer => {
        if (error instanceof NothingFurther) throw error;
        return { success: false, error: error.message, log: error.stack ?? "" };
      });
      if (interrupted) return;
      const seconds = ((performance.now() - start) / 1000).toFixed(1);
      say(`${++done} of ${items.length}: ${label} (${seconds} s)${answer.success ? "" : " failed"}`);
      if (answer.success) continue;
      failures++;
      const reason = reasonOf(answer);
      if (isDiskFull(`${reason}${answer.error}`)) {
        isFull = true;
        waiting.length = 0;
        return;
      }
      const log = path.join(course, ".nablab", "logs", `${label.replaceAll(", ", "-")}.log`);
      writeAtomically(log, `${answer.log ?? ""}\n${answer.error ?? ""}\n`);
      say(`  ${reason}\n  all of it: ${log}`);
    }
  };
  process.on("SIGINT", stop).on("SIGTERM", stop);
  try {
    const lanes: Promise<void>[] = [];
    capacity((count) => {
      while (lanes.length < Math.min(count, items.length)) lanes.push(lane(nbgraders[lanes.length % jobs]!));
    });
    // Lanes may be added while it waits.
    for (let known = 0; known < lanes.length; ) {
      known = lanes.length;
      await Promise.all(lanes);
    }
  } finally {
    process.off("SIGINT", stop).off("SIGTERM", stop);
    for (const nbgrader of nbgraders) nbgrader.close();
  }
  if (isFull) {
    // All others would fail as well.
    say(`the disk is full after ${done} of ${items.length}; free some space, and the same command continues`);
    return failures;
  }
  if (!interrupted) return failures;
  say(`interrupted after ${done} of ${items.length}; the same command continues from here`);
  return failures + 1;
}
