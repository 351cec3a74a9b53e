/**
 * Watches the parent process. In a worker thread, the watch continues while the main thread is busy.
 */

/**
 * Calls `onEnd` every second once the parent process has ended, even if it ended before this call: Jupyter's clients pass
 * their process id to kernels. (With a wrapper in between, it need not be the parent's.)
 */
export function whenParentEnds(onEnd: () => void): void {
  const client = Number(process.env.JPY_PARENT_PID);
  const isOrphan = process.ppid === 1 && client > 1 && !exists(client);
  const parent = isOrphan ? client : process.ppid;
  setInterval(() => {
    if (process.ppid !== parent || !exists(parent)) onEnd();
  }, 1000).unref();
}

/** Whether a process exists. On Windows this is the only test, since `ppid` does not change. */
function exists(id: number): boolean {
  try {
    return process.kill(id, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM"; // it exists, but belongs to another user
  }
}
