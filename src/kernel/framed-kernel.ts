/**
 * The kernel in Node: messages as signed frames, cells in a session of this process, a history in a file.
 */
import { Kernel } from "../protocol/kernel.js";
import type { Channel } from "../protocol/message.js";
import { putBackBuiltIns } from "../session/built-ins.js";
import type { CellRunner, SessionOptions } from "../session/session.js";
import { History } from "./history.js";
import { kernelInfo } from "./kernel-info.js";
import { createNodeSession } from "./node-host.js";
import { usage } from "./usage.js";
import type { RoutedMessage, Wire } from "./wire.js";

/** Where frames go: the sockets, or a list in a test. */
export type Send = (channel: Channel, frames: Uint8Array[]) => void;

export class FramedKernel extends Kernel<RoutedMessage> {
  readonly #wire: Wire;

  /**
   * @param options.ask sends a question to the reader and waits for the answer; undefined on interrupt
   * @param options.exit ends the process once pending messages have been sent
   * @param options.historyFile where the history of cells is kept between sessions
   * @param options.createSession where cells run; by default in this process
   */
  constructor(options: {
    wire: Wire;
    send: Send;
    ask: (question: Uint8Array[]) => string | undefined;
    exit: (code: number) => void;
    historyFile?: string | undefined;
    createSession?: (options: SessionOptions<RoutedMessage>) => CellRunner<RoutedMessage>;
  }) {
    const { wire, send, ask, exit, historyFile, createSession = createNodeSession } = options;
    super({
      id: wire.session,
      send: (channel, message, to) => send(channel, wire.encode(message, to?.identities)),
      ask: (question, to) => ask(wire.encode(question, to.identities)),
      exit,
      log,
      history: new History(historyFile),
      info: kernelInfo,
      usage,
      createSession,
    });
    this.#wire = wire;
  }

  /** Answers a message from a socket. Malformed frames and those with a wrong signature are dropped. */
  receiveFrames(channel: Channel, frames: Uint8Array[], stops?: number): void {
    putBackBuiltIns();
    let message: RoutedMessage;
    try {
      message = this.#wire.decode(frames);
    } catch (error) {
      log(`dropped a message on ${channel}: ${(error as Error).message}`);
      return;
    }
    this.receive(channel, message, stops);
  }
}

// Standard error of the process, which Jupyter's server shows in its log; the streams of cells are elsewhere.
function log(text: string): void {
  writeLog(`[nablab] ${text}\n`);
}
const writeLog = process.stderr.write.bind(process.stderr);
