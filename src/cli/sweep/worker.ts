/**
 * A worker of a sweep: loads an experiment once and runs its points one at a time, on request by lines on standard input.
 * Points print to standard error.
 */
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, readlinkSync, rmSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { Worker } from "node:worker_threads";
import { versions } from "#platform";
import { consoleHost, setHost } from "../../display/host.js";
import type { Code, FromWorker, Source, Task, ToWorker } from "../../sweep/job.js";
import { type PointError, pointErrorOf } from "../../sweep/record.js";
import { checkedValues, decode, encode, type Values } from "../../sweep/values.js";
import { InputError } from "../input-error.js";
import { loadRun, objection, prepareCode, type Run } from "./experiment.js";
import { runNotebookPoint } from "./notebook-point.js";
import { runSubmission } from "./submission-point.js";

const write = process.stdout.write.bind(process.stdout);
process.stdout.write = process.stderr.write.bind(process.stderr) as typeof process.stdout.write;
/** Sends a message on a new line, even if a point wrote an unfinished one directly to stdout. */
const answer = (message: FromWorker, then?: () => void): void => void write(`\n${encode(message)}\n`, then);

/** Identifies the namespace of process ids: containers, or machines, may share a temporary folder. */
const here = createHash("sha256").update(`${hostname()} ${pidNamespace()}`).digest("hex").slice(0, 12);
/** The folder of compiled modules. */
const scratch = mkdtempSync(path.join(tmpdir(), `nablab-sweep-${here}-${process.pid}-`));
removeLeftovers();
process.on("exit", () => rmSync(scratch, { recursive: true, force: true }));
new Worker(new URL("./guard.js", import.meta.url)).unref();

/** Aborts when the running point is to stop; `train()` in it ends then, too. */
let stop = new AbortController();
setHost({ ...consoleHost, interruptSignal: () => stop.signal });

let code: Code | undefined;
let folder = process.cwd();
let run: Run | undefined;

/** Milliseconds between two reports of a point. */
const reportEvery = 100;

createInterface({ input: process.stdin })
  .on("line", async (line) => {
    const message = decode(line) as ToWorker;
    if (message.do === "prepare") await prepare(message.source);
    else if (message.do === "load") await load(message.code);
    else if (message.do === "run") await runPoint(message);
    else stop.abort(new Error("the sweep was stopped"));
  })
  .on("close", () => process.exit());
for (const event of ["uncaughtException", "unhandledRejection"] as const) {
  process.on(event, (error: unknown) => {
    console.error(error);
    answer({ is: "crashed", error: errorOf(error) }, () => process.exit(1));
  });
}
answer({ is: "started", host: hostname(), nablab: versions.nablab!, node: versions.node!, scratch });

async function prepare(source: Source): Promise<void> {
  try {
    answer({ is: "prepared", code: prepareCode(source) });
  } catch (error) {
    refuse(error);
  }
}

async function load(given: Code): Promise<void> {
  code = given;
  // On another machine there may be no such folder.
  if (existsSync(given.folder)) process.chdir((folder = given.folder));
  try {
    const problem = objection(given, folder, hostname());
    if (problem !== undefined) throw new InputError(problem);
    if (given.kind === "module") run = await loadRun(given, folder, scratch);
    answer({ is: "loaded" });
  } catch (error) {
    refuse(error);
  }
}

function refuse(error: unknown): void {
  const { name, message, stack } = errorOf(error);
  const isOurs = error instanceof InputError;
  answer({
    is: "refused",
    problem: isOurs
      ? `sweep: ${message}`
      : `sweep: ${code?.name} fails when it is loaded: ${name}: ${message}${stack ? `\n${stack}` : ""}`,
  });
}

async function runPoint({ index, point, seed }: Task): Promise<void> {
  stop = new AbortController();
  const began = performance.now();
  const seconds = (): number => (performance.now() - began) / 1000;
  try {
    if (code?.kind === "notebook") {
      const text = code.files[code.entry]!;
      const outcome = await runNotebookPoint(text, { name: code.name, folder, point, stop: stop.signal });
      const { values, error, notebook } = outcome ?? { notebook: "", error: errorOf(stop.signal.reason) };
      if (error) answer({ is: "failed", index, error, seconds: seconds(), notebook });
      else answer({ is: "done", index, values: values!, seconds: seconds(), notebook });
      return;
    }
    if (code?.kind === "submissions") {
      const values = await runSubmission(
        point as { files: string; token: string },
        code,
        scratch,
        stop.signal,
      );
      answer({ is: "done", index, values, seconds: seconds() });
      return;
    }
    const returned = await run!(point, { signal: stop.signal, report: reporter(index), seed });
    answer({ is: "done", index, values: checkedValues(returned), seconds: seconds() });
  } catch (error) {
    answer({ is: "failed", index, error: errorOf(error), seconds: seconds() });
  }
}

/** Sends the latest values of a point, at a limited rate. */
function reporter(index: number): (values: Values) => void {
  let last = Number.NEGATIVE_INFINITY;
  return (values) => {
    const checked = checkedValues(values);
    const now = performance.now();
    if (now - last < reportEvery) return;
    last = now;
    answer({ is: "report", index, values: checked });
  };
}

/** The recorded form of an error: with the lines of the experiment, without those of nablab and Node. */
const errorOf = (error: unknown): PointError =>
  pointErrorOf(error, ({ stack = "" }) =>
    String(stack)
      .split("\n")
      .filter((line) => /^\s+at /.test(line) && line.includes(folder))
      .map((line) => line.trim().replace(`file://${folder}/`, "").replace(`${folder}/`, ""))
      .join("\n"),
  );

/** Removes the files of killed workers. */
function removeLeftovers(): void {
  for (const name of readdirSync(tmpdir())) {
    const [, where, id] = /^nablab-sweep-(\w+)-(\d+)-/.exec(name) ?? [];
    if (where === here && !isAlive(Number(id)))
      rmSync(path.join(tmpdir(), name), { recursive: true, force: true });
  }
}

function pidNamespace(): string {
  try {
    return readlinkSync("/proc/self/ns/pid");
  } catch {
    return ""; // not on Linux
  }
}

function isAlive(id: number): boolean {
  try {
    return process.kill(id, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
