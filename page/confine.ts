/**
 * Takes from a worker what cells must not have: whoever could write what the site's pages are loaded from, or start
 * workers with all of it again, could run in a page.
 */

const taken = ["caches", "indexedDB", "Worker", "SharedWorker", "BroadcastChannel", "webkitIndexedDB"];
const takenOfNavigator = ["serviceWorker", "storage", "locks", "storageBuckets"];

export function confine(scope: object = globalThis): void {
  // nablab's own threads: a cell may come by one, through a method that all objects of its kind inherit.
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
