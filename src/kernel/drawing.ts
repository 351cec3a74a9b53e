/**
 * Draws the figures of a notebook whose process must not start threads, in a separate process. Its input comes from the
 * notebook's cells, so it is confined like them, and writes nowhere.
 */
import type { ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Draw } from "../display/static-image.js";
import type { ImageReply } from "../display/static-image-worker.js";
import { startConfined } from "./isolation.js";

/** Time limit of a picture in milliseconds, about a hundred times what it takes. */
const patience = 30_000;

/** The most pictures of a notebook that may be waiting, and the most characters of a figure. */
const [mostWaiting, mostText] = [100, 3e7];

interface Waiting {
  resolve(svg: string): void;
  reject(error: Error): void;
}

export class Drawing {
  #process: ChildProcess | undefined;
  readonly #waiting = new Map<number, Waiting>();
  #count = 0;
  #timer: NodeJS.Timeout | undefined;

  /** Draws a figure; the first one starts the process. */
  readonly draw: Draw = (request) => {
    const text = JSON.stringify(request).length;
    if (text > mostText || this.#waiting.size >= mostWaiting) {
      return Promise.reject(new Error("too large to be drawn, or too many pictures at a time"));
    }
    this.#process ??= this.#start();
    const id = this.#count++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#process!.send({ id, ...request }, (error) => error && this.#end(error));
      this.#watch();
    });
  };

  /** Ends the process; pending pictures fail. */
  close(): void {
    this.#end(new Error("the notebook has ended"));
  }

  #start(): ChildProcess {
    const script = fileURLToPath(new URL("./drawing-child.js", import.meta.url));
    const { child } = startConfined(script, { output: "ignore" });
    child.on("message", (message) => this.#settle(message as ImageReply));
    child.on("error", (error) => this.#end(error));
    child.on("exit", () => this.#process === child && this.#end(new Error("the drawing process ended")));
    return child;
  }

  #settle(reply: ImageReply): void {
    const waiting = this.#waiting.get(reply.id);
    if (!waiting) return;
    this.#waiting.delete(reply.id);
    this.#watch();
    if ("svg" in reply) waiting.resolve(reply.svg);
    else waiting.reject(new Error(reply.error));
  }

  #watch(): void {
    clearTimeout(this.#timer);
    if (this.#waiting.size === 0) return;
    this.#timer = setTimeout(() => this.#end(new Error("no picture came in time")), patience);
  }

  /** Ends the process; the next picture starts another. */
  #end(error: Error): void {
    clearTimeout(this.#timer);
    this.#process?.kill("SIGKILL");
    this.#process = undefined;
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}
