/** What a worker of a sweep says is taken apart from what a point prints past the console. */
import { expect, test } from "vitest";
import { fromLine } from "../../dist/sweep/job.js";

test.each([
  '{"is":"loaded"}',
  '{"is":"refused","problem":"no"}',
  '{"is":"done","index":0,"values":{"loss":1},"seconds":0.5,"notebook":""}',
  '{"is":"failed","index":3,"error":{"name":"Error","message":""},"seconds":0}',
])("%s is a message", (line) => expect(fromLine(line)).toEqual(JSON.parse(line)));

test("numbers that JSON lacks are read", () => {
  expect(fromLine('{"is":"report","index":0,"values":{"loss":{"$number":"NaN"}}}')).toEqual({
    is: "report",
    index: 0,
    values: { loss: Number.NaN },
  });
});

test.each([
  "",
  "null",
  "7",
  "[]",
  "{}",
  '{"is":"done", oops',
  '{"is":"done"}',
  '{"is":"done","index":0,"values":null,"seconds":0}',
  '{"is":"done","index":0,"values":[],"seconds":0}',
  '{"is":"done","index":"0","values":{},"seconds":0}',
  '{"is":"failed","index":0,"seconds":0}',
  '{"is":"started"}',
  '{"is":"constructor"}',
  '{"is":"a","is":[]}',
  'loss {"is":"loaded"}',
])("%s is none", (line) => expect(fromLine(line)).toBeUndefined());
