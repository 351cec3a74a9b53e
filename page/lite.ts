/**
 * The kernel in JupyterLite: an extension that registers it, as a container that JupyterLab loads at its start (see
 * labextension/remote-entry.ts). The kernel is that of the site's pages, in its worker.
 */
import { PageKernel, type WorkerLike } from "#nablab/browser/page-kernel.js";
import type { Cell } from "#nablab/cli/notebook.js";
import { type Channel, compose, type Header, type Message } from "#nablab/protocol/message.js";
import { check, hasTests } from "./check.ts";

/** The folder of the kernel's programs, from this script's; written before this script by src/cli/site/lab.ts. */
declare const nablabAssets: string;

const name = "@nablab/kernel";
const here = (document.currentScript as HTMLScriptElement).src;
const assets = new URL(nablabAssets, here);
const site = new URL("../../", assets);

/** A message of JupyterLab. */
interface LabMessage {
  channel: Channel;
  header: Header;
  parent_header: Header | Record<string, never>;
  metadata: Record<string, unknown>;
  content: Record<string, unknown>;
  buffers?: (ArrayBuffer | ArrayBufferView)[];
}

interface KernelOptions {
  id: string;
  name: string;
  location: string;
  sendMessage(message: LabMessage): void;
}

/** The parts of JupyterLab's modules used here. */
type Factory = Readonly<
  Record<string, Readonly<Record<string, { get(): Promise<() => unknown> | (() => unknown) }>>>
>;
interface SignalLike {
  emit(value: undefined): void;
}

/** Milliseconds that a kernel whose loops cannot be interrupted may continue. */
const patience = 700;

class LiteKernel {
  readonly id: string;
  readonly name: string;
  readonly location: string;
  readonly disposed: SignalLike;
  isDisposed = false;
  /** JupyterLite waits for it before it sends anything. */
  ready: Promise<void>;
  readonly #send: KernelOptions["sendMessage"];
  /** The front ends that have sent messages: those of the kernel without a request go to all of them. */
  readonly #sessions = new Set<string>();
  /** Cells without a reply. */
  readonly #running = new Map<string, LabMessage>();
  #worker!: Worker;
  #kernel!: PageKernel;

  constructor({ id, name, location, sendMessage }: KernelOptions, disposed: SignalLike) {
    this.id = id;
    this.name = name;
    this.location = location;
    this.disposed = disposed;
    this.#send = sendMessage;
    this.ready = this.#start();
  }

