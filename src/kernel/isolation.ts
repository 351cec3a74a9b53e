/**
 * What the process of a graded notebook may do, by Node's permission model: read and write files in its folder,
 * read nablab and the packages it needs; start no programs, load no native code.
 *
 * It keeps the curious from the solution and accidents from the gradebook. It is no wall against an attacker who
 * knows Node: the network is open, and tests run beside what they test (see notebooks/coursework/README.md).
 */
import { existsSync, readdirSync, realpathSync } from "node:fs";
import path from "node:path";
import { packageRoot } from "./own-packages.js";
import { cacheFolder } from "./typescript.js";

/**
 * The arguments of Node that confine a process to `folder`, or without one to reading nablab. There are no threads: one that
 * is started with other flags than its process would not be confined (nodejs/node#62222).
 */
export function permissions(folder?: string): string[] {
  const isStable = process.allowedNodeEnvironmentFlags.has("--permission");
  const own = folder === undefined ? [] : [realpathSync(folder)];
  return [
    isStable ? "--permission" : "--experimental-permission",
    "--disable-warning=ExperimentalWarning",
    "--disallow-code-generation-from-strings",
    "--zero-fill-buffers", // a new one would show what was in its memory before
    ...(process.allowedNodeEnvironmentFlags.has("--disable-sigusr1") ? ["--disable-sigusr1"] : []),
    // Node 20 does not survive a path that is named twice.
    ...new Set([...own, ...readable()].map((file) => `--allow-fs-read=${file}`)),
    ...own.map((file) => `--allow-fs-write=${file}`),
  ];
}

/** What every notebook reads: this package without its notebooks, and the packages around it. */
function readable(): string[] {
  const root = realpathSync(packageRoot);
  const packages = ancestors(root)
    .map((folder) => path.join(folder, "node_modules"))
    .filter((folder) => existsSync(folder))
    .flatMap((folder) => {
      const real = realpathSync(folder);
      if (!isWithin(root, real)) return [folder, real];
      const others = readdirSync(folder).map((name) => path.join(folder, name));
      return others
        .flatMap((other) => [other, realpathSync(other)])
        .filter((other) => !isWithin(root, other));
    });
  return [path.join(root, "dist"), path.join(root, "package.json"), cacheFolder(), ...packages];
}

/** A folder and those it lies in. */
function ancestors(folder: string): string[] {
  const above = path.dirname(folder);
  return above === folder ? [folder] : [folder, ...ancestors(above)];
}

const isWithin = (inner: string, outer: string): boolean =>
  inner === outer || inner.startsWith(outer + path.sep);

/** The environment variables that it gets: what Node and the cells need of them, and no keys of others. */
export function environmentOf(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const wanted =
    /^(PATH|HOME|USERPROFILE|LANG|LC_\w+|TZ|TMPDIR|TEMP|TMP|SystemRoot|LOCALAPPDATA|XDG_CACHE_HOME|NABLAB_\w+)$/i;
  return Object.fromEntries(Object.entries(environment).filter(([name]) => wanted.test(name)));
}
