/**
 * A worker thread beside a session (session-child.ts), for what must be heard also within an endless loop: the word to
 * stop, and that the process that started this one has gone, which ends this one.
 */
import { Socket } from "node:net";
import { parentPort, workerData } from "node:worker_threads";
import { raiseStop } from "../session/stop.js";
import { updateGuarded } from "./main-thread.js";
import { whenParentEnds } from "./parent.js";
import { signalUnlessHeard, stopPipe } from "./stop-signal.js";

const flag = workerData as Int32Array;

parentPort?.on("message", () => {}); // stays
whenParentEnds(() => process.kill(process.pid, "SIGKILL"));
new Socket({ fd: stopPipe })
  .on("error", () => {}) // a cell that closes it is ended with its process
  .on("data", () => {
    raiseStop(flag);
    updateGuarded();
    if (process.platform !== "win32") signalUnlessHeard(flag); // on Windows there is no SIGINT to oneself
  });
