/**
 * Where nablab keeps what it can compute again.
 */
import { homedir } from "node:os";
import path from "node:path";

/** The cache folder. */
export function cacheFolder(): string {
  const folder =
    process.platform === "win32" && process.env.LOCALAPPDATA
      ? process.env.LOCALAPPDATA
      : (process.env.XDG_CACHE_HOME ?? path.join(homedir(), ".cache"));
  return path.join(folder, "nablab");
}
