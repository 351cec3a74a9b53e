/**
 * Widgets as the kernel connects them: what is sent to the front end, and what is taken over from it.
 */
import { button, dropdown, interact, lineChart, sketch, slider, toBundle } from "nablab";
import { afterEach, expect, test } from "vitest";
import { type Displayable, displaySymbol } from "#nablab/display/bundle.js";
import { type CommOptions, consoleHost, setHost } from "#nablab/display/host.js";

afterEach(() => {
  setHost(consoleHost);
});

/** A host that keeps what is sent, and sends. */
function connected() {
  const opened: CommOptions[] = [];
  const sent: Record<string, unknown>[] = [];
  setHost({
    ...consoleHost,
    openComm(options) {
      opened.push(options);
      return { id: options.id, send: (data) => sent.push(data), close() {} };
    },
  });
  const receive = (data: Record<string, unknown>) => opened.at(-1)!.onMessage(data, []);
  return { opened, sent, receive };
}

const view = "application/vnd.jupyter.widget-view+json";

test("shown, a slider opens one connection; what the reader does comes back", async () => {
  const { opened, sent, receive } = connected();
  const eta = slider({ min: 0.001, max: 10, log: true, label: "η" });
  const seen: number[] = [];
  const until = new AbortController();
  eta.onChange((value) => seen.push(value), { signal: until.signal });
  expect((await toBundle(eta))[view]).toEqual({
    version_major: 2,
    version_minor: 0,
    model_id: expect.stringMatching(/^nablab-widget-[0-9a-f]{12}$/),
  });
  await toBundle(eta);
  expect(opened.map(({ target, metadata }) => [target, metadata])).toEqual([
    ["jupyter.widget", { version: "2.1.0" }],
  ]);
  expect(opened[0]!.data.state).toMatchObject({ _model_module: "anywidget", value: 0.1, min: 0.001 });

  receive({ method: "update", state: { value: 2.5 } });
  // Another view of it, in another window, follows.
  expect(sent.at(-1)).toMatchObject({
    method: "echo_update",
    state: { value: 2.5, text: "η = 2.5, from 0.001 to 10" },
  });
  expect([eta.value, seen]).toEqual([2.5, [2.5]]);
  eta.value = 1;
  expect(sent.at(-1)).toEqual({
    method: "update",
    state: { value: 1, text: "η = 1, from 0.001 to 10" },
    buffer_paths: [],
  });
  expect(opened[0]!.state!()).toMatchObject({ value: 1 });
  for (const value of [11, "3", Number.NaN, null]) receive({ method: "update", state: { value } });
  expect(eta.value).toBe(1);
  receive({ method: "request_state" });
  expect(sent.at(-1)).toMatchObject({ method: "update", state: { value: 1, label: "η" } });
  const before = seen.length;
  until.abort();
  receive({ method: "update", state: { value: 3 } });
  expect([eta.value, seen.length]).toEqual([3, before]);
});

test("a dropdown gives its values back, not their texts; a button tells of every press", async () => {
  const { receive } = connected();
  const rules = [{ name: "sgd" }, { name: "adam" }];
  const rule = dropdown({ options: rules, label: "rule" });
  await toBundle(rule);
  receive({ method: "update", state: { index: 1 } });
  expect(rule.value).toBe(rules[1]);
  for (const index of [2, -1, 0.5, "0"]) receive({ method: "update", state: { index } });
  expect(rule.value).toBe(rules[1]);

  const again = button("Again");
  let presses = 0;
  again.onClick(() => presses++);
  await toBundle(again);
  receive({ method: "custom", content: { event: "click" } });
  receive({ method: "custom", content: { event: "click" } });
  expect(presses).toBe(2);
});

