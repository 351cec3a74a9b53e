/**
 * Threads of Node.
 */
import { Worker } from "node:worker_threads";
import { type Platform, type Thread, type ThreadListener, threadName } from "./platform.js";

export const startThread: Platform["startThread"] = (module, { quiet = false } = {}) =>
  new NodeThread(
    new Worker(module, {
      workerData: threadName,
      // Options of the program are not ours: with `--input-type`, which goes with `--eval`, no file can be run.
      execArgv: [],
      // Not read either: a stream that is read keeps the program alive.
      ...(quiet && { stdout: true, stderr: true }),
    }),
  );

export class NodeThread implements Thread {
  readonly #worker: Worker;
  #listener: ThreadListener | undefined;

  constructor(worker: Worker) {
    this.#worker = worker;
    worker.on("message", (message) => this.#listener?.message(message as never));
    worker.on("error", (error) => this.#fail(error instanceof Error ? error : new Error(String(error))));
    worker.on("exit", (code) => this.#fail(new Error(`the thread ended early, with exit code ${code}`)));
  }

  #fail(error: Error): void {
    const listener = this.#listener;
    this.#listener = undefined;
    listener?.failure(error);
  }

  post(message: unknown): void {
    this.#worker.postMessage(message);
  }

  listen(listener?: ThreadListener): void {
    this.#listener = listener;
  }

  keepAlive(on: boolean): void {
    if (on) this.#worker.ref();
    else this.#worker.unref();
  }

  async terminate(): Promise<void> {
    await this.#worker.terminate();
  }
}
