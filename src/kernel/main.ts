/**
 * The kernel's process: `node dist/kernel/main.js CONNECTION_FILE`, as the kernelspec starts it.
 *
 * With `--graded` cells run in a separate confined process (graded-session.ts), each for at most `--seconds` and
 * with at most `--megabytes`, all of them for at most `--notebook-seconds`; nbgrader_config.py sets these options.
 */
import { nativeWait } from "../platform/native-wait.js";
import "./linear-regexps.js";
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import v8 from "node:v8";
import { Worker } from "node:worker_threads";
import { awaitAnswer, expectAnswer, makeAnswer } from "../protocol/answer.js";
import { stopFlag } from "../session/stop.js";
import { environment } from "./environment.js";
import { historyFile } from "./history.js";
import { listenAlways } from "./listeners.js";
import { openFilesProblem } from "./open-files.js";
import { runningEnding } from "./running-cell.js";
import type { Connection, FromSockets, SocketsSetUp, ToSockets } from "./sockets.js";
import { isLateSignal } from "./stop-signal.js";
import { Wire } from "./wire.js";

const {
  positionals: [file],
  values: { graded, seconds, megabytes, mark, "notebook-seconds": notebookSeconds },
} = parseArgs({
  allowPositionals: true,
  options: {
    graded: { type: "boolean", default: false },
    seconds: { type: "string" },
    megabytes: { type: "string" },
    "notebook-seconds": { type: "string" },
    mark: { type: "string" },
  },
});
if (file === undefined) {
  console.error(
    "usage: node dist/kernel/main.js CONNECTION_FILE   (Jupyter starts kernels; see `nablab kernel install`)",
  );
  process.exit(2);
}
// It is for this process, which has read it, and not for those that cells start.
for (const [name, value] of Object.entries(environment))
  if (process.env[name] === value) delete process.env[name];
const tooFewFiles = openFilesProblem();
if (tooFewFiles) {
  console.error(`kernel: ${tooFewFiles.what}: ${tooFewFiles.fix}, then start Jupyter again`);
  process.exit(2);
}
const connection = readConnection(file);
const historyPath = graded ? undefined : historyFile();

const end = process.exit.bind(process);
const wire = new Wire({ key: connection.key, scheme: connection.signature_scheme });
const closed = new Int32Array(new SharedArrayBuffer(4));
const answer = makeAnswer();
const { heap_size_limit: heapLimit } = v8.getHeapStatistics();
const setUp: SocketsSetUp = {
  connection,
  session: wire.session,
  closed,
  stop: stopFlag,
  heapLimit,
  answer,
  historyFile: historyPath,
  runningFile: graded ? undefined : `${file}${runningEnding}`,
};
const sockets = new Worker(new URL("./sockets.js", import.meta.url), { workerData: setUp });
const post = (message: ToSockets): void => sockets.postMessage(message);
// Cells may replace that of all emitters.
Object.defineProperty(sockets, "emit", { value: sockets.emit });
/** Messages received before the kernel is loaded. */
const early: FromSockets[] = [];
let receive = (message: FromSockets): void => void early.push(message);
sockets.on("message", (message: FromSockets) => {
  if ("failed" in message) {
    console.error(`kernel: ${message.failed}`);
    end(1);
  } else receive(message);
});
sockets.on("error", (error) => {
  console.error(`kernel: the sockets failed: ${error.message}`);
  end(1);
});

// The session's modules and the compiler load while the thread of the sockets starts and replies.
const { FramedKernel } = await import("./framed-kernel.js");
const grading = graded ? await import("./graded-session.js") : undefined;
const kernel = new FramedKernel({
  wire,
  send: (send, frames) => post({ send, frames }),
  ask(frames) {
    expectAnswer(answer);
    post({ send: "stdin", frames });
    return awaitAnswer(answer);
  },
  ...(grading
    ? {
        createSession: ({ onOutput }) => {
          const limits = {
            ...(seconds !== undefined && { seconds: Number(seconds) }),
            ...(megabytes !== undefined && { megabytes: Number(megabytes) }),
            ...(notebookSeconds !== undefined && { notebookSeconds: Number(notebookSeconds) }),
          };
          const session = new grading.GradedSession({
            limits,
            removeFiles: true,
            onOutput,
            ...(mark && { mark }),
          });
          process.on("exit", () => session.close());
          return session;
        },
      }
    : { historyFile: historyPath }),
  exit: (code) => leave(code),
});

const leave = ((code) => {
  kernel.takeLeave();
  post("close");
  // The call must not return. Meanwhile the sockets send what is left and close.
  nativeWait(closed, 0, 0, 2000);
  end(code);
}) as typeof process.exit;
process.exit = leave;

listenAlways("SIGINT", () => isLateSignal() || kernel.interrupt());
listenAlways("SIGTERM", () => leave(0));

// The compiler takes most of the start-up; until it is loaded, the sockets' thread replies to kernel_info itself.
kernel.start();
post("awake");
receive = (message) => {
  if ("received" in message) kernel.receiveFrames(message.received, message.frames, message.stops);
};
for (const message of early) receive(message);

/** Reads the connection file; a missing field or an unreadable file ends the process with one line. */
function readConnection(file: string): Connection {
  const refuse = (problem: string): never => {
    console.error(`kernel: ${problem}; let Jupyter start the kernel, which writes such a file; got ${file}`);
    process.exit(2);
  };
  let content: Partial<Connection>;
  try {
    content = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    return refuse(`the connection file cannot be read (${(error as Error).message.split("\n")[0]})`);
  }
  for (const name of [
    "transport",
    "ip",
    "shell_port",
    "control_port",
    "stdin_port",
    "iopub_port",
    "hb_port",
  ] as const) {
    if (content?.[name] === undefined) return refuse(`the connection file has no ${name}`);
  }
  // An empty key means unsigned messages, which must be explicit.
  if (typeof content.key !== "string")
    return refuse("the connection file has no key, by which messages are signed");
  return content as Connection;
}
