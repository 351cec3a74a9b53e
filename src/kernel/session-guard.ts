/**
 * A worker thread beside a session (session-child.ts) that works even during an endless loop: it receives interrupts, and
 * ends the process once its parent has ended.
 */
import { Socket } from "node:net";
import { parentPort, workerData } from "node:worker_threads";
import { raiseStop } from "../session/stop.js";
import { updateGuarded } from "./main-thread.js";
import { whenParentEnds } from "./parent.js";
import { signalUnlessAcknowledged, stopPipe } from "./stop-signal.js";

const flag = workerData as Int32Array;

parentPort?.on("message", () => {}); // keeps the thread alive
whenParentEnds(() => process.kill(process.pid, "SIGKILL"));
new Socket({ fd: stopPipe })
  .on("error", () => {}) // a cell that closes it is ended with its process
  .on("data", () => {
    raiseStop(flag);
    updateGuarded();
    if (process.platform !== "win32") signalUnlessAcknowledged(flag); // on Windows there is no SIGINT to oneself
  });
