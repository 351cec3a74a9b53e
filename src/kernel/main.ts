/**
 * The kernel's process: `node dist/kernel/main.js CONNECTION_FILE`, as the kernelspec starts it.
 */
import { readFileSync } from "node:fs";
import { Worker } from "node:worker_threads";
import { Kernel } from "./kernel.js";
import type { Connection, FromSockets, ToSockets } from "./sockets.js";

const [file] = process.argv.slice(2);
if (file === undefined) {
  console.error(
    "usage: node dist/kernel/main.js CONNECTION_FILE   (Jupyter starts kernels; see `nablab kernel install`)",
  );
  process.exit(2);
}
const connection = JSON.parse(readFileSync(file, "utf8")) as Connection;

const sockets = new Worker(new URL("./sockets.js", import.meta.url), { workerData: connection });
const post = (message: ToSockets): void => sockets.postMessage(message);

// The process ends when the sockets have sent everything and are closed, also where a cell calls `process.exit`.
const end = process.exit.bind(process);
let exitCode = 0;
const finish = (code: number): void => {
  exitCode = code;
  post("close");
};
process.exit = ((code?: number) => {
  finish(code ?? 0);
  throw new Error("the kernel is shutting down"); // ends the cell that called it
}) as typeof process.exit;

const kernel = new Kernel({
  key: connection.key,
  scheme: connection.signature_scheme,
  send: (send, frames) => post({ send, frames }),
  exit: finish,
});

process.on("SIGINT", () => kernel.interrupt());
process.on("SIGTERM", () => finish(0));

sockets.on("error", (error) => {
  console.error(`kernel: the sockets failed: ${error.message}`);
  end(1);
});
sockets.on("message", (message: FromSockets) => {
  if (message === "closed") return end(exitCode);
  if (message !== "ready") return kernel.receive(message.received, message.frames);
  kernel.start();
  // The compiler takes most of the start; load it once the first questions have been answered.
  setImmediate(() => void kernel.session);
});
