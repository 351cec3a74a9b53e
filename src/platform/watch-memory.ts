/**
 * Watches the memory of another process: a process that has filled its memory cannot watch itself.
 */
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";

const megabyte = 1e6;

/**
 * Calls `onExceeded`, once, when a process has more resident memory than `limit` (MB). Not on Windows.
 *
 * @returns a function that ends the watch
 */
export function watchMemory(pid: number, limit: number, onExceeded: () => void): () => void {
  let watching = true;
  const look = async (): Promise<void> => {
    const bytes = await residentBytes(pid);
    if (!watching) return;
    if (bytes !== undefined && bytes > limit * megabyte) onExceeded();
    else timer = setTimeout(look, process.platform === "linux" ? 50 : 500);
  };
  let timer = setTimeout(look, 50);
  return () => {
    watching = false;
    clearTimeout(timer);
  };
}

/** The resident memory of a process; undefined when it has ended, or the system has no way to query it. */
async function residentBytes(pid: number): Promise<number | undefined> {
  if (process.platform === "win32") return undefined;
  if (process.platform === "linux") {
    try {
      const kilobytes = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"));
      return kilobytes ? Number(kilobytes[1]) * 1024 : undefined;
    } catch {
      return undefined;
    }
  }
  return new Promise((resolve) => {
    execFile("ps", ["-o", "rss=", "-p", String(pid)], (error, stdout) =>
      resolve(error ? undefined : Number(stdout) * 1024),
    );
  });
}
