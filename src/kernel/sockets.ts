/**
 * The kernel's five ZeroMQ sockets, in a separate worker thread: output flows, heartbeats are answered and
 * interrupts are received while the main thread runs a cell.
 *
 * The thread moves frames and mostly ignores their content. Every socket has one queue, and each send is awaited: zeromq
 * refuses a 514th message sent in the same tick. The sockets are closed and the thread ends before the process does: a
 * thread terminated while zeromq calls into it aborts the process.
 */
import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import * as zmq from "zeromq";
import { giveAnswer, giveNoAnswer } from "../protocol/answer.js";
import { type Channel, type Content, compose, type Message } from "../protocol/message.js";
import { isMemoryChecked, isStopAcknowledged, raiseMemory, raiseStop } from "../session/stop.js";
import { History } from "./history.js";
import { kernelInfo } from "./kernel-info.js";
import { updateGuarded } from "./main-thread.js";
import { whenParentEnds } from "./parent.js";
import { RunningCell } from "./running-cell.js";
import { signalUnlessAcknowledged } from "./stop-signal.js";
import { type RoutedMessage, Wire } from "./wire.js";

/** The contents of Jupyter's connection file. */
export interface Connection {
  transport: string;
  ip: string;
  key: string;
  signature_scheme?: string;
  shell_port: number;
  control_port: number;
  stdin_port: number;
  iopub_port: number;
  hb_port: number;
}

/** The data with which the kernel starts the thread of its sockets. */
export interface SocketsSetUp {
  connection: Connection;
  /** The session in the headers of the kernel's messages. */
  session: string;
  /** Becomes 1 when everything is sent and closed and the thread ends; the main thread may wait for it. */
  closed: Int32Array;
  /** Raised by an interrupt. */
  stop: Int32Array;
  /** The heap limit of the main thread, in bytes. */
  heapLimit: number;
  /** Where the main thread waits for what the reader types. */
  answer: SharedArrayBuffer;
  /** Where the cells of earlier sessions are kept. */
  historyFile: string | undefined;
  /** Where the running cell is recorded, for the process that Jupyter starts if this one dies. */
  runningFile: string | undefined;
}

/** From the kernel to its sockets: frames to send, "awake" once the kernel can reply, or "close". */
export type ToSockets = { send: Channel; frames: Uint8Array[] } | "awake" | "close";

/** From the sockets to the kernel: received frames, or why the sockets failed. */
export type FromSockets =
  | {
      received: Channel;
      frames: Uint8Array[];
      /** The number of interrupts before it. */
      stops: number;
    }
  | { failed: string };

// A main thread that is busy cannot answer; after this many milliseconds a shutdown continues without it.
const shutdownPatience = 700;

/** Milliseconds between checks of the process's memory, and the share of the limit above which a cell is asked to check. */
const [memoryInterval, much] = [100, 0.7];

/** After a second interrupt, code that has not acknowledged it within this many milliseconds is not going to. */
const stopPatience = 500;

const unreachable =
  "The interrupt does not reach this cell. After an await, only code of cells can be interrupted; this is inside a " +
  "single call that takes long, of a regular expression, a library or the system. Wait for it, or interrupt once more, " +
  "which restarts the kernel: its names are lost.\n";

if (parentPort) await serve(parentPort, workerData as SocketsSetUp);

