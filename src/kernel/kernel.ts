/**
 * The Jupyter protocol around a session: a request comes in, is answered, and what cells put out goes to iopub.
 *
 * Cells run one after another in the order in which they came. Every other request is answered at once, also
 * while a cell awaits something, so that completion, hover texts and the stop button work during training.
 */
import { completeReply, helpFor, inspectReply, isQuestion } from "../session/assistance.js";
import { fromThrown } from "../session/cell-error.js";
import type { CellResult, CellRunner, Output, Question, SessionOptions } from "../session/session.js";
import { isStopHeard } from "../session/stop.js";
import { Comms } from "./comms.js";
import { History } from "./history.js";
import { kernelInfo } from "./kernel-info.js";
import { createNodeSession } from "./node-host.js";
import type { Channel } from "./sockets.js";
import type { Attachments, Message, Wire } from "./wire.js";

/** Where messages go: the sockets, or a list in a test. */
export type Send = (channel: Channel, frames: Uint8Array[]) => void;

type Content = Record<string, unknown>;

/** Resolves when cells that were sent together with one that began then have come from the sockets. */
async function sentTogether(began: number): Promise<void> {
  const wait = began + 10 - performance.now();
  if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
  // A cell that held this thread left them waiting; the event loop takes them up between two of these.
  for (let turn = 0; turn < 2; turn++) await new Promise(setImmediate);
}

export class Kernel {
  readonly #wire: Wire;
  readonly #send: Send;
  readonly #ask: (question: Uint8Array[]) => string | undefined;
  readonly #exit: (code: number) => void;
  readonly #history: History;
  readonly #comms = new Comms((...message) => this.#publish(...message));
  readonly #waiting: Message[] = [];
  readonly #createSession: (options: SessionOptions<Message>) => CellRunner<Message>;
  #session: CellRunner<Message> | undefined;
  #executing = false;
  #running: Message | undefined;
  #count = 0;

  /**
   * @param options.ask sends a question to the reader and waits for the answer; undefined when stop is pressed
   * @param options.exit ends the process, once what has been sent is out
   * @param options.historyFile where cells are kept from session to session
   * @param options.createSession where cells run; by default in this process
   */
  constructor(options: {
    wire: Wire;
    send: Send;
    ask: (question: Uint8Array[]) => string | undefined;
    exit: (code: number) => void;
    historyFile?: string | undefined;
    createSession?: (options: SessionOptions<Message>) => CellRunner<Message>;
  }) {
    this.#wire = options.wire;
    this.#send = options.send;
    this.#ask = options.ask;
    this.#exit = options.exit;
    this.#history = new History(options.historyFile);
    this.#createSession = options.createSession ?? createNodeSession;
  }

