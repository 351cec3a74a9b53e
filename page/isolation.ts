/**
 * Shared memory for the kernel: threads, and a stop that ends loops. A page has it when it comes with two headers, which
 * static hosts do not send; a service worker (service-worker.ts) adds them, after one reload. It also keeps the site for
 * reading without a network.
 */
import { isFile, root } from "./places.ts";

/** How long a press waits for the service worker, in ms. */
const patience = 4000;
const wish = "nablab run after reload";

let registration: Promise<ServiceWorkerRegistration | undefined> = Promise.resolve(undefined);

/** Starts the service worker, where there can be one, and lets it keep the site. */
export function startServiceWorker(): void {
  if (isFile || !("serviceWorker" in navigator)) return;
  registration = navigator.serviceWorker
    .register(new URL("sw.js", root()), { scope: root(), updateViaCache: "none" })
    .then(
      async (registered) => {
        const ready = await navigator.serviceWorker.ready;
        ready.active?.postMessage("keep");
        return registered;
      },
      () => undefined, // a private window, or a host that forbids it
    );
}

/** What a reload was for: the cell to run, or "" for the page. Undefined when there was none. */
export function wishOfReload(): string | undefined {
  try {
    const kept = sessionStorage.getItem(wish);
    sessionStorage.removeItem(wish);
    return kept ?? undefined;
  } catch {
    return undefined;
  }
}

/**
 * Reloads the page if that isolates it.
 *
 * @param cell what to run after it
 * @returns false where it cannot be; never settles while the page reloads
 */
export async function isolate(cell: string, isReloaded: boolean): Promise<boolean> {
  if (globalThis.crossOriginIsolated) return true;
  // A frame is isolated only with the page around it.
  if (isFile || isReloaded || window.top !== window || !("serviceWorker" in navigator)) return false;
  const tooLong = new Promise<undefined>((resolve) => setTimeout(resolve, patience));
  if (!(await Promise.race([registration, tooLong]))) return false;
  try {
    sessionStorage.setItem(wish, cell);
  } catch {
    return false; // else it might reload for ever
  }
  location.reload();
  return new Promise(() => {});
}
