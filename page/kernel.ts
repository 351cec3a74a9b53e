/** The kernel of a page: start, requests, interrupt and restart. */
import { PageKernel, type WorkerLike } from "#nablab/browser/page-kernel.js";
import { type Channel, compose, type Message, randomId } from "#nablab/protocol/message.js";
import { assets } from "./places.ts";

type Content = Record<string, unknown>;

/** Milliseconds that a kernel whose loops cannot be interrupted may continue. */
const patience = 700;

/** The kernel's messages to the page about a request's cell. */
export type OnMessage = (type: string, content: Content, request: string | undefined) => void;

export class Kernel {
  readonly #onMessage: OnMessage;
  readonly #onReady: () => void;
  readonly #onLost: (reason: string) => void;
  readonly #onFailed: (reason: string) => void;
  readonly #replies = new Map<string, (content: Content | undefined) => void>();
  readonly #id = randomId();
  #worker: Worker;
  #kernel: PageKernel;
  /** Whether it has been able to run cells since its last start. */
  #wasReady = false;

  /**
   * @param onReady called when it can run cells, also after a restart
   * @param onLost called when the kernel has ended and all names are lost; another one starts
   * @param onFailed called when it cannot be started: {@link restart} tries again
   */
  constructor(
    onMessage: OnMessage,
    onReady: () => void,
    onLost: (reason: string) => void,
    onFailed: (reason: string) => void,
  ) {
    this.#onMessage = onMessage;
    this.#onReady = onReady;
    this.#onLost = onLost;
    this.#onFailed = onFailed;
    [this.#worker, this.#kernel] = this.#start();
  }

  #start(): [Worker, PageKernel] {
    const worker = new Worker(`${assets()}kernel-worker.js`, { type: "module", name: "nablab kernel" });
    const kernel = new PageKernel(worker as unknown as WorkerLike, (channel, message) =>
      this.#receive(worker, channel, message),
    );
    worker.addEventListener("error", (event) => {
      if (worker === this.#worker) this.#lose(event.message || "its program could not be loaded");
    });
    worker.addEventListener("message", ({ data }) => {
      if (worker !== this.#worker) return;
      if (data === "exit") this.#lose("the cell ended the kernel");
      else if (typeof data?.failed === "string") this.#lose(data.failed);
    });
    void kernel.ready.then(() => {
      if (worker !== this.#worker) return;
      this.#wasReady = true;
      this.#onReady();
    });
    return [worker, kernel];
  }

  #lose(reason: string): void {
    // One that cannot be loaded would fail again at once, and again.
    if (!this.#wasReady) {
      this.#end();
      this.#onFailed(reason);
      return;
    }
    this.restart();
    this.#onLost(reason);
  }

  #receive(worker: Worker, channel: Channel, { header, parent, content }: Message): void {
    if (worker !== this.#worker) return;
    const request = parent.msg_id;
    if (channel !== "iopub" && header.msg_type.endsWith("_reply")) {
      this.#replies.get(String(request))?.(content);
      this.#replies.delete(String(request));
      return;
    }
    this.#onMessage(header.msg_type, content, request);
  }

  /** Sends a request; returns its id and its reply, which is undefined if the kernel ends first. */
  request(type: string, content: Content): { id: string; reply: Promise<Content | undefined> } {
    const id = this.send(type, content);
    return { id, reply: new Promise((resolve) => this.#replies.set(id, resolve)) };
  }

  /** Sends a message once the kernel can receive it; returns its id. */
  send(type: string, content: Content): string {
    const kernel = this.#kernel;
    const message = compose(this.#id, type, content);
    const channel = type === "input_reply" ? "stdin" : "shell";
    void kernel.ready.then(() => kernel.forward(channel, message));
    return message.header.msg_id;
  }

  /**
   * Ends the running cell. If loops cannot be interrupted, the kernel is restarted when that does not help.
   *
   * @param onUnresponsive called if the cell continues, as in a single long call of the engine: {@link giveUp} ends it
   */
  stop(isBusy: () => boolean, onUnresponsive: () => void): void {
    this.#kernel.interrupt();
    const worker = this.#worker;
    setTimeout(() => {
      if (worker !== this.#worker || !isBusy()) return;
      if (this.#kernel.stopsLoops) onUnresponsive();
      else this.giveUp("without shared memory a loop cannot be stopped otherwise");
    }, patience);
  }

  /** Restarts the kernel, since the running cell cannot be ended otherwise. */
  giveUp(reason: string): void {
    this.restart();
    this.#onLost(`stopped, and its variables with it: ${reason}`);
  }

  /** Restarts: all names are cleared. */
  restart(): void {
    this.#end();
    [this.#worker, this.#kernel] = this.#start();
  }

  #end(): void {
    this.#worker.terminate();
    this.#wasReady = false;
    for (const resolve of this.#replies.values()) resolve(undefined);
    this.#replies.clear();
  }
}
