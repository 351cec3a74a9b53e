/**
 * A worker of a sweep on this machine: a Node process that lives as long as the sweep and runs one point at a time. A point
 * that takes too long or too much memory, or that ends the process, fails alone.
 */
import { type Program, startModule, watchMemory } from "#platform";
import {
  type Code,
  type FromWorker,
  fromLine,
  type Outcome,
  type PointLimits,
  type Source,
  type Task,
  type ToWorker,
  toLine,
} from "./job.js";
import type { PointError } from "./record.js";
import type { Values } from "./values.js";

// Not an import: a separate program, in a folder above this one, that uses the compiler and the session.
const program = new URL("../cli/sweep/worker.js", import.meta.url);

/** The name of the error of a point that takes too much memory. */
export const memoryError = "MemoryLimitError";

/** Extra seconds to load the experiment, such as its data, if points have a time limit. */
const loadingSeconds = 30;

/** Milliseconds a stopped point has to end by itself. */
const patience = 1000;

/** How a point ended, or that its process ended without the sweep's doing. */
export type Ending = Outcome | Lost | undefined;

/** The process of a point ended: how, and with which error, if known. */
export interface Lost {
  readonly lost: string;
  readonly error?: PointError;
  readonly host: string;
  /** The end of what the point printed. */
  readonly printed?: string;
}

/** The process was killed from outside while it loaded the experiment. */
export class KilledWhileLoading extends Error {
  constructor(
    message: string,
    readonly how: string,
    readonly host: string,
  ) {
    super(message);
  }
}

interface Running {
  task: Task;
  report: (values: Values) => void;
  end: (ending: Ending) => void;
}

export class WorkerProcess {
  readonly #program: Program;
  readonly #limits: PointLimits;
  #host = "";
  #running: Running | undefined;
  /** Receives the next reply that belongs to no point. */
  #answer: ((answer: FromWorker | { lost: string }) => void) | undefined;
  #lost: string | undefined;
  #crash: PointError | undefined;
  #points = 0;
  /** Why the sweep ended the process. */
  #reason: "time" | "memory" | "stop" | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #unwatch: (() => void) | undefined;

