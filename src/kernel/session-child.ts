/**
 * The process in which one notebook runs: a session, told by messages what to execute. It belongs to
 * `session-process.ts`, which starts it in the notebook's folder.
 */
import { Worker } from "node:worker_threads";
import { drawElsewhere } from "../display/static-image.js";
import type { ImageReply, ImageRequest } from "../display/static-image-worker.js";
import type { CellResult, Output } from "../session/session.js";
import { stopFlag } from "../session/stop.js";
import { keepBuiltIns } from "./built-ins.js";
import { createNodeSession } from "./node-host.js";
import { isLateSignal } from "./stop-signal.js";

/** What this process is told. */
export type ToChild =
  | { execute: string; cell: number; count?: number; seconds?: number }
  | { drawn: ImageReply }
  | "interrupt";

/** What it says. */
export type FromChild =
  | "ready"
  | { output: Output; cell: number }
  | { result: CellResult; cell: number }
  | { draw: ImageRequest };

const isIsolated = process.argv.includes("--isolated");

// Cells cannot speak in our name by accident: the words are ours before the first cell runs.
const sendMessage = process.send!.bind(process);
Reflect.deleteProperty(process, "send");
const send = (message: FromChild): void => {
  if (process.connected) sendMessage(message);
};

const session = createNodeSession<number>({ onOutput: (output, cell) => send({ output, cell }) });
if (isIsolated) leaveOthersAlone();
const settle = isIsolated ? askForPictures() : () => {};
const restoreBuiltIns = isIsolated ? keepBuiltIns() : undefined;

// A cell that ends the process: what it said before is sent first, and the call does not return.
const exit = process.exit.bind(process);
process.exit = ((code) => {
  session.flush();
  exit(code);
}) as typeof process.exit;

// On Windows Ctrl-C also comes here from the console; there the message counts.
process.on("SIGINT", () => {
  if (process.platform !== "win32" && !isIsolated && !isLateSignal()) session.interrupt();
});
process.on("disconnect", () => exit(1));
process.on("message", async (message: ToChild) => {
  if (message === "interrupt") {
    session.interrupt();
    return;
  }
  if ("drawn" in message) {
    settle(message.drawn);
    return;
  }
  const { execute, cell, count, seconds } = message;
  restoreBuiltIns?.(); // what a timer of an earlier cell has done
  const result = await session.execute(execute, cell, count, seconds);
  const { changed = [], lost = [] } = restoreBuiltIns?.() ?? {};
  const tell = (text: string): void => send({ output: { type: "stream", name: "stdout", text }, cell });
  if (changed.length > 0) {
    tell(
      `This cell changed ${changed.join(", ")}; that is undone for the cells after it, as tests build on it.\n`,
    );
  }
  if (lost.length > 0) {
    tell(`This cell changed ${lost.join(", ")} for good, so that its process had to end.\n`);
    exit(1);
  }
  send({ result, cell });
});
// An isolated process has no threads; what the guard does, its session and the process that started it do.
if (!isIsolated) {
  new Worker(new URL("./session-guard.js", import.meta.url), { workerData: stopFlag }).unref();
}
send("ready");

/** Lets the process that started this one see to pictures; returns what a reply of it goes to. */
function askForPictures(): (reply: ImageReply) => void {
  const waiting = new Map<number, (reply: ImageReply) => void>();
  let count = 0;
  drawElsewhere(
    (request) =>
      new Promise((resolve, reject) => {
        const id = count++;
        waiting.set(id, (reply) => {
          waiting.delete(id);
          if ("svg" in reply) resolve(reply.svg);
          else reject(new Error(reply.error));
        });
        send({ draw: { id, ...request } });
      }),
  );
  return (reply) => waiting.get(reply.id)?.(reply);
}

/** Lets `process.kill` reach this process alone: the grader is another. */
function leaveOthersAlone(): void {
  const node = process as unknown as { _kill(id: number, signal: number): number };
  const send = node._kill;
  node._kill = (id, signal) => {
    if (id === process.pid) return send.call(process, id, signal);
    throw Object.assign(new Error("Access to this API has been restricted"), {
      code: "ERR_ACCESS_DENIED",
      permission: "Signal",
    });
  };
}
