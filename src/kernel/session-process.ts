/**
 * The parent's side of a session in a separate process. A session owns its process (working directory, console, names, the
 * compiler's view of the files), so each notebook gets one, and its cells affect no other.
 */
import { type ChildProcess, fork } from "node:child_process";
import { randomUUID } from "node:crypto";
import type { Writable } from "node:stream";
import { fileURLToPath } from "node:url";
import { watchMemory } from "#platform";
import type { ImageReply, ImageRequest } from "../display/static-image-worker.js";
import type { CellError } from "../session/cell-error.js";
import { type CellResult, type Locked, type Output, tookTooLong } from "../session/session.js";
import { Drawing } from "./drawing.js";
import { type Confined, howItEnded, startConfined } from "./isolation.js";
import type { FromChild, ToChild } from "./session-child.js";
import { stopPipe } from "./stop-signal.js";
import { slack } from "./time-spent.js";

/** Milliseconds an interrupted cell has to end before its process is killed. */
const patience = 5000;

/** Milliseconds after its time limit at which a cell that has not stopped by itself is interrupted from outside. */
const grace = 2000;

/** The limits of a cell. */
export interface Limits {
  /** How long a cell may run. */
  seconds?: number | undefined;
  /** How much memory the process may have, in MB. */
  megabytes?: number | undefined;
}

/**
 * How a cell ended: by itself, at a limit, or with the process; then with its exit code or signal, and whether a cell
 * requested that.
 */
export type Ending =
  | CellResult
  | { status: "timeout"; seconds: number }
  | { status: "memory"; megabytes: number }
  | { status: "ended"; how: string; isOwn?: boolean };

/** Called when a cell first shows a widget, with its id and its state. */
export type OnWidget = (id: string, state: Record<string, unknown>, cell: number) => void;

export class SessionProcess {
  readonly #child: ChildProcess;
  readonly #confined: Confined | undefined;
  readonly #onOutput: (output: Output, cell: number) => void;
  readonly #onWidget: OnWidget | undefined;
  /** Interrupts loops, too; isolated processes have none. */
  readonly #stop: Writable | undefined;
  /** The secret in each message of an isolated process, unknown to cells. */
  readonly #secret: string | undefined;
  /** Draws the figures of an isolated process. */
  readonly #drawing: Drawing | undefined;
  /** Whether a cell has asked to end the process. */
  #isLeaving = false;
  #ended: Extract<Ending, { status: "ended" | "memory" }> | undefined;
  #finish: ((ending: Ending) => void) | undefined;
  /** The seconds that the last cell spent (time-spent.ts); undefined if it did not end by itself. */
  #spent: number | undefined;
  /** What was refused to it. */
  #refused: readonly string[] = [];
  /** Ends the watch over its memory, which goes on between cells. */
  #unwatch: (() => void) | undefined;
  #killing: NodeJS.Timeout | undefined;
  #started: () => void = () => {};
  /** Resolves when the process can run cells, or has ended. */
  readonly ready: Promise<void> = new Promise((resolve) => {
    this.#started = resolve;
  });