test("of a sketch only pixels that fit it are taken, and each reader of its value has a copy", async () => {
  const { opened, receive } = connected();
  const pad = sketch({ rows: 1, columns: 3, value: [0, 7, 255], label: "ink" });
  const seen: number[][] = [];
  pad.onChange((pixels) => seen.push([...pixels]));
  await toBundle(pad);
  expect(opened[0]!.data.state).toMatchObject({ pixels: [0, 7, 255], rows: 1, columns: 3, label: "ink" });
  receive({ method: "update", state: { pixels: [1, 2, 3] } });
  for (const pixels of [
    [1, 2],
    [1, 2, 256],
    [1, 2, 0.5],
    [1, 2, "3"],
    [-1, 2, 3],
    "abc",
    null,
    { length: 3 },
  ]) {
    receive({ method: "update", state: { pixels } });
  }
  expect([...pad.value]).toEqual([1, 2, 3]);
  expect(new Set(seen.map(String))).toEqual(new Set(["1,2,3"]));
  pad.value[0] = 99;
  expect(pad.value[0]).toBe(1);
  pad.value = Uint8Array.of(4, 5, 6);
  expect([...pad.value]).toEqual([4, 5, 6]);
  for (const [options, message] of [
    [{ rows: 0 }, "rows must be a whole number from 1 to 256, got 0"],
    [{ rows: 2, columns: 2.5 }, "columns must be a whole number from 1 to 256, got 2.5"],
    [{ rows: 2, value: [1] }, "2 × 2 needs 4 pixels, got 1"],
    [{ rows: 1, value: [Number.NaN] }, "whole numbers from 0 to 255, got NaN at 0"],
  ] as const) {
    expect(() => sketch(options as never)).toThrow(message);
  }
  expect(() => {
    pad.value = null as never;
  }).toThrow("1 × 3 needs 3 pixels, got null");
});

test("a sketch gives interact its pixels, and without a front end shows its picture", async () => {
  const drawn: unknown[] = [];
  await interact({ ink: { rows: 2, value: [0, 9, 0, 0] }, k: { min: 0, max: 1 } }, ({ ink, k }) => {
    drawn.push([ink instanceof Uint8Array, [...ink], k]);
    return "";
  });
  expect(drawn).toEqual([[true, [0, 9, 0, 0], 0.5]]);
  const bundle = await toBundle(sketch({ rows: 2, value: [0, 9, 0, 0] }));
  expect(bundle["text/plain"]).toBe("sketch: 2 × 2 pixels, 1 of them drawn");
  expect(String(bundle["text/html"])).toContain("data:image/png;base64,");
});

test("where nothing can be moved they show what they have", async () => {
  expect(await toBundle(slider({ min: 0, max: 1, label: "<η>" }))).toEqual({
    "application/vnd.nablab.widget+json": { model_id: expect.stringMatching(/^nablab-widget-/) },
    "text/plain": "<η> = 0.5, from 0 to 1",
    "text/html": "<p>&#60;η&#62; = 0.5, from 0 to 1</p>",
  });
  expect((await toBundle(dropdown({ options: [1, 32] })))["text/plain"]).toBe("choice: 1 (1 of 2: 1, 32)");
  const withCommas = dropdown({ options: ["one, for all", "many"], value: "many", label: "rule" });
  expect((await toBundle(withCommas))["text/plain"]).toBe("rule: many (2 of 2: one, for all; many)");
  expect((await toBundle(button("Go")))["text/plain"]).toBe("[ Go ]");
});

test("what cannot be is said", () => {
  expect(() => slider({ min: 1, max: 1 })).toThrow("min must be below max, got 1 and 1");
  expect(() => slider({ min: 0, max: 1, log: true })).toThrow("min must be > 0 with log, got 0");
  expect(() => slider({ min: 0, max: 1, value: 2 })).toThrow("value must be a number from 0 to 1, got 2");
  expect(() => slider({ min: 0, max: 1, step: -1 })).toThrow("step must be > 0 and at most");
  expect(() => slider({ min: Number.NaN, max: 1 })).toThrow("min must be a finite number, got NaN");
  expect(() => dropdown({ options: [] })).toThrow("a list of values to choose from, got []");
  expect(() => dropdown({ options: [1, 2], value: 3 })).toThrow("expected one of 1, 2, got 3");
  expect(() => button(3 as never)).toThrow("expected a label, got 3");
  expect(() => button("x").onClick(3 as never)).toThrow("expected a function to call, got 3");
});

