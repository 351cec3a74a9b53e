/**
 * A worker thread beside a session (session-child.ts): ends the process when the one that started it has gone, also
 * from within an endless loop.
 */
import { parentPort } from "node:worker_threads";
import { whenParentEnds } from "./parent.js";

parentPort?.on("message", () => {}); // stays
whenParentEnds(() => process.kill(process.pid, "SIGKILL"));
