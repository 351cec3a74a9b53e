/**
 * The process that started this one. In a worker thread the watch goes on while the main thread is in a loop.
 */

/** Calls `onEnd` every second once the process that started this one has ended. */
export function whenParentEnds(onEnd: () => void): void {
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent || !exists(parent)) onEnd();
  }, 1000).unref();
}

/** Whether a process is there. On Windows this is the only test: `ppid` stays what it was. */
function exists(id: number): boolean {
  try {
    return process.kill(id, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM"; // there, but another user's
  }
}
