/**
 * The process of one notebook: a session that executes cells on request. `session-process.ts` starts it in the notebook's
 * folder.
 */
import "./optimise-later.js";
import "./linear-regexps.js";
import { inspect } from "node:util";
import { Worker } from "node:worker_threads";
import type { MimeBundle } from "../display/bundle.js";
import type { Comm, CommOptions } from "../display/host.js";
import { drawElsewhere } from "../display/static-image.js";
import type { ImageReply, ImageRequest } from "../display/static-image-worker.js";
import { helpFor } from "../protocol/assistance.js";
import { putBackBuiltIns } from "../session/built-ins.js";
import type { CellResult, Locked, Output } from "../session/session.js";
import { stopFlag } from "../session/stop.js";
import { makeGuest } from "./guest.js";
import { listenAlways } from "./listeners.js";
import { createNodeSession, nodeHost } from "./node-host.js";
import { takeRefusals } from "./refusal.js";
import { isLateSignal } from "./stop-signal.js";
import { timeSpent } from "./time-spent.js";

/** Messages to this process; the first is the secret that an isolated process adds to all its messages. */
export type ToChild =
  | { secret: string }
  | { execute: string; cell: number; count?: number; seconds?: number; locked?: Locked }
  | { drawn: ImageReply }
  | { comm: string; data: Record<string, unknown> }
  | "interrupt";

/** Messages from this process. */
export type FromChild = { secret?: string | undefined } & Said;
type Said =
  | { ready: true }
  | { output: Output; cell: number }
  | { result: CellResult; cell: number; spent: number; refused: string[] }
  | { draw: ImageRequest }
  | { leaving: true }
  | { comm: string; opened: Record<string, unknown>; cell: number };

const usual = { ...inspect.defaultOptions };
const isIsolated = process.argv.includes("--isolated");

// Captured before the first cell runs, so that cells cannot replace it.
const sendMessage = process.send!.bind(process);
Reflect.deleteProperty(process, "send");
const secret = isIsolated
  ? await new Promise<string>((resolve) => {
      process.once("message", (first: { secret: string }) => resolve(first.secret));
    })
  : undefined;
const send = (message: Said): void => {
  if (process.connected) sendMessage({ ...message, secret });
};

const nativeText = Object.getOwnPropertyDescriptor(Function.prototype, "toString")!;
const host = nodeHost({ isAlone: isIsolated });
host.isStrict = isIsolated;
if (isIsolated) host.files.withoutDocumentation = true;
/** The handlers of widgets' messages, by comm id. */
const comms = new Map<string, CommOptions>();
const session = createNodeSession<number>(
  {
    onOutput: (output, cell) => send({ output, cell }),
    ...(process.argv.includes("--widgets") && { openComm }),
  },
  host,
);
const settle = isIsolated ? askForPictures() : () => {};

// When a cell ends the process, its earlier output is sent first, and the call does not return.
const exit = process.exit.bind(process);
const leave = (code?: number | string | null): never => {
  session.flush();
  send({ leaving: true });
  return exit(code);
};
process.exit = leave;
// From here on cells reach only the guest's scope.
if (isIsolated) {
  // Function sources are found by a number in the code, which a cell could forge to read a hidden test.
  Object.defineProperty(Function.prototype, "toString", nativeText);
  const { ownClasses } = await import("./own-classes.js");
  (await import("../data/mnist.js")).shareNoSets();
  Object.assign(host, makeGuest(await host.import("nablab", process.cwd()), ownClasses, leave));
}

// On Windows, Ctrl-C in the console also reaches this process; only the message counts.
listenAlways("SIGINT", () => {
  if (process.platform !== "win32" && !isIsolated && !isLateSignal()) session.interrupt();
});
listenAlways("disconnect", () => exit(1));
listenAlways("message", (message: ToChild) => {
  // Without a reply the parent would wait for ever.
  receive(message).catch((error) => {
    process.stderr.write(`${error?.stack}\n`);
    exit(1);
  });
});

async function receive(message: ToChild): Promise<void> {
  putBackBuiltIns();
  if (message === "interrupt") {
    session.interrupt();
    return;
  }
  if ("drawn" in message) {
    settle(message.drawn);
    return;
  }
  if ("comm" in message) {
    comms.get(message.comm)?.onMessage(message.data, []);
    return;
  }
  if ("secret" in message) return;
  const { execute, cell, count, seconds, locked } = message;
  if (isIsolated) inspect.defaultOptions = usual; // which cells can set
  const spent = timeSpent();
  const help = helpFor(session, execute);
  const result = help
    ? { status: "ok" as const, result: { data: help as MimeBundle, metadata: {} } }
    : await session.execute(execute, cell, count, seconds, undefined, locked);
  send({ result, cell, spent: spent() / 1000, refused: takeRefusals() });
}

// An isolated process has no threads; its session and its parent take over the guard's work.
if (!isIsolated) {
  new Worker(new URL("./session-guard.js", import.meta.url), { workerData: stopFlag }).unref();
}
send({ ready: true });

/** Announces a widget to the parent process, which controls it by `comm`. */
function openComm(options: CommOptions, cell: number): Comm {
  const { id, data } = options;
  comms.set(id, options);
  send({ comm: id, opened: data, cell });
  return { id, send: () => {}, close: () => comms.delete(id) };
}

/** Lets the parent process draw pictures; returns the handler of its replies. */
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