  /**
   * Starts a process in `folder`.
   *
   * @param onOutput receives the output of cells, including that after a cell's end
   * @param isolated reads and writes files in `folder` only, starts no programs, and undoes what cells do to
   *   the built-in objects
   * @param onWidget makes widgets that can be moved, by {@link moveWidget}; without it they are static
   */
  constructor(
    folder: string,
    onOutput: (output: Output, cell: number) => void,
    { isolated = false, onWidget }: { isolated?: boolean; onWidget?: OnWidget } = {},
  ) {
    this.#onOutput = onOutput;
    this.#onWidget = onWidget;
    const script = fileURLToPath(new URL("./session-child.js", import.meta.url));
    if (isolated) this.#confined = startConfined(script, { folder, args: ["--isolated"], output: 2 });
    this.#child =
      this.#confined?.child ??
      fork(script, onWidget ? ["--widgets"] : [], {
        cwd: folder,
        // In a separate process group, so that Ctrl-C in a terminal reaches only this process, which passes it on once.
        detached: process.platform !== "win32",
        // Output outside of any cell, such as of a program that a cell starts, is discarded.
        stdio: ["ignore", 2, 2, "ipc", "pipe"],
      });
    if (isolated) {
      this.#drawing = new Drawing();
      this.#secret = randomUUID();
      this.#tell({ secret: this.#secret });
    } else {
      this.#stop = this.#child.stdio[stopPipe] as Writable;
      this.#stop.on("error", () => {}); // the process has ended, which is handled below
    }
    this.#child.on("message", (message) => {
      // Cells can send, too, in roundabout ways.
      const isObject = typeof message === "object" && message !== null;
      this.#receive((isObject ? message : {}) as FromChild);
    });
    this.#child.on("error", (error) => this.#end(error.message));
    this.#child.on("exit", (code, signal) => this.#end(howItEnded(code, signal)));
  }

  get spent(): number | undefined {
    return this.#spent;
  }

  get refused(): readonly string[] {
    return this.#refused;
  }

  /** Whether cells can still run here. */
  get isAlive(): boolean {
    return this.#ended === undefined;
  }

  /**
   * Runs one cell; one that takes too long is interrupted, one that takes too much memory ends the process.
   * Never rejects.
   *
   * @param cell passed on with its output
   * @param count its number in tracebacks; by default the next one
   * @param locked its role, if it belongs to the assignment
   */
  async execute(
    code: string,
    cell: number,
    limits: Limits = {},
    count?: number,
    locked?: Locked,
  ): Promise<Ending> {
    const { seconds, megabytes } = limits;
    await this.ready;
    if (this.#ended) return this.#ended;
    let late = false;
    const interrupt = (): void => {
      late = true;
      this.interrupt();
    };
    // An isolated process enforces the limit itself, except within one call of a built-in function.
    const wait = 1000 * (seconds ?? 0) * (this.#drawing ? slack : 1) + (this.#drawing ? grace : 0);
    const timer = seconds === undefined ? undefined : setTimeout(interrupt, wait);
    if (megabytes !== undefined) {
      this.#unwatch ??= watchMemory(this.#confined?.id() ?? this.#child.pid!, megabytes, () => {
        this.#ended ??= { status: "memory", megabytes };
        this.kill();
      });
    }
    [this.#spent, this.#refused] = [undefined, []];
    const ending = await new Promise<Ending>((resolve) => {
      this.#finish = resolve;
      this.#tell({
        execute: code,
        cell,
        ...(count !== undefined && { count }),
        ...(locked !== undefined && { locked }),
        ...(this.#drawing && seconds !== undefined && { seconds }),
      });
    });
    this.#finish = undefined;
    clearTimeout(timer);
    clearTimeout(this.#killing);
    this.#killing = undefined;
    return late ? { status: "timeout", seconds: seconds! } : ending;
  }

  /** Ends the running cell or, on a second call or if the cell does not end, the process. */
  interrupt(): void {
    if (this.#killing) {
      this.kill();
      return;
    }
    this.#killing = setTimeout(() => this.kill(), patience);
    if (this.#stop) this.#stop.write("!");
    else if (process.platform !== "win32") this.#confined!.signal("SIGINT"); // before the first await of the cell
    // Elsewhere the pipe is followed by a signal.
    if (process.platform === "win32" || !this.#stop) this.#tell("interrupt");
  }

  /** Ends the process. */
  kill(): void {
    clearTimeout(this.#killing);
    if (this.#confined) this.#confined.signal("SIGKILL");
    else this.#child.kill("SIGKILL");
    this.#drawing?.close();
  }

  /** Changes the state of a widget, as a reader would. */
  moveWidget(id: string, state: Record<string, unknown>): void {
    this.#tell({ comm: id, data: { method: "update", state, buffer_paths: [] } });
  }

  #tell(message: ToChild): void {
    this.#child.send(message, (error) => error && this.#end(error.message));
  }

  #receive(message: FromChild): void {
    if (message.secret !== this.#secret) {
      // A forged message: the process can no longer be trusted.
      this.#ended ??= { status: "ended", how: "as it spoke in the name of what runs its cells" };
      this.kill();
      return;
    }
    if ("ready" in message) this.#started();
    else if ("output" in message) this.#onOutput(message.output, message.cell);
    else if ("draw" in message) void this.#draw(message.draw);
    else if ("leaving" in message) this.#isLeaving = true;
    else if ("comm" in message) this.#onWidget?.(message.comm, stateIn(message.opened), message.cell);
    else if ("result" in message) {
      [this.#spent, this.#refused] = [message.spent, message.refused];
      this.#finish?.(message.result);
    }
  }

  async #draw({ id, ...request }: ImageRequest): Promise<void> {
    let reply: ImageReply;
    try {
      reply = { id, svg: await this.#drawing!.draw(request) };
    } catch (error) {
      reply = { id, error: (error as Error).message };
    }
    if (this.isAlive) this.#tell({ drawn: reply });
  }

  #end(how: string): void {
    this.#drawing?.close();
    this.#unwatch?.();
    this.#ended ??= { status: "ended", how, isOwn: this.#isLeaving };
    this.#started();
    this.#finish?.(this.#ended);
  }
}

const stateIn = (opened: Record<string, unknown>) => (opened.state ?? {}) as Record<string, unknown>;

/** The result of a cell; an ending by a limit or with the process becomes an error. */
export function asResult(ending: Ending): CellResult {
  switch (ending.status) {
    case "timeout":
      return tookTooLong(ending.seconds);
    case "memory":
      return failure("MemoryLimitError", `the cell took more than ${ending.megabytes} MB of memory`);
    case "ended":
      return failure("ProcessEnded", `the notebook's process ended ${ending.how}`);
    default:
      return ending;
  }
}

/** An error that the cell did not throw. */
export const failure = (ename: string, evalue: string): CellError => ({
  status: "error",
  ename,
  evalue,
  traceback: [`${ename}: ${evalue}`],
});