  /** @param cores the number of cores that a point may use */
  constructor({ folder, cores, limits }: { folder: string; cores: number; limits: PointLimits }) {
    this.#limits = limits;
    this.#program = startModule(program, { folder, variables: { NABLAB_CORES: String(cores) } });
    this.#program.listen({
      line: (line) => this.#receive(line),
      ended: (how) => this.#end(how),
    });
  }

  /** Whether it can run points. */
  get isAlive(): boolean {
    return this.#lost === undefined && this.#reason === undefined;
  }

  /** The number of points it was given. */
  get points(): number {
    return this.#points;
  }

  /** Compiles an experiment. @throws Error with one line that names its fault */
  async prepare(source: Source): Promise<Code> {
    const answer = await this.#ask({ do: "prepare", source }, "prepared");
    return (answer as FromWorker & { is: "prepared" }).code;
  }

  /** Loads an experiment. @throws Error as `prepare` does, KilledWhileLoading if the experiment is not to blame */
  async load(code: Code): Promise<void> {
    await this.#ask({ do: "load", code, limits: this.#limits }, "loaded");
  }

  async #ask(message: ToWorker, expected: FromWorker["is"]): Promise<FromWorker> {
    const { seconds } = this.#limits;
    const most = (seconds ?? 0) + loadingSeconds;
    if (message.do === "load" && seconds !== undefined) this.#startTimer(most);
    const answer = await new Promise<FromWorker | { lost: string }>((resolve) => {
      this.#answer = resolve;
      if (this.#lost !== undefined) resolve({ lost: this.#lost });
      else this.#program.send(toLine(message));
    });
    clearTimeout(this.#timer);
    if ("is" in answer && answer.is === expected) return answer;
    if ("is" in answer && answer.is === "refused") throw new Error(answer.problem);
    const late = this.#reason === "time" ? `took longer than ${most} s` : "";
    const how = "lost" in answer ? `its process ended ${answer.lost}` : "unexpected answer";
    const { printed } = this.#program;
    const problem = `sweep: the experiment could not be loaded: ${late || how}${printed ? `\n${printed}` : ""}`;
    if ("lost" in answer && answer.lost.startsWith("by SIG") && this.#reason === undefined)
      throw new KilledWhileLoading(problem, answer.lost, this.#host);
    throw new Error(problem);
  }

  /** Runs a point; undefined if it was stopped. Never rejects. */
  async run(task: Task, report: (values: Values) => void): Promise<Ending> {
    if (this.#lost !== undefined) return this.#ending(this.#lost);
    this.#points++;
    const { seconds, megabytes } = this.#limits;
    this.#program.forget();
    const began = performance.now();
    if (seconds !== undefined) this.#startTimer(seconds);
    if (megabytes !== undefined && this.#program.id !== undefined)
      this.#unwatch ??= watchMemory(this.#program.id, megabytes, () => this.#kill("memory"));
    const ending = await new Promise<Ending>((end) => {
      this.#running = { task, report, end };
      this.#program.send(toLine({ do: "run", ...task }));
    });
    clearTimeout(this.#timer);
    this.#running = undefined;
    return this.#judged(ending, (performance.now() - began) / 1000);
  }

  /** Interprets the ending, given why the sweep ended the process. */
  #judged(ending: Ending, seconds: number): Ending {
    const { printed } = this.#program;
    const failed = (name: string, message: string): Outcome => ({
      error: { name, message, ...(printed && { printed }) },
      seconds,
      host: this.#host,
    });
    const { seconds: most, megabytes } = this.#limits;
    if (this.#reason === "stop") return undefined;
    if (this.#reason === "time") return failed("TimeoutError", `the point took longer than ${most} s`);
    if (this.#reason === "memory")
      return failed(memoryError, `the point took more than ${megabytes} MB of memory`);
    if (!ending || !printed) return ending;
    if ("lost" in ending) return { ...ending, printed };
    if (!ending.error) return ending;
    return { ...ending, error: { ...ending.error, printed } };
  }

  /** Asks the running point to stop, and kills its process if it does not. */
  stop(): void {
    if (!this.#running) return;
    this.#interrupt("stop");
  }

  #startTimer(seconds: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#interrupt("time"), 1000 * seconds);
  }

  #interrupt(reason: "time" | "stop"): void {
    this.#reason ??= reason;
    clearTimeout(this.#timer);
    this.#program.send(toLine({ do: "stop" }));
    this.#timer = setTimeout(() => this.#program.kill(), patience);
  }

  #kill(reason: "memory"): void {
    this.#reason ??= reason;
    this.#program.kill();
  }

  /** Ends the process, and waits for it. */
  async close(): Promise<void> {
    if (this.#running) this.#program.kill();
    await this.#program.close();
    clearTimeout(this.#timer);
    this.#unwatch?.();
  }

  #receive(line: string): void {
    const message = fromLine(line);
    if (!message) return;
    if (message.is === "started") {
      this.#host = message.host;
      return;
    }
    if (message.is === "prepared" || message.is === "loaded" || message.is === "refused") {
      this.#answer?.(message);
      return;
    }
    if (message.is === "crashed") {
      this.#crash = message.error;
      return;
    }
    const running = this.#running;
    if (message.index !== running?.task.index) return;
    if (message.is === "report") running.report(message.values);
    else {
      const { index: _, is: __, ...outcome } = message;
      running.end({ ...outcome, host: this.#host });
    }
  }

  #end(how: string): void {
    this.#lost = how;
    this.#unwatch?.();
    this.#answer?.({ lost: how });
    this.#running?.end(this.#ending(how));
  }

  #ending(lost: string): Lost {
    return { lost, host: this.#host, ...(this.#crash && { error: this.#crash }) };
  }
}
