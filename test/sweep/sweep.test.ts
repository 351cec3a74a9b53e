/**
 * A sweep of a function, halving, and the records of a folder; workers are in test/cli/sweep.spec.ts.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import path from "node:path";
import { halving, lastSweep, range, record, sweep } from "nablab";
import { describe, expect, test, vi } from "vitest";
import { readParameters } from "../../dist/cli/sweep/parameters.js";
import { setHost } from "../../dist/display/host.js";
import { openLines } from "../../dist/platform/node.js";
import { Grid } from "../../dist/sweep/grid.js";
import type { Code } from "../../dist/sweep/job.js";
import type { PointRecord } from "../../dist/sweep/record.js";
import { FolderStore } from "../../dist/sweep/store.js";
import { HostLog } from "./host-log.js";

const quiet = { live: false };

describe("a sweep of a function", () => {
  test("gives it the point, the seed and a signal", async () => {
    const seen: unknown[] = [];
    const run = (point: object, { seed, signal }: { seed: number; signal: AbortSignal }) => {
      seen.push([point, seed, signal.aborted]);
      return {};
    };
    await sweep(run, { a: [1, 2], seed: 5 }, quiet);
    await sweep(run, { a: 3 }, quiet);
    expect(seen).toEqual([
      [{ a: 1, seed: 5 }, 5, false],
      [{ a: 2, seed: 5 }, 5, false],
      [{ a: 3 }, 0, false],
    ]);
  });

  test("keeps of an error what can be read, and not megabytes of it", async () => {
    const trap = () => {
      throw new Error("trap");
    };
    const thrown: Record<string, () => unknown> = {
      object: () => ({ toString: trap }),
      proxy: () => new Proxy(new Error("inside"), { get: trap, getPrototypeOf: trap }),
      bare: () => Object.create(null),
      name: () => Object.assign(new Error("named"), { name: 5 }),
      long: () => new RangeError("x".repeat(1e6)),
    };
    const run = ({ what }: { what: string }) => {
      throw thrown[what]!();
    };
    const { failed } = await sweep(run, { what: Object.keys(thrown) }, quiet);
    const unreadable = { name: "Error", message: "thrown: an object that cannot be read" };
    expect(failed.map(({ error }) => error)).toEqual([
      unreadable,
      unreadable,
      unreadable,
      { name: "5", message: "named" },
      { name: "RangeError", message: `${"x".repeat(4000)}… (1000000 characters)` },
    ]);
  });

  test("stops by a signal, with what there is", async () => {
    const stop = new AbortController();
    const run = ({ a }: { a: number }) => {
      if (a === 2) stop.abort(new Error("enough"));
      return { a };
    };
    const results = await sweep(run, { a: range(5) }, { ...quiet, signal: stop.signal });
    // What was running does not count: it may have stopped early.
    expect(results.column("a")).toEqual([0, 1]);
    expect([results.stopped, results.points]).toEqual(["enough", 5]);
    expect(results.caption).toBe("run: 5 points, 3 not run, stopped: enough");
  });

  test("when the cell is interrupted, it throws, and lastSweep() has the results", async () => {
    const interrupt = new AbortController();
    const log = new HostLog(interrupt.signal);
    const before = setHost(log);
    try {
      const run = ({ a }: { a: number }) => {
        if (a === 3) interrupt.abort(new Error("KeyboardInterrupt"));
        return { a };
      };
      await expect(sweep(run, { a: range(6) }, quiet)).rejects.toThrow("KeyboardInterrupt");
      expect(lastSweep()?.column("a")).toEqual([0, 1, 2]);
      expect(lastSweep()?.stopped).toBe("interrupted");
    } finally {
      setHost(before);
    }
  });

  test("shows a table and a chart while it runs; the last ones name no time", async () => {
    const log = new HostLog();
    const before = setHost(log);
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    try {
      const run = async ({ a }: { a: number }, { report }: { report: (values: object) => void }) => {
        report({ at: 10 * a });
        await vi.advanceTimersByTimeAsync(300);
        return { loss: a ** 2 };
      };
      await sweep(run as never, { a: range(1, 4) });
    } finally {
      vi.useRealTimers();
      setHost(before);
    }
    const texts = log.texts();
    expect(texts[0]).toContain("0 of 3 done");
    const running = texts.find((text) => /1 of 3 done, .* points\/s, .* left/.test(text));
    expect(running).toMatch(/a\s+at\n.*\n2\s+20/);
    // Of each display the last version is what stays.
    const [table, chart, ...more] = log.last();
    expect(more).toEqual([]);
    expect(table).toBe("");
    expect(chart).toContain("run: loss");
    expect(chart).toContain("loss: 3 points, first 1, last 9");
  });

  test.each<[unknown, object, string]>([
    [1, {}, 'sweep: the experiment is the path of a module, such as "./experiment.ts", or a function, got 1'],
    [() => ({}), { jobs: 2 }, "sweep: jobs needs an experiment in a file"],
    [() => ({}), { out: "x" }, "sweep: out needs an experiment in a file"],
    ["./none.ts", {}, "sweep: there is no experiment of this name, a module or a notebook, got "],
    ["./none.ts", { jobs: 0 }, "sweep: jobs must be a whole number ≥ 1, got 0"],
    ["./none.ts", { timeout: -1 }, "sweep: timeout must be a finite number > 0, got -1"],
    ["./none.ts", { data: "x" }, "sweep: data must be a list of files, got 'x'"],
    ["./none.ts", { search: {} }, "sweep: search must be what halving({ metric }) returns, got {}"],
    ["./none.ts", { retry: true }, "sweep: retry needs the folder of an earlier sweep, out"],
  ])("%s with %j is refused", async (experiment, options, message) => {
    await expect(sweep(experiment as never, { a: 1 }, { ...quiet, ...options })).rejects.toThrow(message);
  });
});

describe("halving", () => {
  const experiment = () => {
    const ran: string[] = [];
    const run = ({ epochs, eta, seed }: { epochs: number; eta: number; seed: number }) => {
      ran.push(`${epochs} ${eta} ${seed}`);
      if (eta === 3) throw new Error("diverged");
      return { loss: Math.abs(eta - 5) / epochs + seed };
    };
    return { run, ran };
  };

  test("runs all with a small budget, the best part with more, until one is left", async () => {
    const { run, ran } = experiment();
    const search = halving({ metric: "loss", factor: 2, budget: "epochs", from: 3 });
    const results = await sweep(run, { eta: range(1, 9), seed: range(2) }, { ...quiet, search });
    // Of 8 candidates with 2 seeds each: 8, 4, 2, 1; candidate 5 is best, then 4 and 6, then 7; 3 fails.
    expect(results.records.map(({ point }) => Object.values(point).join(" "))).toEqual([
      ...range(1, 9).flatMap((eta) => [`3 ${eta} 0`, `3 ${eta} 1`]),
      ...[4, 5, 6, 7].flatMap((eta) => [`6 ${eta} 0`, `6 ${eta} 1`]),
      ...[4, 5].flatMap((eta) => [`12 ${eta} 0`, `12 ${eta} 1`]),
      ...["24 5 0", "24 5 1"],
    ]);
    expect(ran).toHaveLength(16 + 8 + 4 + 2);
    expect(results.best("loss").point).toEqual({ epochs: 24, eta: 5 });
  });

  test("ends at its largest budget; the greatest can be best", async () => {
    const { run } = experiment();
    const search = halving({ metric: "loss", factor: 2, budget: "epochs", from: 1, to: 3, best: "greatest" });
    const results = await sweep(run, { eta: [1, 2, 4, 5], seed: 0 }, { ...quiet, search });
    expect(results.records.map(({ point }) => [point.epochs, point.eta])).toEqual([
      [1, 1],
      [1, 2],
      [1, 4],
      [1, 5],
      [2, 1],
      [2, 2],
    ]);
  });

  test("needs a metric that points return, and a budget that is not in the grid", async () => {
    const run = () => ({ loss: 1, curve: [1] });
    const found = (metric: string) => sweep(run, { a: range(4) }, { ...quiet, search: halving({ metric }) });
    await expect(found("los")).rejects.toThrow(
      "halving: the metric must be a number that each point returns (loss, curve), got los",
    );
    await expect(found("curve")).rejects.toThrow("got curve");
    const search = halving({ metric: "loss", budget: "a" });
    await expect(sweep(run, { a: range(4) }, { ...quiet, search })).rejects.toThrow(
      "halving: the search sets a, so it must not be in the grid",
    );
    expect(() => halving({ metric: "loss", factor: 1 })).toThrow(
      "halving: factor must be a finite number > 1, got 1",
    );
    expect(() => halving({ metric: "loss", from: 4, to: 2 })).toThrow(
      "halving: to must be a whole number ≥ 4, got 2",
    );
  });
});

describe("records in a folder", () => {
  const code = { name: "e.ts", hash: "h", versions: { nablab: "1", node: "v1" } } as unknown as Code;
  const grid = new Grid({ a: [1, 2, 3] });
  const made = (a: number, more: Partial<PointRecord> = {}): PointRecord => ({
    point: { a },
    seed: 0,
    ...(more.error ? {} : { values: { b: a / 0 } }),
    run: { nablab: "1", node: "v1", seconds: 1, host: "x" },
    ...more,
  });
  const folder = () => mkdtempSync(path.join(tmpdir(), "nablab-sweep-test-"));
  const points = (dir: string) =>
    readFileSync(path.join(dir, "records.jsonl"), "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line).point.a);
  const error = { name: "Error", message: "no" };

  test("are put in the order of the grid, the newest of each point; others stay behind them", () => {
    const dir = folder();
    const wide = new FolderStore(dir, new Grid({ a: [9, 3, 1] }), code);
    for (const [i, a] of [9, 3, 1].entries()) wide.add(i, made(a, a === 1 ? { error } : {}));
    wide.finish();
    wide.close();
    expect(points(dir)).toEqual([9, 3, 1]);
    const store = new FolderStore(dir, grid, code);
    expect([0, 1, 2].map((i) => store.state(i))).toEqual(["failed", "missing", "done"]);
    store.add(1, made(2));
    store.add(0, made(1));
    expect(store.state(0)).toBe("done");
    store.finish();
    expect(points(dir)).toEqual([1, 2, 3, 9]);
    expect(store.record(0)).toEqual(made(1)); // ∞ and all
    expect(store.record(2)).toEqual(made(3));
    store.close();
  });

  test("an incomplete last line is removed, and its point missing", () => {
    const dir = folder();
    const store = new FolderStore(dir, grid, code);
    store.add(0, made(1));
    store.close();
    const file = path.join(dir, "records.jsonl");
    const whole = readFileSync(file, "utf8");
    writeFileSync(file, `${whole}{"point":{"a":2},"seed":0,"val`);
    const again = new FolderStore(dir, grid, code);
    expect([0, 1].map((i) => again.state(i))).toEqual(["done", "missing"]);
    again.close();
    expect(readFileSync(file, "utf8")).toBe(whole);
  });

  test.each<[string, Partial<Code>, string]>([
    [
      "sources",
      { hash: "other" },
      "sweep: the records are of another experiment (e.ts has changed since, or its data)",
    ],
    ["experiment", { hash: "other", name: "f.ts" }, "(they are of e.ts)"],
    ["nablab", { versions: { nablab: "2", node: "v1" } }, "the records are of nablab 1, and this is 2"],
    ["Node", { versions: { nablab: "1", node: "v2" } }, "the records are of node v1, and this is v2"],
  ])("those of another %s are refused", (_, other, message) => {
    const dir = folder();
    new FolderStore(dir, grid, code).close();
    expect(() => new FolderStore(dir, grid, { ...code, ...other })).toThrow(message);
  });

  test("what is no record, or no manifest, is refused", () => {
    const dir = folder();
    writeFileSync(path.join(dir, "records.jsonl"), "mine\n");
    expect(() => new FolderStore(dir, grid, code)).toThrow("sweep: there are records without a manifest");
    writeFileSync(path.join(dir, "manifest.json"), "{}");
    expect(() => new FolderStore(dir, grid, code)).toThrow("sweep: this is no manifest of a sweep");
    const other = folder();
    new FolderStore(other, grid, code).close();
    writeFileSync(path.join(other, "records.jsonl"), "mine\n");
    expect(() => new FolderStore(other, grid, code)).toThrow(
      "has a line that is no record; remove it, got mine",
    );
  });

  test("another process that writes there is named; one that has ended does not count", () => {
    const dir = folder();
    const lock = path.join(dir, "records.jsonl.lock");
    writeFileSync(lock, `${process.ppid} ${hostname()}`);
    expect(() => new FolderStore(dir, grid, code)).toThrow(
      `sweep: process ${process.ppid} on ${hostname()} writes to this file; wait for it, or remove the lock if it has ended: ${lock}`,
    );
    writeFileSync(lock, "1 elsewhere");
    expect(() => new FolderStore(dir, grid, code)).toThrow(
      "sweep: process 1 on elsewhere writes to this file",
    );
    // A process that has ended: its number is free again.
    const { pid } = spawnSync(process.execPath, ["-e", ""]);
    writeFileSync(lock, `${pid} ${hostname()}`);
    const store = new FolderStore(dir, grid, code);
    expect(readFileSync(lock, "utf8")).toBe(`${process.pid} ${hostname()}`);
    store.close();
    expect(existsSync(lock)).toBe(false);
  });

  test.skipIf(process.platform === "win32")("a full disk is an error with the file's name", () => {
    const dir = folder();
    const file = path.join(dir, "records.jsonl");
    symlinkSync("/dev/full", file);
    const lines = openLines(file);
    expect(() => lines.append("x")).toThrow(expect.objectContaining({ code: "ENOSPC", path: file }));
    lines.close();
  });

  test("lines longer than what is read at a time, with characters of several bytes", () => {
    const file = path.join(folder(), "lines");
    const texts = ["é".repeat(100_000), "b", "€".repeat(50_000)];
    const lines = openLines(file);
    const places = texts.map((text) => lines.append(text));
    expect(places.map((place) => lines.read(place))).toEqual(texts);
    lines.close();
    const again = openLines(file);
    const found = [...again.lines()];
    expect(found).toEqual(texts.map((text, i) => [text, places[i]]));
    again.rewrite([places[2]!, places[0]!]);
    expect(readFileSync(file, "utf8")).toBe(`${texts[2]}\n${texts[0]}\n`);
    again.close();
  });
});

test("parameters of the command line", () => {
  const texts = [
    "eta=0.1,1e-3",
    "seed=1..4",
    "rule=sgd,adam",
    "log=log:1e-2..1:3",
    "lin=lin:0..1:5",
    'b=true,x,"1","a,b"',
  ];
  expect(readParameters(texts)).toEqual({
    eta: [0.1, 1e-3],
    seed: [1, 2, 3, 4],
    rule: ["sgd", "adam"],
    log: [0.01, 0.1, 1],
    lin: [0, 0.25, 0.5, 0.75, 1],
    b: [true, "x", "1", "a,b"],
  });
  expect(readParameters(["a=-3..-1", "f=../x.csv", "v=1.5..x"].slice(0, 2))).toEqual({
    a: [-3, -2, -1],
    f: ["../x.csv"],
  });
  expect(() => readParameters(["eta"])).toThrow("-p takes a name and values");
  expect(() => readParameters(["a=1", "a=2"])).toThrow(
    "-p gives a twice; write all its values in one, as in a=1,2",
  );
  expect(readParameters(["η=0.1", 'x="1..3"', 'y="NaN"', "toString=1"])).toEqual({
    η: [0.1],
    x: ["1..3"],
    y: ["NaN"],
    toString: [1],
  });
  for (const text of ["NaN", "1e400", "-Infinity"])
    expect(() => readParameters([`a=1,${text}`])).toThrow("-p a: a number must be finite; in double quotes");
  for (const text of ["0..1e9", "lin:0..1:1000000000", "log:1..2:1000000000"])
    expect(() => readParameters([`a=${text}`])).toThrow("at most 10000000");
  expect(() => range(1e9)).toThrow("range: a list must have at most 10000000 numbers, got 1000000000");
  expect(() => readParameters(["__proto__=1"])).toThrow("-p: a parameter cannot be called __proto__");
  for (const text of ["lin:0..1:1e3", "log:"])
    expect(() => readParameters([`s=${text}`])).toThrow(
      "-p s: a range is written as log:1e-3..1:7 or lin:0..1:5",
    );
  expect(() => readParameters(["s=1..3,5"])).toThrow("-p s: a range stands alone");
  expect(() => readParameters(["a=4..1"])).toThrow("-p a: a range is of whole numbers");
  expect(() => readParameters(["a=0.1..1"])).toThrow("-p a: a range is of whole numbers");
  expect(() => readParameters(["a=log:0..1:3"])).toThrow(
    "-p a: log:FROM..TO:COUNT takes two numbers > 0 and a count ≥ 2",
  );
});

test("a recorded value is shown as a line, and refused where it is none", () => {
  const log = new HostLog();
  const before = setHost(log);
  try {
    record("loss", Float64Array.of(1, Number.NaN));
  } finally {
    setHost(before);
  }
  expect(log.shown).toEqual([
    {
      data: {
        "application/vnd.nablab.record+json": { name: "loss", value: [1, { $number: "NaN" }] },
        "text/plain": "loss = [ 1, NaN ]",
      },
    },
  ]);
  expect(() => record("", 1)).toThrow("record: the first argument is a name, got ''");
  expect(() => record("x", {})).toThrow("x must be a number, a string, a boolean or a list of these, got {}");
});
