/**
 * `nablab serve`: serves a folder on the loopback address, as a static host would.
 */
import { createReadStream, existsSync, statSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { InputError } from "./input-error.js";
import { say } from "./progress.js";

const types: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".mjs": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json",
  ".ipynb": "application/json",
  ".map": "application/json",
  ".wasm": "application/wasm",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".jpg": "image/jpeg",
  ".gif": "image/gif",
  ".webp": "image/webp",
  ".ico": "image/x-icon",
  ".woff2": "font/woff2",
  ".woff": "font/woff",
  ".ttf": "font/ttf",
  ".txt": "text/plain; charset=utf-8",
  ".md": "text/plain; charset=utf-8",
};

const firstPort = 8000;
/** The number of ports to try. */
const attempts = 20;

/** Options of {@link serve}. */
export interface ServeOptions {
  /** By default the first free port from 8000; 0 for any. */
  port?: number;
  /** Headers of every response. */
  headers?: Readonly<Record<string, string>>;
  /** The path of the site on the host, such as `/course/`. */
  base?: string;
}

/**
 * Serves a folder on 127.0.0.1 until the program ends.
 *
 * @returns the server, and the address of its first page
 * @throws InputError if the folder does not exist or the port is taken
 */
export async function serve(
  folder: string,
  options: ServeOptions = {},
): Promise<{ server: Server; address: string }> {
  if (!existsSync(folder) || !statSync(folder).isDirectory())
    throw new InputError(`${folder}: no such folder`);
  if (!existsSync(path.join(folder, "index.html"))) {
    throw new InputError(
      `${folder}: no site here (index.html is missing); make one: npx nablab site --out ${folder}`,
    );
  }
  const root = path.resolve(folder);
  const { base = "/", headers = {} } = options;
  const server = createServer((request, response) => answer(root, base, headers, request, response));
  await listen(server, options.port);
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}${base}`;
  say(`${folder}: ${address} (Ctrl-C ends it)`);
  return { server, address };
}

async function listen(server: Server, port: number | undefined): Promise<void> {
  for (let next = port ?? firstPort; ; next++) {
    try {
      await new Promise<void>((resolve, reject) => {
        server.once("error", reject);
        server.listen(next, "127.0.0.1", () => {
          server.off("error", reject);
          resolve();
        });
      });
      return;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (port === undefined && code === "EADDRINUSE" && next < firstPort + attempts) continue;
      throw new InputError(
        code === "EADDRINUSE"
          ? `port ${next} is taken; choose another: --port`
          : `port ${next} cannot be used (${code}); choose another: --port`,
      );
    }
  }
}

function answer(
  root: string,
  base: string,
  headers: Readonly<Record<string, string>>,
  { method, url = "/" }: IncomingMessage,
  response: ServerResponse,
): void {
  const send = (status: number, text: string, more: Record<string, string> = {}): void => {
    response.writeHead(status, { "content-type": "text/plain; charset=utf-8", ...headers, ...more });
    response.end(method === "HEAD" ? undefined : text);
  };
  if (method !== "GET" && method !== "HEAD") {
    send(405, "only GET", { allow: "GET, HEAD" });
    return;
  }
  const found = fileOf(root, base, url);
  if (found === undefined) {
    send(404, "not found");
    return;
  }
  if (found.endsWith(path.sep)) {
    // Relative links of an index start from its folder.
    const [name, query = ""] = url.split(/(?=\?)/);
    send(301, "", { location: `${name}/${query}` });
    return;
  }
  const type = types[path.extname(found).toLowerCase()] ?? "application/octet-stream";
  const { size } = statSync(found);
  // A rebuilt site shows at once.
  response.writeHead(200, {
    "content-type": type,
    "content-length": size,
    "cache-control": "no-cache",
    "x-content-type-options": "nosniff",
    ...headers,
  });
  if (method === "HEAD") {
    response.end();
    return;
  }
  const stream = createReadStream(found);
  stream.on("error", () => response.destroy());
  stream.pipe(response);
}

/** The file at a URL; ends with a slash for a folder requested without one. */
function fileOf(root: string, base: string, url: string): string | undefined {
  let name: string;
  try {
    name = decodeURIComponent(url.replace(/[?#].*$/s, ""));
  } catch {
    return undefined;
  }
  if (!name.startsWith(base) || name.includes("\0")) return undefined;
  const file = path.join(root, name.slice(base.length));
  if (file !== root && !file.startsWith(root + path.sep)) return undefined;
  const stat = statSync(file, { throwIfNoEntry: false });
  if (stat?.isFile()) return file;
  if (!stat?.isDirectory()) return undefined;
  if (!name.endsWith("/")) return file + path.sep;
  const index = path.join(file, "index.html");
  return existsSync(index) ? index : undefined;
}