  /** The session, started when it is first needed: a front end may ask who we are before the compiler is loaded. */
  get session(): CellRunner<Message> {
    this.#session ??= this.#createSession({
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
      log(`${(error as Error).stack}`); // the first cell tries again, and says so to the reader
    }
  }

  /** Answers a message from a socket. Frames that are no message, or whose signature is wrong, are dropped. */
  receive(channel: Channel, frames: Uint8Array[]): void {
    let message: Message;
    try {
      message = this.#wire.decode(frames);
    } catch (error) {
      log(`dropped a message on ${channel}: ${(error as Error).message}`);
      return;
    }
    if (message.header.msg_type === "execute_request") {
      this.#waiting.push(message);
      void this.#executeWaiting();
    } else {
      this.#answer(channel, message);
    }
  }

  #answer(channel: Channel, request: Message): void {
    const type = request.header.msg_type;
    this.#publish("status", { execution_state: "busy" }, request);
    try {
      const content = this.#reply(type, request.content, request);
      if (content) this.#respond(channel, type.replace(/_request$/, "_reply"), content, request);
    } catch (error) {
      const { name, message } = error as Error;
      log(`${type}: ${(error as Error).stack}`);
      if (type.endsWith("_request")) {
        const failure = { status: "error", ename: name, evalue: message, traceback: [] };
        this.#respond(channel, type.replace(/_request$/, "_reply"), failure, request);
      }
    }
    this.#publish("status", { execution_state: "idle" }, request);
    // Front ends show the state heard last; a cell that still runs must not look as if it had ended.
    if (this.#running) this.#publish("status", { execution_state: "busy" }, this.#running);
    if (type === "shutdown_request") this.#exit(0);
  }

  /** The content of the reply to anything but a cell; none for messages that want no reply. */
  #reply(type: string, content: Content, request: Message): Content | undefined {
    switch (type) {
      case "kernel_info_request":
        return kernelInfo();
      case "complete_request":
        return completeReply(this.session, String(content.code), Number(content.cursor_pos));
      case "inspect_request":
        return inspectReply(this.session, String(content.code), Number(content.cursor_pos));
      case "is_complete_request":
        if (isQuestion(String(content.code))) return { status: "complete" };
        return { ...this.session.isComplete(String(content.code)) };
      case "history_request":
        return { status: "ok", history: this.#history.reply(content) };
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
        // A loop has heard of it before this message could be received, from the sockets' thread.
        if (!isStopHeard()) this.interrupt();
        return { status: "ok" };
      case "shutdown_request":
        return { status: "ok", restart: content.restart === true };
      default:
        log(`no answer to a message of type ${type}`);
        return undefined;
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

  /** Runs a cell and answers it; returns those waiting behind it that its failure aborts. */
  async #execute(request: Message): Promise<Message[]> {
    const began = performance.now();
    const { content } = request;
    const code = String(content.code);
    const silent = content.silent === true;
    const remember = !silent && content.store_history !== false;
    this.#publish("status", { execution_state: "busy" }, request);
    if (remember) {
      this.#count++;
      this.#history.add(this.#count, code);
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
    // One that is sent after this reply must run, so whom the failure aborts is settled before it.
    if (stop) await sentTogether(began);
    const aborted = stop ? this.#waiting.splice(0) : [];
    this.#respond("shell", "execute_reply", reply, request);
    this.#publish("status", { execution_state: "idle" }, request);
    return aborted;
  }

  /** The last words of a cell that ends the process: its output, a reply, and that nothing runs any more. */
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
  async #run(code: string, request: Message): Promise<CellResult> {
    try {
      return await this.session.execute(code, request, this.#count);
    } catch (error) {
      log((error as Error).stack ?? String(error));
      return fromThrown(error, () => true);
    }
  }

  /** What a front end wants to know after a cell: a value, or an error, for each of some expressions. */
  async #evaluate(expressions: unknown, request: Message): Promise<Content> {
    const values: Content = {};
    for (const [name, expression] of Object.entries((expressions ?? {}) as Content)) {
      const result = await this.#run(String(expression), request);
      const nothing = { data: { "text/plain": "undefined" }, metadata: {} };
      values[name] = result.status === "ok" ? { status: "ok", ...(result.result ?? nothing) } : result;
    }
    return values;
  }

  /** Asks the reader on behalf of a cell; undefined when stop is pressed. */
  #askReader({ prompt, password }: Question, cell: Message): string | undefined {
    if (cell.content.allow_stdin !== true) {
      throw new Error("prompt: this front end cannot ask, or does not want to (allow_stdin is off)");
    }
    return this.#ask(this.#wire.compose("input_request", { prompt, password }, cell, cell.identities));
  }

  #abort(request: Message): void {
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
    this.#send("iopub", this.#wire.compose(type, content, parent, undefined, attachments));
  }

  #respond(channel: Channel, type: string, content: Content, request: Message): void {
    this.#send(channel, this.#wire.compose(type, content, request, request.identities));
  }
}

// Standard error of the process, which Jupyter's server shows in its log; the streams of cells are elsewhere.
function log(text: string): void {
  writeLog(`[nablab] ${text}\n`);
}
const writeLog = process.stderr.write.bind(process.stderr);
