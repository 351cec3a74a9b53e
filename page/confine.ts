/**
 * Removes APIs from a worker that cells must not have: code that can write to the caches from which the site's pages are
 * loaded, or start unconfined workers, could run in a page.
 */

const taken = ["caches", "indexedDB", "Worker", "SharedWorker", "BroadcastChannel", "webkitIndexedDB"];
const takenOfNavigator = ["serviceWorker", "storage", "locks", "storageBuckets"];

export function confine(scope: object = globalThis): void {
  // For nablab's own threads: a cell may reach one through an inherited method.
  const { Worker } = scope as { Worker?: { prototype: object } };
  if (Worker) Reflect.deleteProperty(Worker.prototype, "constructor");
  remove(scope, taken);
  remove((scope as { navigator: object }).navigator, takenOfNavigator);
}

function remove(from: object, names: readonly string[]): void {
  for (const name of names) {
    for (let owner: object | null = from; owner; owner = Object.getPrototypeOf(owner)) {
      if (Object.hasOwn(owner, name)) Reflect.deleteProperty(owner, name);
    }
    if (name in from) throw new Error(`cannot be taken from cells: ${name}`);
  }
}
