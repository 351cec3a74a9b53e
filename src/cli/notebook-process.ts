/**
 * A notebook's process, seen from outside. A session owns its process (working directory, console, names,
 * the compiler's view of the files), so each notebook gets one of its own.
 */
import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { CellResult, Output } from "../kernel/session.js";
import type { FromChild, ToChild } from "./notebook-child.js";

/** How long a cell that was interrupted may take to end before its process is ended. */
const patience = 5000;

/** How a cell ended: by itself, or with the process, whose exit code or signal is told. */
export type Ending = CellResult | { status: "ended"; how: string };

export class NotebookProcess {
  readonly #child: ChildProcess;
  readonly #onOutput: (output: Output, cell: number) => void;
  #ended: { status: "ended"; how: string } | undefined;
  #finish: ((ending: Ending) => void) | undefined;
  #killing: NodeJS.Timeout | undefined;
  #started: () => void = () => {};
  /** Resolves when the process can run cells, or has ended. */
  readonly ready: Promise<void> = new Promise((resolve) => {
    this.#started = resolve;
  });

  /**
   * Starts a process in `folder`.
   *
   * @param onOutput gets what cells put out, also what comes after a cell's end
   */
  constructor(folder: string, onOutput: (output: Output, cell: number) => void) {
    this.#onOutput = onOutput;
    this.#child = fork(fileURLToPath(new URL("./notebook-child.js", import.meta.url)), [], {
      cwd: folder,
      // In a process group of its own, Ctrl-C in a terminal reaches us alone, and we pass it on once.
      detached: process.platform !== "win32",
      // What the process prints outside of any cell (a program that a cell starts, say) is no result of ours.
      stdio: ["ignore", 2, 2, "ipc"],
    });
    this.#child.on("message", (message) => this.#receive(message as FromChild));
    this.#child.on("error", (error) => this.#end(error.message));
    this.#child.on("exit", (code, signal) => this.#end(signal ? `by ${signal}` : `with exit code ${code}`));
  }

  /** Runs one cell. Never rejects. */
  execute(code: string, cell: number): Promise<Ending> {
    if (this.#ended) return Promise.resolve(this.#ended);
    return new Promise((resolve) => {
      this.#finish = (ending) => {
        clearTimeout(this.#killing);
        this.#finish = undefined;
        resolve(ending);
      };
      this.#tell({ execute: code, cell });
    });
  }

  /** Ends the running cell; asked twice, or when the cell does not end, the process. */
  interrupt(): void {
    if (this.#killing) {
      this.kill();
      return;
    }
    this.#killing = setTimeout(() => this.kill(), patience);
    // A signal also ends a synchronous loop; Windows has none that does not kill.
    if (process.platform === "win32") this.#tell("interrupt");
    else this.#child.kill("SIGINT");
  }

  /** Ends the process. */
  kill(): void {
    clearTimeout(this.#killing);
    this.#child.kill("SIGKILL");
  }

  #tell(message: ToChild): void {
    this.#child.send(message, (error) => error && this.#end(error.message));
  }

  #receive(message: FromChild): void {
    if (message === "ready") this.#started();
    else if ("output" in message) this.#onOutput(message.output, message.cell);
    else this.#finish?.(message.result);
  }

  #end(how: string): void {
    this.#ended ??= { status: "ended", how };
    this.#started();
    this.#finish?.(this.#ended);
  }
}
