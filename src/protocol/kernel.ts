/**
 * The Jupyter protocol around a session, without a transport: replies to requests, and publishes the output of cells on iopub.
 *
 * Cells run one after another in the order of arrival. Every other request is answered at once, even while a cell awaits
 * something, so that completion, hover texts and the stop button work during training.
 */
import { yieldTurn } from "#platform";
import { fromThrown } from "../session/cell-error.js";
import { now, setTimeout } from "../session/clock.js";
import type { Question } from "../session/questions.js";
import type { CellResult, CellRunner, Output, SessionOptions } from "../session/session.js";
import { isStopAcknowledged } from "../session/stop.js";
import { completeReply, helpFor, inspectReply, isQuestion } from "./assistance.js";
import { Comms } from "./comms.js";
import { type Attachments, type Channel, type Content, compose, type Message } from "./message.js";

/** The history of cells, for consoles. */
export interface CellHistory {
  add(count: number, code: string): void;
  /** The entries for a `history_request`, as in `history_reply`. */
  reply(request: Content): unknown[];
}

/** The parts of a kernel; `Request` is the transport's type of messages. */
export interface KernelOptions<Request extends Message> {
  /** The id of the kernel's session, in the header of all its messages. */
  id: string;
  /** Sends a message; on channels other than iopub, to the sender of the request `to`. */
  send(channel: Channel, message: Message, to?: Request): void;
  /** Sends a question to the reader and waits for the answer; undefined on interrupt. */
  ask(question: Message, to: Request): string | undefined;
  /** Ends the kernel once pending messages have been sent. */
  exit(code: number): void;
  /** Writes to the server's log. */
  log(text: string): void;
  history: CellHistory;
  /** The content of `kernel_info_reply`. */
  info(): Content;
  /** The resource usage: the content of `usage_reply`. */
  usage?(): Content;
  /** Starts the session that runs cells. */
  createSession(options: SessionOptions<Request>): CellRunner<Request>;
}

/** Resolves once cells sent together with one that began at `began` have been received. */
async function sentTogether(began: number): Promise<void> {
  const wait = began + 10 - now();
  if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
  // If a cell blocked this thread, the event loop delivers the pending ones between these turns.
  for (let turn = 0; turn < 2; turn++) await yieldTurn();
}

export class Kernel<Request extends Message = Message> {
  readonly #options: KernelOptions<Request>;
  readonly #comms = new Comms((...message) => this.#publish(...message));
  readonly #waiting: Request[] = [];
  readonly #stops = new WeakMap<Request, number | undefined>();
  #session: CellRunner<Request> | undefined;
  #executing = false;
  #running: Request | undefined;
  #count = 0;

  constructor(options: KernelOptions<Request>) {
    this.#options = options;
  }

