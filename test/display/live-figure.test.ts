// Which messages a live figure sends, to a host that writes them down.

import { display, lineChart, liveFigure } from "nablab";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { consoleHost, type DisplayMessage, setHost } from "#nablab/display/host.js";

let sent: DisplayMessage[];
let before: ReturnType<typeof setHost>;

beforeEach(() => {
  sent = [];
  before = setHost({
    display: (message) => void sent.push(message),
    clearOutput: consoleHost.clearOutput,
    interruptSignal: consoleHost.interruptSignal,
  });
});
afterEach(() => {
  setHost(before);
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const chart = (n: number) =>
  lineChart({
    title: `version ${n}`,
    x: { title: "k" },
    y: { title: "loss" },
    series: [{ name: "loss", y: [n] }],
  });
const versions = () => sent.map(({ data }) => Number(/version (\d+)/.exec(data["text/plain"])![1]));

test("shows the first version at once, coalesces, and ends with the newest and its image", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
  const live = liveFigure(chart(0), { maxRate: 10 });
  expect(versions()).toEqual([0]);
  for (let n = 1; n <= 25; n++) {
    live.update(chart(n));
    vi.advanceTimersByTime(20); // 50 updates a second for half a second
  }
  // One a tenth of a second, each the newest there was, and none twice.
  expect(versions()).toEqual([0, 5, 10, 15, 20, 25]);
  live.update(chart(26));
  vi.useRealTimers();
  await live.close();
  expect(versions()).toEqual([0, 5, 10, 15, 20, 25, 26]);
  // The renderer tells by this that another version is to follow, also in a file saved meanwhile.
  const isLive = ({ data }: DisplayMessage) => {
    const { layout } = data["application/vnd.plotly.v1+json"] as { layout: { meta: { live?: boolean } } };
    return layout.meta.live === true;
  };
  expect(sent.map(isLive)).toEqual([...Array(6).fill(true), false]);
  expect(sent.map(({ displayId, update = false, live }) => ({ displayId, update, live }))).toEqual([
    { displayId: "nablab-1", update: false, live: true },
    ...Array.from({ length: 5 }, () => ({ displayId: "nablab-1", update: true, live: true })),
    { displayId: "nablab-1", update: true, live: false },
  ]);
  expect(sent.map(({ data }) => "image/svg+xml" in data)).toEqual([
    false,
    false,
    false,
    false,
    false,
    false,
    true,
  ]);
});

test("a trailing update is sent without another one coming", () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
  const live = liveFigure(chart(0), { maxRate: 10 });
  live.update(chart(1));
  live.update(chart(2));
  expect(versions()).toEqual([0]);
  vi.advanceTimersByTime(100);
  expect(versions()).toEqual([0, 2]);
  vi.advanceTimersByTime(1000);
  expect(versions()).toEqual([0, 2]);
});

test("work that never yields is shown all the same", async () => {
  let now = 0;
  vi.spyOn(performance, "now").mockImplementation(() => now);
  const live = liveFigure(chart(0), { maxRate: 100 });
  for (now = 1; now <= 35; now++) live.update(chart(now)); // a millisecond each, no timer fires
  expect(versions()).toEqual([0, 10, 20, 30]);
  await live.close();
});

test("a plain script prints the text of the last version, and draws no image of it", async () => {
  const started = vi.fn();
  process.on("worker", started); // what draws static images is a thread
  vi.spyOn(console, "log").mockReturnValue();
  setHost(consoleHost);
  const live = liveFigure(chart(0), { maxRate: 1e6 });
  for (let n = 1; n <= 5; n++) live.update(chart(n));
  await live.close();
  await new Promise(setImmediate); // the event comes a turn later than the thread
  process.off("worker", started);
  expect(started).not.toHaveBeenCalled();
  expect(vi.mocked(console.log).mock.calls).toEqual([[chart(5).alt]]);
});

test("zoom survives: every version has the same uirevision", async () => {
  const live = liveFigure(chart(0));
  await live.close();
  const revisions = sent.map(
    ({ data }) =>
      (data["application/vnd.plotly.v1+json"] as { layout: { uirevision: string } }).layout.uirevision,
  );
  expect(revisions).toEqual(["nablab", "nablab"]);
});

test("close may be called twice and sends once; update after it is an error", async () => {
  const live = liveFigure(chart(0), { id: "mine" });
  await Promise.all([live.close(), live.close()]);
  expect(sent.map(({ displayId }) => displayId)).toEqual(["mine", "mine"]);
  expect(() => live.update(chart(1))).toThrow("liveFigure: update() after close()");
  expect(() => liveFigure({} as never)).toThrow("liveFigure: expected a figure");
  expect(() => liveFigure(chart(0), { maxRate: 0 })).toThrow(
    "liveFigure: maxRate must be a finite number > 0, got 0",
  );
});

test("display shows under a counted id and updates in place", async () => {
  const handle = await display("a");
  await handle.update("b");
  expect((await display(1)).id).toBe("nablab-2");
  expect(sent.slice(0, 2)).toEqual([
    { data: { "text/plain": "'a'" }, displayId: "nablab-1" },
    { data: { "text/plain": "'b'" }, displayId: "nablab-1", update: true },
  ]);
});

test("a plain script prints a live figure once, when it ends", async () => {
  const print = vi.spyOn(console, "log").mockImplementation(() => {});
  setHost(consoleHost);
  const live = liveFigure(chart(0), { maxRate: 1000 });
  for (let n = 1; n <= 20; n++) live.update(chart(n));
  await live.close();
  expect(print.mock.calls).toEqual([[expect.stringContaining("version 20")]]);
});
