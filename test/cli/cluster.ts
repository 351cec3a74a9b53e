/** A real Dask scheduler with workers, on this machine. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { createInterface } from "node:readline";
import { python } from "../kernel/jupyter.js";

export interface Cluster {
  program: ChildProcess;
  address: string;
  pids: number[];
}

/** Starts one at a port of 127.0.0.1, by default any; it ends when the program's standard input does. */
export async function startCluster(port = 0): Promise<Cluster> {
  const script = path.join(import.meta.dirname, "cluster.py");
  const program = spawn(python(), [script, String(port)], { stdio: ["pipe", "pipe", "ignore"] });
  const ended = once(program, "close").then(() => {
    throw new Error("the cluster ended before it began; Dask comes with npm run setup -- --cluster");
  });
  const [line] = await Promise.race([once(createInterface({ input: program.stdout! }), "line"), ended]);
  ended.catch(() => {}); // it may end from now on
  return { program, ...JSON.parse(line) };
}