async function serve(port: MessagePort, setUp: SocketsSetUp): Promise<void> {
  const { connection, session, closed, answer } = setUp;
  const address = (name: string, number: number): string => {
    const separator = connection.transport === "ipc" ? "-" : ":";
    if (!number) throw new Error(`kernel: the connection file has no ${name}`);
    return `${connection.transport}://${connection.ip}${separator}${number}`;
  };
  const wire = new Wire({ key: connection.key, scheme: connection.signature_scheme, session });
  const shell = new zmq.Router({ linger: 1000 });
  const control = new zmq.Router({ linger: 1000 });
  const stdin = new zmq.Router({ linger: 1000 });
  const iopub = new zmq.XPublisher({ linger: 1000, sendHighWaterMark: 0, verbosity: "allSubs" });
  const heartbeat = new zmq.Reply({ linger: 0 });
  const sockets = { shell, control, stdin, iopub };
  const bind = async (socket: Pick<zmq.Router, "bind">, name: string, port: number): Promise<void> => {
    const place = address(name, port);
    try {
      await socket.bind(place);
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      const reason =
        code === "EADDRINUSE"
          ? "another program listens there; start the kernel again, and Jupyter chooses other ports"
          : message;
      throw new Error(`cannot listen on ${name}: ${reason}; got ${place}`);
    }
  };
  const bound = await Promise.allSettled([
    bind(shell, "shell_port", connection.shell_port),
    bind(control, "control_port", connection.control_port),
    bind(stdin, "stdin_port", connection.stdin_port),
    bind(iopub, "iopub_port", connection.iopub_port),
    bind(heartbeat, "hb_port", connection.hb_port),
  ]);
  const failed = bound.find((one) => one.status === "rejected");
  if (failed) {
    // An open socket would abort the process at its end.
    for (const socket of [shell, control, stdin, iopub, heartbeat]) socket.close();
    port.postMessage({ failed: (failed.reason as Error).message } satisfies FromSockets);
    return;
  }

  const queues: Record<Channel, Promise<void>> = {
    shell: Promise.resolve(),
    control: Promise.resolve(),
    stdin: Promise.resolve(),
    iopub: Promise.resolve(),
  };
  /** The header of the request whose cell runs. */
  let running: Message["header"] | undefined;
  const runningCell = new RunningCell(setUp.runningFile, setUp.heapLimit);
  const enqueue = (channel: Channel, frames: Uint8Array[]): void => {
    const header = Buffer.from(frames.at(-4) ?? []);
    const isBegun = channel === "iopub" && header.includes('"execute_input"');
    if (isBegun) {
      running = JSON.parse(Buffer.from(frames.at(-3)!).toString());
      runningCell.begin(JSON.parse(Buffer.from(frames.at(-1)!).toString()), process.memoryUsage.rss());
    } else if (channel === "shell" && header.includes('"execute_reply"')) {
      running = undefined;
      runningCell.end();
    }
    queues[channel] = queues[channel].then(() => sockets[channel].send(frames)).catch(ignoreClosed);
    if (isBegun) sayUnderCell(runningCell.takeDeath());
  };

  const close = async (): Promise<void> => {
    runningCell.end();
    await Promise.allSettled(Object.values(queues));
    // The last frames leave in zeromq's own thread, within `linger`.
    for (const socket of [shell, control, stdin, iopub, heartbeat]) socket.close();
  };
  // In a separate turn of the event loop, outside of zeromq's callbacks.
  const end = (): void => void setImmediate(() => process.exit());
  process.on("exit", () => {
    Atomics.store(closed, 0, 1);
    Atomics.notify(closed, 0);
  });

  let awake = false;
  port.on("message", (message: ToSockets) => {
    if (message === "close") void close().then(end);
    else if (message === "awake") awake = true;
    else enqueue(message.send, message.frames);
  });

  /** Prints a line under the running cell. */
  const sayUnderCell = (text: string | undefined): void => {
    if (!running || text === undefined) return;
    const content = { name: "stderr", text };
    const parent = { header: running } as Message;
    enqueue("iopub", wire.encode(compose(session, "stream", content, parent)));
  };

  /** The cell whose second interrupt was reported. */
  let given: typeof running;
  const kill = (): void => void close().then(() => process.kill(process.pid, "SIGKILL"));
  /** What a second unacknowledged interrupt leads to, and each after it. */
  const giveUp = (): (() => void) => {
    const isSaid = running !== undefined && given === running;
    return () => {
      if (isSaid)
        kill(); // Jupyter starts another process in place of this one
      else sayUnderCell(unreachable);
      given = running;
    };
  };

  /** Answers a request while the main thread loads the compiler. */
  const introduce = (channel: Channel, request: RoutedMessage, type: string, content: Content): void => {
    enqueue("iopub", wire.compose("status", { execution_state: "busy" }, request));
    enqueue(channel, wire.compose(type, content, request, request.identities));
    enqueue("iopub", wire.compose("status", { execution_state: "idle" }, request));
  };

  const receive = async (channel: "shell" | "control" | "stdin"): Promise<void> => {
    for await (const frames of sockets[channel]) {
      const message = awake && channel !== "control" ? undefined : tryToDecode(wire, frames);
      if (!awake && message?.header.msg_type === "kernel_info_request") {
        introduce(channel, message, "kernel_info_reply", kernelInfo());
        continue;
      }
      // `jupyter console` waits a second for it, and later prints all of it above the first result.
      if (!awake && message?.header.msg_type === "history_request") {
        const history = new History(setUp.historyFile).reply(message.content);
        introduce(channel, message, "history_reply", { status: "ok", history });
        continue;
      }
      if (channel === "stdin") {
        // The main thread sleeps until it has the answer and receives no messages.
        const reply = tryToDecode(wire, frames);
        if (reply?.header.msg_type === "input_reply") giveAnswer(answer, String(reply.content.value));
        continue;
      }
      if (channel === "control" && message) rouse(message.header.msg_type, setUp, kill, giveUp);
      const stops = Atomics.load(setUp.stop, 1);
      port.postMessage({ received: channel, frames, stops } satisfies FromSockets);
    }
  };
  /** Acknowledges a client's subscription: from then on it misses nothing. */
  const welcome = async (): Promise<void> => {
    for await (const [subscription] of iopub) {
      if (subscription?.[0] !== 1) continue;
      const topic = subscription.subarray(1);
      const content = { subscription: topic.toString() };
      enqueue("iopub", wire.compose("iopub_welcome", content, undefined, [topic]));
    }
  };
  const echo = async (): Promise<void> => {
    for await (const frames of heartbeat) await heartbeat.send(frames);
  };
  for (const loop of [receive("shell"), receive("control"), receive("stdin"), welcome(), echo()])
    loop.catch(ignoreClosed);

  const watch = setInterval(() => {
    if (!running) return;
    const taken = process.memoryUsage.rss();
    if (taken < much * setUp.heapLimit) return;
    sayUnderCell(runningCell.memoryProblem(taken, isMemoryChecked(setUp.stop)));
    raiseMemory(setUp.stop); // much of it may be in typed arrays, which have no such limit: the main thread knows
    updateGuarded();
  }, memoryInterval);
  watch.unref();

  // Without a parent there is no client left.
  whenParentEnds(kill);
}

