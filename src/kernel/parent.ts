/**
 * The process that started this one. In a worker thread it is watched also while the main thread is in a loop.
 */

/** Calls `onEnd`, again each second, once the process that started this one has gone. */
export function whenParentEnds(onEnd: () => void): void {
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent || !exists(parent)) onEnd();
  }, 1000).unref();
}

/** Whether a process is there. On Windows this is all there is to ask: `ppid` stays what it was. */
function exists(id: number): boolean {
  try {
    return process.kill(id, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM"; // there, but another user's
  }
}
