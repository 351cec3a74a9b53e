/**
 * The page's side of a kernel in a worker (worker-kernel.ts): sends requests, receives messages, interrupts.
 */
import { giveAnswer, giveNoAnswer } from "../protocol/answer.js";
import { type Channel, type Content, compose, type Message, randomId } from "../protocol/message.js";
import { raiseStop } from "../session/stop.js";
import type { FromWorker, SharedWords, ToWorker } from "./worker-kernel.js";

/** A worker, as seen by the page. */
export interface WorkerLike {
  postMessage(message: ToWorker): void;
  terminate(): void;
  addEventListener(type: "message", listener: (event: { data: FromWorker }) => void): void;
}

/** A kernel whose worker has been started. */
export class PageKernel {
  readonly #worker: WorkerLike;
  readonly #id = randomId();
  #shared: SharedWords | undefined;
  /** Resolves when messages can be sent. */
  readonly ready: Promise<void>;

  /** @param onMessage receives every message of the kernel */
  constructor(worker: WorkerLike, onMessage: (channel: Channel, message: Message) => void) {
    this.#worker = worker;
    this.ready = new Promise((resolve) => {
      worker.addEventListener("message", ({ data }) => {
        if (data === "exit") worker.terminate();
        else if ("shared" in data) {
          this.#shared = data.shared;
          resolve();
        } else onMessage(data.channel, data.message);
      });
    });
  }

  /** Whether an interrupt ends even a loop; otherwise only a cell that awaits something. */
  get stopsLoops(): boolean {
    return this.#shared !== undefined;
  }

  /** Sends a request; its replies carry the returned header as their parent. */
  send(channel: Channel, type: string, content: Content): Message["header"] {
    const message = compose(this.#id, type, content);
    this.forward(channel, message);
    return message.header;
  }

  /** Forwards a message composed by a front end. */
  forward(channel: Channel, message: Message): void {
    const type = message.header.msg_type;
    const shared = this.#shared;
    if (shared && type === "input_reply") {
      giveAnswer(shared.answer, String(message.content.value)); // the worker sleeps until then
      return;
    }
    if (shared && (type === "interrupt_request" || type === "shutdown_request")) {
      raiseStop(shared.stop);
      giveNoAnswer(shared.answer);
    }
    const stops = shared ? Atomics.load(shared.stop, 1) : 0;
    this.#worker.postMessage({ channel, message, stops });
  }

  /** Interrupts the running cell. */
  interrupt(): void {
    this.send("control", "interrupt_request", {});
  }
}