  /** The session, started lazily: a front end may request kernel_info before the compiler is loaded. */
  get session(): CellRunner<Request> {
    this.#session ??= this.#options.createSession({
      onOutput: (output, cell) => this.#putOut(output, cell),
      ask: (question, cell) => this.#askReader(question, cell),
      openComm: (comm, cell) => this.#comms.open(comm, cell),
    });
    return this.#session;
  }

  /** Loads the compiler. */
  start(): void {
    this.#publish("status", { execution_state: "starting" });
    try {
      void this.session;
    } catch (error) {
      this.#options.log(`${(error as Error).stack}`); // the first cell tries again and reports the error
    }
  }

  /**
   * Answers a message.
   *
   * @param stops the number of interrupts before it
   */
  receive(channel: Channel, message: Request, stops?: number): void {
    if (message.header.msg_type === "execute_request") {
      this.#stops.set(message, stops);
      this.#waiting.push(message);
      void this.#executeWaiting();
    } else {
      this.#answer(channel, message);
    }
  }

  #answer(channel: Channel, request: Request): void {
    const type = request.header.msg_type;
    this.#publish("status", { execution_state: "busy" }, request);
    try {
      const content = this.#reply(type, request.content, request);
      if (content) this.#respond(channel, type.replace(/_request$/, "_reply"), content, request);
    } catch (error) {
      const { name, message } = error as Error;
      this.#options.log(`${type}: ${(error as Error).stack}`);
      if (type.endsWith("_request")) {
        const failure = { status: "error", ename: name, evalue: message, traceback: [] };
        this.#respond(channel, type.replace(/_request$/, "_reply"), failure, request);
      }
    }
    this.#publish("status", { execution_state: "idle" }, request);
    // Front ends show the latest state; a running cell must not look finished.
    if (this.#running) this.#publish("status", { execution_state: "busy" }, this.#running);
    if (type === "shutdown_request") this.#options.exit(0);
  }

  /** The content of the reply to anything but a cell; undefined for messages without a reply. */
  #reply(type: string, content: Content, request: Request): Content | undefined {
    switch (type) {
      case "kernel_info_request":
        return this.#options.info();
      case "complete_request":
        return completeReply(this.session, String(content.code), Number(content.cursor_pos));
      case "inspect_request":
        return inspectReply(this.session, String(content.code), Number(content.cursor_pos));
      case "is_complete_request":
        if (isQuestion(String(content.code))) return { status: "complete" };
        return { ...this.session.isComplete(String(content.code)) };
      case "history_request":
        return { status: "ok", history: this.#options.history.reply(content) };
      case "comm_info_request":
        return { status: "ok", comms: this.#comms.info(content.target_name) };
      case "connect_request":
        return { status: "ok" };
      case "comm_open":
      case "comm_msg":
      case "comm_close":
        this.#comms.receive(request);
        this.session.flush();
        return undefined;
      case "interrupt_request":
        // Loops have acknowledged it already: the transport's thread raises the stop word.
        if (!isStopAcknowledged()) this.interrupt();
        return { status: "ok" };
      case "shutdown_request":
        return { status: "ok", restart: content.restart === true };
      case "usage_request":
        return { status: "ok", ...this.#options.usage?.() };
      case "debug_request": {
        // A refusal of the Debug Adapter Protocol; kernel_info_reply offers no debugger.
        const { command, seq: request_seq } = content;
        return {
          type: "response",
          success: false,
          seq: 0,
          request_seq,
          command,
          message: "nablab has no debugger",
        };
      }
      default: {
        const evalue = `nablab does not answer a message of type ${JSON.stringify(type)}`;
        this.#options.log(evalue);
        if (!type.endsWith("_request")) return undefined;
        return { status: "error", ename: "NotSupported", evalue, traceback: [] };
      }
    }
  }

  /** Ends the running cell. */
  interrupt(): void {
    this.#session?.interrupt();
  }

  async #executeWaiting(): Promise<void> {
    if (this.#executing) return;
    this.#executing = true;
    for (let request = this.#waiting.shift(); request; request = this.#waiting.shift()) {
      for (const aborted of await this.#execute(request)) this.#abort(aborted);
    }
    this.#executing = false;
  }

  /** Runs a cell and replies; returns the waiting cells that its failure aborts. */
  async #execute(request: Request): Promise<Request[]> {
    const began = now();
    const { content } = request;
    const code = String(content.code);
    const silent = content.silent === true;
    const remember = !silent && content.store_history !== false;
    this.#publish("status", { execution_state: "busy" }, request);
    if (remember) {
      this.#count++;
      this.#options.history.add(this.#count, code);
    }
    const execution_count = this.#count;
    if (!silent) this.#publish("execute_input", { code, execution_count }, request);
    this.#running = request;
    const help = helpFor(this.session, code);
    const result: CellResult = help ? { status: "ok" } : await this.#run(code, request);
    const stop = result.status === "error" && content.stop_on_error !== false;
    let reply: Content;
    if (result.status === "ok") {
      if (result.result && !silent) {
        this.#publish("execute_result", { ...result.result, execution_count, transient: {} }, request);
      }
      const user_expressions = await this.#evaluate(content.user_expressions, request);
      const payload = help ? [{ source: "page", data: help, start: 0 }] : [];
      reply = { status: "ok", execution_count, payload, user_expressions };
    } else {
      const { ename, evalue, traceback } = result;
      if (!silent) this.#publish("error", { ename, evalue, traceback }, request);
      reply = {
        status: "error",
        execution_count,
        ename,
        evalue,
        traceback,
        payload: [],
        user_expressions: {},
      };
    }
    this.#running = undefined;
    // A cell sent after this reply must run, so the aborted cells are determined before it.
    if (stop) await sentTogether(began);
    const aborted = stop ? this.#waiting.splice(0) : [];
    this.#respond("shell", "execute_reply", reply, request);
    this.#publish("status", { execution_state: "idle" }, request);
    return aborted;
  }

  /** Completes a cell that ends the process: its output, a reply, and the state idle. */
  takeLeave(): void {
    const request = this.#running;
    if (!request) return;
    this.#running = undefined;
    this.session.flush();
    const reply = { status: "ok", execution_count: this.#count, payload: [], user_expressions: {} };
    this.#respond("shell", "execute_reply", reply, request);
    this.#publish("status", { execution_state: "idle" }, request);
  }

  /** Runs a cell; never rejects, or no later cell would run: a session that cannot start is the cell's error. */
  async #run(code: string, request: Request): Promise<CellResult> {
    try {
      return await this.session.execute(code, request, this.#count, undefined, this.#stops.get(request));
    } catch (error) {
      this.#options.log((error as Error).stack ?? String(error));
      return fromThrown(error, () => true);
    }
  }

  /** Evaluates `user_expressions` after a cell: a value or an error for each. */
  async #evaluate(expressions: unknown, request: Request): Promise<Content> {
    const values: Content = {};
    for (const [name, expression] of Object.entries((expressions ?? {}) as Content)) {
      const result = await this.#run(String(expression), request);
      const nothing = { data: { "text/plain": "undefined" }, metadata: {} };
      values[name] = result.status === "ok" ? { status: "ok", ...(result.result ?? nothing) } : result;
    }
    return values;
  }

  /** Asks the reader on behalf of a cell; undefined on interrupt. */
  #askReader({ prompt, password }: Question, cell: Request): string | undefined {
    if (cell.content.allow_stdin !== true) {
      throw new Error("prompt: this front end takes no input (allow_stdin is off)");
    }
    const { id, ask } = this.#options;
    return ask(compose(id, "input_request", { prompt, password }, cell), cell);
  }

  #abort(request: Request): void {
    this.#publish("status", { execution_state: "busy" }, request);
    this.#respond("shell", "execute_reply", { status: "aborted", execution_count: this.#count }, request);
    this.#publish("status", { execution_state: "idle" }, request);
  }

  #putOut(output: Output, cell: Message): void {
    if (cell.content.silent === true) return;
    const { type, ...content } = output;
    this.#publish(type, content, cell);
  }

  #publish(type: string, content: Content, parent?: Message, attachments?: Attachments): void {
    const { id, send } = this.#options;
    send("iopub", compose(id, type, content, parent, attachments));
  }

  #respond(channel: Channel, type: string, content: Content, request: Request): void {
    const { id, send } = this.#options;
    send(channel, compose(id, type, content, request), request);
  }
}
