/** Pictures that the text of a notebook names: files in its folder, or below it. */
import { readFileSync, realpathSync, statSync } from "node:fs";
import path from "node:path";
import { decoded } from "../../html/markdown.js";

const types: Record<string, string> = {
  ".png": "image/png",
  ".jpg": "image/jpeg",
  ".jpeg": "image/jpeg",
  ".gif": "image/gif",
  ".svg": "image/svg+xml",
  ".webp": "image/webp",
};

/** Whether a file lies in a folder, wherever links lead. */
export function isInside(file: string, folder: string): boolean {
  const below = path.relative(realpathSync(folder), realpathSync(file));
  return below.split(path.sep)[0] !== ".." && !path.isAbsolute(below);
}

/** Finds pictures in `folder`, as data URLs; none that lies outside of it, by `..` or by a link. */
export function picturesOf(folder: string): (href: string) => string | undefined {
  return (href) => {
    const name = decoded(href.replace(/[?#].*$/s, ""));
    const type = types[path.extname(name).toLowerCase()];
    if (type === undefined || /^([a-z][a-z0-9+.-]*:|[/\\])/i.test(name)) return undefined;
    try {
      const file = path.join(folder, name);
      if (!isInside(file, folder) || !statSync(file).isFile()) return undefined;
      return `data:${type};base64,${readFileSync(file).toString("base64")}`;
    } catch {
      return undefined; // no such file, or one that may not be read
    }
  };
}