function tryToDecode(wire: Wire, frames: Uint8Array[]): RoutedMessage | undefined {
  try {
    return wire.decode(frames);
  } catch {
    return undefined; // the main thread reports it
  }
}

/**
 * Reaches a main thread that may be in a synchronous loop: the loops of cells check the flag, SIGINT ends what a cell calls
 * before its first await, and an unanswered shutdown ends the process. (On Windows a process cannot send itself SIGINT.)
 */
function rouse(
  type: string,
  { stop, answer }: SocketsSetUp,
  kill: () => void,
  giveUp: () => () => void,
): void {
  if (type !== "interrupt_request" && type !== "shutdown_request") return;
  raiseStop(stop);
  updateGuarded();
  const pending = Atomics.load(stop, 1) - Atomics.load(stop, 2);
  if (type === "interrupt_request" && pending >= 2) {
    const act = giveUp();
    setTimeout(() => isStopAcknowledged(stop) || act(), stopPatience);
  }
  giveNoAnswer(answer);
  if (process.platform !== "win32") signalUnlessAcknowledged(stop);
  if (type === "shutdown_request") {
    setTimeout(kill, shutdownPatience);
  }
}

function ignoreClosed(error: NodeJS.ErrnoException): void {
  if (error.code !== "EAGAIN" && error.code !== "ENOTSOCK" && error.code !== "ETERM") {
    process.stderr.write(`kernel: ${error.message}\n`);
  }
}
