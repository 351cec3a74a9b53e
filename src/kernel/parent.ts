/**
 * The process that started this one. In a worker thread the watch goes on while the main thread is in a loop.
 */

/**
 * Calls `onEnd` every second once the process that started this one has ended; also if that was before this is called, which
 * Jupyter's clients let us know: they tell kernels their id. (A wrapper may lie between, so it need not be the parent's.)
 */
export function whenParentEnds(onEnd: () => void): void {
  const client = Number(process.env.JPY_PARENT_PID);
  const isOrphan = process.ppid === 1 && client > 1 && !exists(client);
  const parent = isOrphan ? client : process.ppid;
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
