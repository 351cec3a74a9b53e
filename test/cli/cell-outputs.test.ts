import { describe, expect, test } from "vitest";
import { CellOutputs } from "#nablab/cli/cell-outputs.js";
import { nbformatJson, splitLines } from "#nablab/cli/nbformat-json.js";
import type { CodeCell } from "#nablab/cli/notebook.js";
import { overwritten } from "#nablab/html/overwritten.js";

const cell = (): CodeCell => ({
  cell_type: "code",
  id: "x",
  metadata: {},
  source: "",
  execution_count: null,
  outputs: [],
});
const data = (text: string) => ({ "text/plain": text });
const shown = (text: string) => ({ output_type: "display_data", data: data(text), metadata: {} });
const display = (text: string, display_id?: string) =>
  ({
    type: "display_data",
    data: data(text),
    metadata: {},
    transient: display_id === undefined ? {} : { display_id },
  }) as const;
const print = (text: string) => ({ type: "stream", name: "stdout", text }) as const;

describe("the outputs of cells", () => {
  test("printed text is one output while nothing comes between", () => {
    const outputs = new CellOutputs();
    const one = cell();
    for (const message of [print("a"), print("b\n"), display("c"), print("d")]) outputs.receive(message, one);
    expect(one.outputs).toEqual([
      { output_type: "stream", name: "stdout", text: "ab\n" },
      shown("c"),
      { output_type: "stream", name: "stdout", text: "d" },
    ]);
  });

  test("an update goes to all that was shown under its id, in whichever cell, and is no output itself", () => {
    const outputs = new CellOutputs();
    const [one, two] = [cell(), cell()];
    outputs.receive(display("a", "id"), one);
    outputs.receive(display("other"), one);
    outputs.receive(display("b", "id"), two);
    expect([one.outputs, two.outputs]).toEqual([[shown("b"), shown("other")], [shown("b")]]);
    outputs.receive({ ...display("c", "id"), type: "update_display_data" }, two);
    outputs.receive({ ...display("d", "unknown"), type: "update_display_data" }, two);
    expect([one.outputs, two.outputs]).toEqual([[shown("c"), shown("other")], [shown("c")]]);
  });

  test("clearing is at once, or waits for what comes next", () => {
    const outputs = new CellOutputs();
    const one = cell();
    outputs.receive(print("a"), one);
    outputs.receive({ type: "clear_output", wait: false }, one);
    expect(one.outputs).toEqual([]);
    outputs.receive(print("b"), one);
    outputs.receive({ type: "clear_output", wait: true }, one);
    expect(one.outputs).toHaveLength(1);
    outputs.receive(print("c"), one);
    outputs.receive(print("d"), one);
    expect(one.outputs).toEqual([{ output_type: "stream", name: "stdout", text: "cd" }]);
  });

  test("what a progress bar wrote over is gone", () => {
    expect(overwritten("1 %\r2 %\r\n3 %")).toBe("2 %\r\n3 %");
    expect(overwritten("abc\b\bd\n")).toBe("ad\n");
    expect(overwritten("done\r")).toBe("done\r");
    expect(overwritten("\r\na\r\r\nb\r\rc")).toBe("\r\n\r\nc");
  });
});

describe("JSON as nbformat writes it", () => {
  test("sorted, indented by one, text as it is", () => {
    expect(nbformatJson({ b: [1, "ü\u2028"], a: { d: [], c: {} }, e: undefined })).toBe(
      '{\n "a": {\n  "c": {},\n  "d": []\n },\n "b": [\n  1,\n  "ü\u2028"\n ]\n}',
    );
  });

  // The right-hand sides are what Python's json.dumps gives for the same text of JSON.
  test.each([
    [0.0001, "0.0001"],
    [0.00001, "1e-05"],
    [-1.5e-7, "-1.5e-07"],
    [1e-100, "1e-100"],
    [1e20, "100000000000000000000"],
    [1e21, "1e+21"],
    [0.1 + 0.2, "0.30000000000000004"],
    [Number.NaN, "null"],
  ])("%d", (value, text) => {
    expect(nbformatJson(value)).toBe(text);
  });

  test("lines keep their ends", () => {
    expect(splitLines("a\nb\r\n\nc")).toEqual(["a\n", "b\r\n", "\n", "c"]);
    expect(splitLines("a\u2028b\x85")).toEqual(["a\u2028", "b\x85"]);
    expect([splitLines(""), splitLines("\n")]).toEqual([[], ["\n"]]);
  });
});
