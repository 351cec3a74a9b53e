// How soon a kernel is there, as a client of Jupyter sees it, and what it takes of the memory.
//
//   npm run bench -- --start [--rounds 5] [--node PATH] [--out DIR]
//
// Each round starts a kernel as its kernelspec says and, in turn, Node with an empty script, which is the floor. From the start of the process to the reply to kernel_info_request, and
// to the reply of a first cell that imports nablab and descends; resident memory after it, and after 230 cells more. Medians,
// with the least in brackets: on a machine that does other work as well the ratio to the floor says more than the time.
import { spawn } from "node:child_process";
import { createHmac, randomUUID } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { cpus, tmpdir } from "node:os";
import path from "node:path";
import * as zmq from "zeromq";
import { kernelspec } from "#nablab/kernel/kernelspec.js";

const firstCell =
  'import { descend, quadratic } from "nablab";\n' +
  "descend(quadratic({ spectrum: [1, 10] }), { theta0: [1, 1], eta: 0.1, steps: 20 }).values.at(-1)!";

/** Measures, prints a table and keeps it in `out`/start.md. */
export async function benchStart({
  rounds = 5,
  out = path.join("test", "output", "bench"),
  node = process.execPath,
} = {}) {
  /** @type {Record<string, number>[]} */
  const found = [];
  /** @type {number[]} */
  const floor = [];
  await startOnce(node); // fills the caches
  for (let round = 0; round < rounds; round++) {
    floor.push(await emptyStart(node));
    found.push(await startOnce(node));
  }
  const names = Object.keys(found[0] ?? {});
  const cell = (/** @type {number[]} */ values) =>
    `${format(median(values))} (${format(Math.min(...values))})`;
  const text = [
    `${cpus().length} × ${cpus()[0]?.model}, ${rounds} rounds; Node itself, with an empty script: ${cell(floor)} ms`,
    "",
    "| | median (least) |",
    "|---|---|",
    ...names.map((name) => `| ${name} | ${cell(found.map((run) => run[name] ?? Number.NaN))} |`),
    "",
  ].join("\n");
  mkdirSync(out, { recursive: true });
  writeFileSync(path.join(out, "start.md"), text);
  console.log(text);
}

const median = (/** @type {number[]} */ values) =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
const format = (/** @type {number} */ value) => value.toFixed(value < 20 ? 1 : 0);

/** Milliseconds that Node takes with nothing to do. */
function emptyStart(/** @type {string} */ node) {
  const began = performance.now();
  const child = spawn(node, ["-e", "0"], { stdio: "ignore" });
  return new Promise((/** @type {(milliseconds: number) => void} */ resolve) =>
    child.on("exit", () => resolve(performance.now() - began)),
  );
}

/** One kernel, from its start to its end. */
async function startOnce(/** @type {string} */ node) {
  const folder = mkdtempSync(path.join(tmpdir(), "nablab-start-"));
  const [shellPort, controlPort, stdinPort, iopubPort, heartbeatPort] = await freePorts(5);
  const key = randomUUID();
  const file = path.join(folder, "connection.json");
  const connection = {
    transport: "tcp",
    ip: "127.0.0.1",
    key,
    signature_scheme: "hmac-sha256",
    shell_port: shellPort,
    control_port: controlPort,
    stdin_port: stdinPort,
    iopub_port: iopubPort,
    hb_port: heartbeatPort,
  };
  writeFileSync(file, JSON.stringify(connection));
  const spec = /** @type {{ argv: string[], env: Record<string, string> }} */ (kernelspec());
  const argv = spec.argv.map((part) => (part === "{connection_file}" ? file : part));
  const shell = new zmq.Dealer({ linger: 0, reconnectInterval: 1 });
  shell.connect(`tcp://127.0.0.1:${shellPort}`);
  const began = performance.now();
  const child = spawn(node, argv.slice(1), {
    cwd: folder,
    env: { ...process.env, ...spec.env },
    stdio: ["ignore", "ignore", "inherit"],
  });
  const ended = new Promise((resolve) =>
    child.on("exit", (code) => {
      shell.close(); // what waits for a reply gets none
      resolve(code);
    }),
  );
  const session = randomUUID();
  /** Sends a request; the content of its reply. */
  const ask = async (/** @type {string} */ type, /** @type {object} */ content = {}) => {
    const header = {
      msg_id: randomUUID(),
      session,
      username: "bench",
      date: new Date().toISOString(),
      msg_type: type,
      version: "5.4",
    };
    const parts = [header, {}, {}, content].map((part) => JSON.stringify(part));
    const signature = createHmac("sha256", key).update(parts.join("")).digest("hex");
    await shell.send(["<IDS|MSG>", signature, ...parts]);
    for (;;) {
      const frames = await shell.receive();
      const at = frames.findIndex((frame) => frame.toString() === "<IDS|MSG>");
      const parent = JSON.parse(String(frames[at + 3]));
      if (parent.msg_id === header.msg_id) return JSON.parse(String(frames[at + 5]));
    }
  };
  const execute = async (/** @type {string} */ code) => {
    const from = performance.now();
    const reply = await ask("execute_request", { code, silent: false, store_history: false });
    if (reply.status !== "ok") throw new Error(`bench: ${code} failed: ${reply.evalue}`);
    return performance.now() - from;
  };
  try {
    await ask("kernel_info_request");
    const ready = performance.now() - began;
    await execute(firstCell);
    const first = performance.now() - began;
    const memory = await atRest(child.pid);
    const trivial = [];
    for (let i = 0; i < 30; i++) trivial.push(await execute(`${i} + 1`));
    for (let i = 0; i < 200; i++) await execute(`let v${i} = ${i}; v${i}`);
    return {
      "start to kernel_info_reply, ms": ready,
      "start to the first cell's reply, ms": first,
      "a trivial cell, ms": median(trivial),
      "resident after the first cell, MB": memory,
      "after 230 cells more, MB": await atRest(child.pid),
    };
  } finally {
    child.kill("SIGKILL");
    await ended;
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Resident memory of a process in MB, once it has collected what a cell left behind. */
async function atRest(/** @type {number | undefined} */ id) {
  await new Promise((resolve) => setTimeout(resolve, 300));
  if (process.platform === "linux") {
    const status = readFileSync(`/proc/${id}/status`, "utf8");
    return Number(/VmRSS:\s*(\d+)/.exec(status)?.[1]) * 1.024e-3;
  }
  const ps = spawn("ps", ["-o", "rss=", "-p", String(id)], { stdio: ["ignore", "pipe", "ignore"] });
  let text = "";
  for await (const chunk of ps.stdout) text += chunk;
  return Number(text) * 1.024e-3;
}

/** Ports that are free now. */
async function freePorts(/** @type {number} */ count) {
  const servers = Array.from({ length: count }, () => createServer().listen(0, "127.0.0.1"));
  await Promise.all(servers.map((server) => new Promise((resolve) => server.once("listening", resolve))));
  const ports = servers.map(
    (server) => /** @type {import("node:net").AddressInfo} */ (server.address()).port,
  );
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
