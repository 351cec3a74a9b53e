/**
 * The points of a graded cell: all, some by the number that its last expression gives, or none.
 */
import { expect, test } from "vitest";
import { overpaid, pointsOf } from "#nablab/cli/course/points.js";
import type { CodeCell } from "#nablab/cli/notebook.js";

const ended = (...outputs: object[]) => ({ outputs }) as unknown as CodeCell;
const result = (text: string) => ({ output_type: "execute_result", data: { "text/plain": text } });

test.each([
  ["nothing shown", ended(), 5],
  ["part of the points", ended(result("2.5")), 2.5],
  ["no points", ended(result("0")), 0],
  ["all of them", ended(result("5")), 5],
  ["more than there are", ended(result("7")), 5],
  ["a text", ended(result("'done'")), 5],
  ["an empty text", ended(result(" ")), 5],
  ["a number below 0, which no cell of tests gives", ended(result("-1")), 5],
  ["an error", ended({ output_type: "error" }), 0],
  ["standard error, then a number", ended({ output_type: "stream", name: "stderr" }, result("5")), 0],
  ["standard output", ended({ output_type: "stream", name: "stdout" }), 5],
])("%s", (_, cell, points) => expect(pointsOf(cell, 5)).toBe(points));

test.each([
  ["nothing shown", ended(), 0],
  ["part of the points", ended(result("2.5")), 0],
  ["all of them", ended(result("5")), 0],
  ["more than there are", ended(result("7.5")), 2.5],
  ["an error", ended({ output_type: "error" }, result("7")), 0],
])("%s: so many too many", (_, cell, points) => expect(overpaid(cell, 5)).toBe(points));
