/**
 * A session in an empty folder, without sockets, and short words for what tests ask of it.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { stripVTControlCharacters } from "node:util";
import { Worker } from "node:worker_threads";
import { afterAll, beforeAll } from "vitest";
import { createNodeSession } from "#nablab/kernel/node-host.js";
import type { Question } from "#nablab/session/questions.js";
import type { CellResult, Output, Session } from "#nablab/session/session.js";
import { stopFlag } from "#nablab/session/stop.js";

export interface Cells {
  readonly session: Session<number>;
  /** What the last cell put out. */
  outputs: Output[];
  /** The number of the last cell. */
  count: number;
  /** Answers what cells ask; undefined interrupts. */
  answer: (question: Question) => string | undefined;
  run(code: string): Promise<CellResult>;
  /** The text of the value of the last of some cells, none of which may fail. */
  text(...cells: string[]): Promise<unknown>;
  /** The error of a cell, without colours. */
  failure(code: string): Promise<{ ename: string; evalue: string; traceback: string[] }>;
  /** What the last cell printed. */
  printed(): string;
  /** Writes a file into the folder. */
  file(name: string, content: string): void;
}

/**
 * A cell that calls `begin` as soon as it runs what there is to stop: from then on no time that compiling takes counts. That is
 * where the cell itself calls `(globalThis as any).begun()`, else after its first `await null`, or at once.
 */
export function whenBegun(code: string, begin: () => void): string {
  const call = "(globalThis as any).begun();";
  let isFirst = true;
  const begun = (): void => {
    if (isFirst) begin();
    isFirst = false;
  };
  Object.assign(globalThis, { begun });
  if (code.includes(call)) return code;
  const afterAwait = code.replace(/(?:^|[;}] )await null;/, (found) => `${found} ${call}`);
  return afterAwait === code ? `${call} ${code}` : afterAwait;
}

/** Run by a thread that interrupts as the sockets' thread does, so many milliseconds after a message. */
const stopperSource = `const { parentPort, workerData } = require("node:worker_threads");
    const modules = [${JSON.stringify(import.meta.resolve("#nablab/session/stop.js"))}, ${JSON.stringify(import.meta.resolve("#nablab/kernel/main-thread.js"))}];
    Promise.all(modules.map((module) => import(module))).then(([{ raiseStop }, { updateGuarded }]) => {
      parentPort.on("message", (delay) => setTimeout(() => {
        raiseStop(workerData);
        updateGuarded();
      }, delay));
    });`;

/** Such a thread. */
export function stopper(): Worker {
  return new Worker(stopperSource, { eval: true, workerData: stopFlag });
}

/**
 * Runs cells in a process of their own and stops each 50 ms after it calls `begun` ({@link whenBegun}); returns the names of their
 * errors. What Node prints itself, thousands of lines where the stack is full, is dropped.
 */
export function interruptedElsewhere(cells: readonly string[]): unknown[] {
  const source = `import { Worker } from "node:worker_threads";
    const { createNodeSession } = await import(${JSON.stringify(import.meta.resolve("#nablab/kernel/node-host.js"))});
    const { stopFlag } = await import(${JSON.stringify(import.meta.resolve("#nablab/session/stop.js"))});
    const options = { eval: true, workerData: stopFlag, execArgv: [] };
    const worker = new Worker(${JSON.stringify(stopperSource)}, options);
    const session = createNodeSession({ onOutput() {} });
    const names = [];
    for (const [i, code] of ${JSON.stringify(cells)}.entries()) {
      let isFirst = true;
      globalThis.begun = () => {
        if (isFirst) worker.postMessage(50);
        isFirst = false;
      };
      names.push((await session.execute(code, i, i, undefined, Atomics.load(stopFlag, 1))).ename);
    }
    session.close();
    process.stdout.write(JSON.stringify(names), () => process.exit());`;
  const { stdout } = spawnSync(process.execPath, ["--input-type=module", "--eval", source], {
    stdio: ["ignore", "pipe", "ignore"],
    encoding: "utf8",
    timeout: 60_000,
  });
  return JSON.parse(stdout || "[]") as unknown[];
}

/** Opens the session before the tests of a file, and closes it after them. */
export function openCells(): Cells {
  let session: Session<number> | undefined;
  const home = process.cwd();
  beforeAll(() => {
    process.chdir(mkdtempSync(path.join(tmpdir(), "nablab-cells-")));
    session = createNodeSession<number>({
      onOutput: (output) => cells.outputs.push(output),
      ask: (question) => cells.answer(question),
    });
  });
  afterAll(() => {
    session?.close();
    process.chdir(home);
  });
  const cells: Cells = {
    get session() {
      return session!;
    },
    outputs: [],
    count: 0,
    answer: () => undefined,
    async run(code) {
      cells.outputs = [];
      // As the kernel does it: a stop is for this cell, also one that comes while garbage is collected before it begins.
      const stops = Atomics.load(stopFlag, 1);
      cells.count++;
      return cells.session.execute(code, cells.count, cells.count, undefined, stops);
    },
    async text(...codes) {
      let value: unknown;
      for (const code of codes) {
        const result = await cells.run(code);
        if (result.status === "error") throw new Error(stripVTControlCharacters(result.traceback.join("\n")));
        value = result.result?.data["text/plain"];
      }
      return value;
    },
    async failure(code) {
      const result = await cells.run(code);
      if (result.status === "ok") throw new Error(`the cell did not fail: ${code}`);
      return { ...result, traceback: result.traceback.map(stripVTControlCharacters) };
    },
    printed: () => cells.outputs.map((output) => (output as { text?: string }).text ?? "").join(""),
    file(name, content) {
      mkdirSync(path.dirname(path.resolve(name)), { recursive: true });
      writeFileSync(name, content);
    },
  };
  return cells;
}
