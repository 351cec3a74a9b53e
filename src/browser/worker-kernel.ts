/**
 * The kernel in a browser's worker: Jupyter's messages by `postMessage`, and in shared memory the stop word and the answers
 * to `prompt()`, since a worker that runs a cell receives no messages. The page's side is page-kernel.ts.
 *
 * Without shared memory (a page that is not cross-origin isolated) an interrupt reaches a cell only while it awaits
 * something, and `prompt()` is refused.
 */
import { sharedBytes, sharesMemory, versions } from "#platform";
import { awaitAnswer, expectAnswer, makeAnswer } from "../protocol/answer.js";
import { Kernel } from "../protocol/kernel.js";
import { kernelInfoReply } from "../protocol/kernel-info.js";
import { type Channel, type Message, randomId } from "../protocol/message.js";
import { createSession } from "../session/session.js";
import { raiseStop, stopFlag } from "../session/stop.js";
import { toolsConsole, type WorkerHostOptions, workerHost } from "./worker-host.js";

/** From the page: a message, and the number of interrupts before it. */
export interface ToWorker {
  channel: Channel;
  message: Message;
  stops: number;
}

/** From the worker: its shared memory, once; then messages; `"exit"` before it ends. */
export type FromWorker =
  | { shared: SharedWords | undefined }
  | { channel: Channel; message: Message }
  | "exit";

/** The memory shared by page and worker. */
export interface SharedWords {
  /** See session/stop.ts. */
  stop: Int32Array;
  /** See protocol/answer.ts. */
  answer: SharedArrayBuffer;
}

interface Scope {
  postMessage(message: FromWorker): void;
  addEventListener(type: "message", listener: (event: { data: ToWorker }) => void): void;
  close(): void;
}

/** Starts the kernel of this worker. Cells run in the order in which their requests arrive. */
export function serveKernel(options: WorkerHostOptions): void {
  const scope = globalThis as unknown as Scope;
  const answer = sharesMemory ? makeAnswer() : sharedBytes(0);
  const post = (channel: Channel, message: Message): void => scope.postMessage({ channel, message });
  const kernel = new Kernel({
    id: randomId(),
    send: post,
    ask(question) {
      if (!sharesMemory) {
        throw new Error(
          "prompt: a page without shared memory cannot wait for an answer; serve it with the headers COOP and COEP",
        );
      }
      expectAnswer(answer);
      post("stdin", question);
      return awaitAnswer(answer);
    },
    exit() {
      scope.postMessage("exit");
      scope.close();
    },
    log: (text) => toolsConsole.error(`[nablab] ${text}`),
    history: { add() {}, reply: () => [] },
    info: () =>
      kernelInfoReply(
        { nablab: versions.nablab as string, typescript: options.typescript.version },
        "a browser",
      ),
    createSession: (handlers) => createSession(workerHost(options), handlers),
  });
  scope.addEventListener("message", ({ data: { channel, message, stops } }) => {
    // With shared memory the page has raised the flag.
    if (!sharesMemory && message.header.msg_type === "interrupt_request") raiseStop(stopFlag);
    kernel.receive(channel, message, sharesMemory ? stops : undefined);
  });
  scope.postMessage({ shared: sharesMemory ? { stop: stopFlag, answer } : undefined });
  kernel.start();
}
