/** Files that are read in chunks: which are packed, and the progress shown meanwhile. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, afterEach, expect, test, vi } from "vitest";
import { openDataFile } from "#nablab/data/read-file.js";
import { ReadingProgress } from "#nablab/data/reading-progress.js";
import { type DisplayMessage, type Host, setHost } from "#nablab/display/host.js";

const folder = mkdtempSync(path.join(tmpdir(), "nablab-reading-"));
afterAll(() => rmSync(folder, { recursive: true }));

test.each([
  ["a file of gzip", gzipSync("text"), [..."text"].map((c) => c.charCodeAt(0))],
  ["the first byte of gzip alone", Uint8Array.of(0x1f, 0x41, 0x42), [0x1f, 0x41, 0x42]],
  ["its second byte alone", Uint8Array.of(0x41, 0x8b, 0x42), [0x41, 0x8b, 0x42]],
  ["one byte", Uint8Array.of(0x1f), [0x1f]],
  ["nothing", new Uint8Array(0), []],
])("%s", async (name, bytes, expected) => {
  const file = path.join(folder, name);
  writeFileSync(file, bytes);
  const read: number[] = [];
  for await (const chunk of (await openDataFile("read", file)).chunks) read.push(...chunk);
  expect(read).toEqual(expected);
});

afterEach(() => {
  vi.restoreAllMocks();
});

test("progress is shown twice a second at most, and of large files alone", () => {
  const shown: unknown[] = [];
  let now = 1000;
  vi.spyOn(performance, "now").mockImplementation(() => now);
  const before = setHost({
    display: ({ data }: DisplayMessage) => void shown.push(data["text/plain"]),
    clearOutput: () => {},
  } as unknown as Host);
  try {
    const progress = new ReadingProgress("large.csv", 40_000_000);
    for (const [after, bytes] of [
      [100, 1e6],
      [499, 2e6],
      [500, 10e6],
      [999, 20e6],
      [1000, 30e6],
    ] as const) {
      now = 1000 + after;
      progress.show(bytes);
    }
    const small = new ReadingProgress("small.csv", 20_000_000);
    now = 9000;
    small.show(1e6);
  } finally {
    setHost(before);
  }
  expect(shown).toEqual([
    "reading large.csv, 40.0 MB",
    "reading large.csv: 25 % of 40.0 MB",
    "reading large.csv: 75 % of 40.0 MB",
  ]);
});