test("interact draws at once, and follows its controls; of values that come while it draws only the last count", async () => {
  const opened: CommOptions[] = [];
  const shown: unknown[] = [];
  setHost({
    ...consoleHost,
    display: ({ data, update }) => shown.push([update ?? false, data["text/plain"]]),
    openComm(options) {
      opened.push(options);
      return { id: options.id, send() {}, close() {} };
    },
  });
  let release = (): void => {};
  const drawn: unknown[] = [];
  const controls = { eta: { min: 0, max: 1, value: 0.5 }, rule: { options: ["sgd", "adam"], label: "Rule" } };
  await interact(controls, async (values) => {
    drawn.push(values);
    await new Promise<void>((resolve) => {
      release = resolve;
      if (drawn.length === 1) resolve();
    });
    return values.eta;
  });
  expect(shown).toEqual([
    [false, "eta = 0.5, from 0 to 1"],
    [false, expect.stringContaining("Rule")],
    [false, "0.5"],
  ]);
  const move = (value: number): void => opened[0]!.onMessage({ method: "update", state: { value } }, []);
  for (const value of [0.1, 0.2, 0.3]) move(value);
  await expect.poll(() => drawn.length).toBe(2);
  release();
  await expect.poll(() => drawn.length).toBe(3);
  release();
  await expect.poll(() => shown.length).toBe(5);
  expect(drawn.slice(1)).toEqual([
    { eta: 0.1, rule: "sgd" },
    { eta: 0.3, rule: "sgd" },
  ]);
  expect(shown.at(-1)).toEqual([true, "0.3"]);
  await expect(interact({}, 3 as never)).rejects.toThrow("expected a function that makes a picture, got 3");
});

test.each([
  ["a figure", (chart: Displayable) => chart],
  [
    "what is shown as a figure",
    (chart: Displayable) => ({
      [displaySymbol]: async () => ({ ...(await chart[displaySymbol]()), more: true }),
    }),
  ],
])(
  "%s follows without its static image, which comes once the controls rest, and not of an old one",
  async (_, as) => {
    const opened: CommOptions[] = [];
    const shown: string[] = [];
    setHost({
      ...consoleHost,
      display: ({ data }) =>
        "application/vnd.plotly.v1+json" in data &&
        shown.push(`${data["text/plain"].split("\n")[0]}${"image/svg+xml" in data ? ", with image" : ""}`),
      openComm(options) {
        opened.push(options);
        return { id: options.id, send() {}, close() {} };
      },
    });
    await interact({ k: { min: 0, max: 9, step: 1, value: 1 } }, ({ k }) =>
      as(
        lineChart({
          title: `k = ${k}`,
          x: { title: "x" },
          y: { title: "y" },
          series: [{ name: "s", y: [k] }],
        }),
      ),
    );
    const move = (value: number): void => opened[0]!.onMessage({ method: "update", state: { value } }, []);
    for (const k of [2, 3, 4]) {
      move(k);
      await expect.poll(() => shown.at(-1)).toBe(`k = ${k}`);
    }
    await expect.poll(() => shown.at(-1), { timeout: 20_000 }).toBe("k = 4, with image");
    expect(shown).toEqual(["k = 1, with image", "k = 2", "k = 3", "k = 4", "k = 4, with image"]);
  },
);

test("a widget's id is that of its kind and first state, in each host again", async () => {
  const ids = async (...widgets: unknown[]): Promise<unknown[]> => {
    connected();
    const bundles = await Promise.all(widgets.map((widget) => toBundle(widget)));
    return bundles.map(
      (bundle) => (bundle["application/vnd.nablab.widget+json"] as { model_id: string }).model_id,
    );
  };
  const some = () => [
    slider({ min: 0, max: 1 }),
    slider({ min: 0, max: 2 }),
    slider({ min: 0, max: 1 }),
    dropdown({ options: [0, 1] }),
  ];
  const [a, b, again, other] = await ids(...some());
  expect(again).toBe(`${a}-2`);
  expect(new Set([a, b, again, other]).size).toBe(4);
  expect(await ids(...some())).toEqual([a, b, again, other]);
  expect((await ids(some()[1]))[0]).toBe(b);
});
