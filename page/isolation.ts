/**
 * Shared memory for the kernel, needed for threads and to interrupt loops. It requires two headers, which static hosts do not
 * send; a service worker (service-worker.ts) adds them, after one reload. It also caches the site for reading offline.
 */
import { isFile, root } from "./places.ts";

/** Milliseconds that a press of Run waits for the service worker. */
const patience = 4000;
const wish = "nablab run after reload";

let registration: Promise<ServiceWorkerRegistration | undefined> = Promise.resolve(undefined);

/** Starts the service worker, if possible, and lets it cache the site. */
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

/** The purpose of a reload: the cells to run, "" for the first of the page. None without a reload. */
export function wishOfReload(): string[] {
  try {
    const kept = sessionStorage.getItem(wish);
    sessionStorage.removeItem(wish);
    return kept === null ? [] : JSON.parse(kept);
  } catch {
    return [];
  }
}

/**
 * Reloads the page if that isolates it.
 *
 * @param pressed the cells to run after it
 * @returns false if it cannot be isolated; never settles while the page reloads
 */
export async function isolate(pressed: readonly string[], isReloaded: boolean): Promise<boolean> {
  if (globalThis.crossOriginIsolated) return true;
  // A frame is isolated only if the page around it is.
  if (isFile || isReloaded || window.top !== window || !("serviceWorker" in navigator)) return false;
  const tooLong = new Promise<undefined>((resolve) => setTimeout(resolve, patience));
  if (!(await Promise.race([registration, tooLong]))) return false;
  try {
    sessionStorage.setItem(wish, JSON.stringify(pressed));
  } catch {
    return false; // otherwise it might reload for ever
  }
  location.reload();
  return new Promise(() => {});
}
