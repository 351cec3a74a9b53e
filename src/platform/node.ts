/**
 * The platform in Node.
 */
import { createHash } from "node:crypto";
import fs from "node:fs";
import { createRequire } from "node:module";
import { availableParallelism, cpus, hostname, totalmem } from "node:os";
import path from "node:path";
import { pipeline, Readable } from "node:stream";
import { setImmediate } from "node:timers/promises";
import util from "node:util";
import v8 from "node:v8";
import { parentPort, workerData } from "node:worker_threads";
import zlib from "node:zlib";
import { loadOpenblas, trustOpenblas as tryOpenblas } from "./openblas.js";
import { type Inspect, type OpenBlas, type Platform, threadName } from "./platform.js";
import { version } from "./version.js";

export { foreignKernel } from "./foreign-kernel.js";
export { openLines, temporaryLines } from "./line-file.js";
export { recall, remember } from "./memory.js";
export type * from "./platform.js";
export { startModule, startPython } from "./programs.js";
export { startThread } from "./threads.js";
export { watchMemory } from "./watch-memory.js";
export { requireWritable, writeAtomically } from "./write-atomically.js";

export const inspect = util.inspect as unknown as Inspect;

export const versions: Platform["versions"] = { nablab: version, node: process.version };

/** As a plain array: `slice` of a Buffer shares memory, that of other arrays copies. */
const plain = (buffer: Buffer): Uint8Array<ArrayBuffer> =>
  new Uint8Array(buffer.buffer as ArrayBuffer, buffer.byteOffset, buffer.byteLength);

/** Undefined for a file that is missing; every other error is rethrown. */
function unlessMissing(error: unknown): undefined {
  if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
}

export const readFile: Platform["readFile"] = async (file) => {
  checkName(file);
  return fs.promises.readFile(file).then(plain, unlessMissing);
};

export const readFileSync: Platform["readFileSync"] = (file) => {
  checkName(file);
  try {
    return plain(fs.readFileSync(file));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EISDIR")
      throw new Error("it is a folder, not a file", { cause: error });
    return unlessMissing(error);
  }
};

/** Refuses a number, which would be a file descriptor of the process. */
function checkName(file: unknown): void {
  if (typeof file === "string" || file instanceof URL) return;
  throw new TypeError(`a file is named by a path or a URL, got ${util.inspect(file, { depth: 0 })}`);
}

/** Bytes of a chunk: larger ones are no faster. */
const chunkBytes = 2 ** 18;

export const openFile: Platform["openFile"] = async (file) => {
  checkName(file);
  const found = await fs.promises.stat(file).catch(unlessMissing);
  if (!found) return undefined;
  // Opened by the first read, so that a caller that never reads has nothing to close.
  async function* chunks() {
    for await (const chunk of fs.createReadStream(file, { highWaterMark: chunkBytes })) yield plain(chunk);
  }
  return { size: found.size, chunks: chunks() };
};

export const workingFolder: Platform["workingFolder"] = () => process.cwd();

const require = createRequire(import.meta.url);

export const packageFolder: Platform["packageFolder"] = (name) =>
  path.dirname(require.resolve(`${name}/package.json`));

export const sha256: Platform["sha256"] = (...parts) => {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest("hex");
};

const unpack = util.promisify(zlib.gunzip);
export const gunzip: Platform["gunzip"] = (bytes, most) =>
  unpack(bytes, most === undefined ? {} : { maxOutputLength: most }).then(plain, (error) => {
    if (error.code === "ERR_BUFFER_TOO_LARGE") return undefined;
    throw error;
  });

export const gunzipChunks: Platform["gunzipChunks"] = async function* (chunks) {
  const unpacker = zlib.createGunzip({ chunkSize: chunkBytes });
  // Its errors, and those of the chunks, end the iteration below.
  pipeline(Readable.from(chunks), unpacker, () => {});
  yield* unpacker;
};

export const base64: Platform["base64"] = (content) =>
  (typeof content === "string"
    ? Buffer.from(content)
    : Buffer.from(content.buffer, content.byteOffset, content.byteLength)
  ).toString("base64");

/** A sweep that runs several points at a time gives each a share of the cores (`NABLAB_CORES`). */
export const cores: Platform["cores"] = () => Number(process.env.NABLAB_CORES) || availableParallelism();

// A process that grades notebooks starts no threads (kernel/isolation.ts).
export const sharesMemory: boolean =
  (process as { permission?: { has(scope: string): boolean } }).permission?.has("worker") ?? true;

export const sharedBytes: Platform["sharedBytes"] = (length) => new SharedArrayBuffer(length);

/** A program in another worker may import the same modules; its messages are not ours. */
const parent = workerData === threadName ? parentPort : null;

export const onParentMessage: Platform["onParentMessage"] = (receive) => {
  parent?.on("message", (message) => receive(message as never));
};

export const postToParent: Platform["postToParent"] = (message) => parent?.postMessage(message);

export const yieldTurn: Platform["yieldTurn"] = () => setImmediate();

export const backgroundTimeout: Platform["backgroundTimeout"] = (callback, milliseconds) =>
  setTimeout(callback, milliseconds).unref();

export const allowRelaxedSimd: Platform["allowRelaxedSimd"] = () =>
  v8.setFlagsFromString("--experimental-wasm-relaxed-simd");

let blas: OpenBlas | undefined;
export const openblas: Platform["openblas"] = () => (blas ??= loadOpenblas());

let trusted: OpenBlas | string | undefined;
export const trustOpenblas: Platform["trustOpenblas"] = () => {
  trusted ??= tryOpenblas();
  if (typeof trusted !== "string") blas ??= trusted;
  return trusted;
};

export const machine: Platform["machine"] = () =>
  `${process.platform} ${process.arch} ${cpus()[0]?.model} V8 ${process.versions.v8}`;

export const memory: Platform["memory"] = () => totalmem() / 1e6;

export const absolutePath: Platform["absolutePath"] = (file) => path.resolve(file);

export const hostName: Platform["hostName"] = hostname;

export const drawsOffscreen = true;
