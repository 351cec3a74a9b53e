/**
 * Paths with slashes, as the compiler uses them on every system.
 */

/** The folder that a path lies in. */
export function dirname(path: string): string {
  const at = path.lastIndexOf("/");
  return at > 0 ? path.slice(0, at) : "/";
}

/** The last part of a path. */
export const basename = (path: string): string => path.slice(path.lastIndexOf("/") + 1);

/** Converts Deno's name of a package, `npm:lodash@4/fp`, to Node's: `lodash/fp`. */
export const withoutRegistry = (module: string): string =>
  module.replace(/^npm:\/?((?:@[^/@]+\/)?[^/@]+)(?:@[^/]*)?/, "$1");

/** A path relative to a folder as an absolute one, without `.` and `..`. */
export function resolve(folder: string, path: string): string {
  const parts: string[] = [];
  for (const part of (path.startsWith("/") ? path : `${folder}/${path}`).split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "" && part !== ".") parts.push(part);
  }
  const start = path.startsWith("/") || folder.startsWith("/") ? "/" : ""; // Windows: C:/…
  return start + parts.join("/");
}