  #start(): Promise<void> {
    const worker = new Worker(new URL("kernel-worker.js", assets), { type: "module", name: "nablab kernel" });
    this.#worker = worker;
    this.#kernel = new PageKernel(worker as unknown as WorkerLike, (channel, message) => {
      if (worker === this.#worker) this.#receive(channel, message);
    });
    const failed = new Promise<never>((_, reject) => {
      worker.addEventListener("error", ({ message }) =>
        reject(new Error(message || "the kernel could not be loaded")),
      );
      worker.addEventListener("message", ({ data }) => {
        if (typeof data?.failed === "string") reject(new Error(data.failed));
      });
    });
    return Promise.race([this.#kernel.ready, failed]);
  }

  #receive(channel: Channel, { header, parent, metadata, content, buffers }: Message): void {
    const isReply = header.msg_type === "execute_reply";
    if (isReply && parent.msg_id !== undefined) this.#running.delete(parent.msg_id);
    // JupyterLite finds the front end by the session.
    const sessions = parent.session === undefined ? [...this.#sessions] : [parent.session];
    for (const session of sessions)
      this.#send({
        channel,
        header: { ...header, session },
        parent_header: parent,
        metadata,
        content,
        buffers,
      });
  }

  /** Handles a message of the front end and returns at once, so that others are answered while a cell runs. */
  async handleMessage({
    channel,
    header,
    parent_header,
    metadata,
    content,
    buffers = [],
  }: LabMessage): Promise<void> {
    this.#sessions.add(header.session);
    if (header.msg_type === "execute_request")
      this.#running.set(header.msg_id, { channel, header, parent_header, metadata, content });
    const bytes = buffers.map((buffer) =>
      ArrayBuffer.isView(buffer)
        ? new Uint8Array(buffer.buffer as ArrayBuffer, buffer.byteOffset, buffer.byteLength)
        : new Uint8Array(buffer),
    );
    this.#kernel.forward(channel ?? "shell", {
      header,
      parent: parent_header,
      metadata,
      content,
      buffers: bytes,
    });
  }

  /** Ends the running cell. If loops cannot be interrupted, the kernel is restarted when that does not help. */
  interrupt(): void {
    this.#kernel.interrupt();
    if (this.#kernel.stopsLoops) return;
    const worker = this.#worker;
    setTimeout(() => {
      if (worker !== this.#worker || this.#running.size === 0) return;
      worker.terminate();
      this.ready = this.#start();
      const evalue =
        "stopped, and its variables with it: without shared memory a loop cannot be stopped otherwise";
      const error = { ename: "KernelRestarted", evalue, traceback: [evalue] };
      for (const { header } of this.#running.values()) {
        const say = (channel: Channel, type: string, content: Record<string, unknown>): void =>
          this.#receive(channel, compose(header.session, type, content, { header } as Message));
        say("iopub", "error", error);
        say("shell", "execute_reply", {
          status: "error",
          execution_count: 0,
          ...error,
          payload: [],
          user_expressions: {},
        });
        say("iopub", "status", { execution_state: "idle" });
      }
    }, patience);
  }

  dispose(): void {
    if (this.isDisposed) return;
    this.isDisposed = true;
    this.#worker.terminate();
    this.disposed.emit(undefined);
  }
}

/** Isolates the page, by the site's service worker and one reload, for threads and to interrupt loops. */
async function isolate(): Promise<void> {
  const done = "nablab lab reloaded";
  try {
    if (crossOriginIsolated || window.top !== window || !navigator.serviceWorker) return;
    if (sessionStorage.getItem(done)) return;
    await navigator.serviceWorker.register(new URL("sw.js", site), {
      scope: site.href,
      updateViaCache: "none",
    });
    await navigator.serviceWorker.ready;
    sessionStorage.setItem(done, "1");
    location.reload();
  } catch {
    // One thread, then.
  }
}

let shared: Factory = {};
async function fromJupyterLab<Module>(module: string): Promise<Module> {
  const [offer] = Object.values(shared[module] ?? {});
  if (offer === undefined) throw new Error(`${name}: this JupyterLite does not share ${module}`);
  return (await offer.get())() as Module;
}

interface Services {
  IKernelSpecs: unknown;
  IKernelClient: unknown;
}
interface Specs {
  register(options: { spec: object; create(options: KernelOptions): Promise<LiteKernel> }): void;
}
interface Client {
  interrupt(id: string): Promise<void>;
}

interface App {
  docRegistry: {
    addWidgetExtension(factory: string, extension: { createNew(panel: NotebookPanel): void }): void;
  };
}
interface NotebookPanel {
  context: { ready: Promise<void>; model: { toJSON(): { cells: LabCell[] } } };
  toolbar: { insertItem(index: number, name: string, widget: object): boolean };
}
interface LabCell {
  cell_type: string;
  id?: string;
  metadata?: Record<string, unknown>;
  source: string | string[];
}
type ToolbarButtonClass = new (options: {
  label: string;
  tooltip: string;
  onClick(): void;
}) => { enabled: boolean };

/** Adds a button to the toolbar of an assignment that runs it as the grader will. */
async function addCheck(
  { context, toolbar }: NotebookPanel,
  ToolbarButton: ToolbarButtonClass,
): Promise<void> {
  const cells = (): Cell[] =>
    context.model.toJSON().cells.map(({ cell_type, id = "", metadata = {}, source }): Cell => {
      const base = { id, metadata, source: [source].flat().join("") };
      return cell_type === "code"
        ? { ...base, cell_type, execution_count: null, outputs: [] }
        : { ...base, cell_type: "markdown" };
    });
  await context.ready;
  if (!hasTests(cells())) return;
  const button = new ToolbarButton({
    label: "Check",
    tooltip: "Run the assignment from its first to its last cell, and show the points of its tests",
    async onClick() {
      button.enabled = false;
      // JupyterLab lets nobody edit what an assignment locks.
      await check(cells(), { kernel: new URL("kernel-worker.js", assets), isEdited: () => false });
      button.enabled = true;
    },
  });
  toolbar.insertItem(10, "nablab-check", button);
}

type Containers = Record<string, { init(scope: Factory): void; get(module: string): Promise<() => object> }>;
const scope = globalThis as unknown as { _JUPYTERLAB?: Containers };
scope._JUPYTERLAB ??= {};
scope._JUPYTERLAB[name] = {
  init(offered) {
    shared = offered;
  },
  async get(module) {
    if (module !== "./extension") throw new Error(`${name}: there is no module ${module}`);
    const [{ IKernelSpecs, IKernelClient }, { Signal }, { ToolbarButton }] = await Promise.all([
      fromJupyterLab<Services>("@jupyterlite/services"),
      fromJupyterLab<{ Signal: new (sender: object) => SignalLike }>("@lumino/signaling"),
      fromJupyterLab<{ ToolbarButton: ToolbarButtonClass }>("@jupyterlab/apputils"),
    ]);
    const plugin = {
      id: `${name}:plugin`,
      description: "The kernel TypeScript (nablab), in a worker of the browser.",
      autoStart: true,
      requires: [IKernelSpecs],
      optional: [IKernelClient],
      activate(app: App, specs: Specs, client: Client | null) {
        void isolate();
        const kernels = new Map<string, LiteKernel>();
        specs.register({
          spec: {
            name: "nablab",
            display_name: "TypeScript (nablab)",
            language: "typescript",
            argv: [],
            resources: { "logo-svg": new URL("logo.svg", assets).href },
          },
          async create(options) {
            const kernel = new LiteKernel(options, new Signal({}));
            kernels.set(options.id, kernel);
            await kernel.ready;
            return kernel;
          },
        });
        app.docRegistry.addWidgetExtension("Notebook", {
          createNew: (panel) => addCheck(panel, ToolbarButton),
        });
        if (!client) return;
        // JupyterLite's own only cancels the waiting cells.
        const cancel = client.interrupt.bind(client);
        client.interrupt = async (id) => {
          kernels.get(id)?.interrupt();
          await cancel(id);
        };
      },
    };
    const exported = { __esModule: true, default: plugin };
    return () => exported;
  },
};
