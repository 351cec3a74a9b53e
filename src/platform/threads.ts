/**
 * Threads of Node.
 */
import { statSync } from "node:fs";
import { Worker } from "node:worker_threads";
import { type Platform, type Thread, type ThreadListener, threadName } from "./platform.js";

/** What `tsc` writes last whenever it has written a module. */
const compiled = new URL("../.tsbuildinfo", import.meta.url);

const modified = (file: URL): number | undefined => statSync(file, { throwIfNoEntry: false })?.mtimeMs;

/**
 * A module as one file with all that it imports, which the build makes of some (scripts/build-threads.mjs); itself where there
 * is none, or modules have been compiled since.
 */
export function bundleOf(module: URL, since = compiled): URL {
  const { href } = module;
  const bundle = new URL(href.replace(/\.js$/, ".bundle.js"));
  const made = modified(bundle);
  return made === undefined || made < (modified(since) ?? 0) ? module : bundle;
}

export const startThread: Platform["startThread"] = (module, { quiet = false } = {}) =>
  new NodeThread(
    new Worker(bundleOf(module), {
      workerData: threadName,
      // The program's options are not inherited: with `--input-type`, which `--eval` uses, no file can be run.
      execArgv: [],
      // Not read either: a stream that is read keeps the program alive.
      ...(quiet && { stdout: true, stderr: true }),
    }),
  );

export class NodeThread implements Thread {
  readonly #worker: Worker;
  #listener: ThreadListener | undefined;
  /** Why the thread ended, if that was before there was a listener. */
  #failure: Error | undefined;

  constructor(worker: Worker) {
    this.#worker = worker;
    worker.on("message", (message) => this.#listener?.message(message as never));
    worker.on("error", (error) => this.#fail(error instanceof Error ? error : new Error(String(error))));
    worker.on("exit", (code) => this.#fail(new Error(`the thread ended early, with exit code ${code}`)));
  }

  #fail(error: Error): void {
    const listener = this.#listener;
    this.#listener = undefined;
    this.#failure ??= error;
    listener?.failure(error);
  }

  post(message: unknown): void {
    this.#worker.postMessage(message);
  }

  listen(listener?: ThreadListener): void {
    this.#listener = listener;
    if (listener && this.#failure) this.#fail(this.#failure);
  }

  keepAlive(on: boolean): void {
    if (on) this.#worker.ref();
    else this.#worker.unref();
  }

  async terminate(): Promise<void> {
    await this.#worker.terminate();
  }
}
