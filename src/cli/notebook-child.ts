/**
 * The process in which one notebook runs: a session, told by messages what to execute. It belongs to
 * `notebook-process.ts`, which starts it in the notebook's folder.
 */
import { type CellResult, createSession, type Output } from "../kernel/session.js";

/** What this process is told. */
export type ToChild = { execute: string; cell: number } | "interrupt";

/** What it says. */
export type FromChild = "ready" | { output: Output; cell: number } | { result: CellResult; cell: number };

const send = (message: FromChild): void => {
  if (process.connected) process.send!(message);
};

const session = createSession<number>({ onOutput: (output, cell) => send({ output, cell }) });

// A cell that ends the process: what it said before is sent first, and the call does not return.
const exit = process.exit.bind(process);
process.exit = ((code) => {
  session.flush();
  exit(code);
}) as typeof process.exit;

// On Windows Ctrl-C also comes here from the console; there the message counts.
process.on("SIGINT", () => {
  if (process.platform !== "win32") session.interrupt();
});
process.on("disconnect", () => exit(1));
process.on("message", async (message: ToChild) => {
  if (message === "interrupt") {
    session.interrupt();
    return;
  }
  const { execute, cell } = message;
  const result = await session.execute(execute, cell);
  send({ result, cell });
});
send("ready");
