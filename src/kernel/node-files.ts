/**
 * The files that the cells of a session see in Node.
 *
 * `import … from "nablab"` means the nablab whose kernel runs, with its types, from any folder; `console` and `Buffer` have
 * types in a folder without npm packages.
 */
import { existsSync, statSync } from "node:fs";
import { createRequire, isBuiltin } from "node:module";
import path from "node:path";
import type { HostFiles } from "../session/host.js";
import { packageRoot } from "./own-packages.js";
import { languageTypes, nodeEssentials, nodeTypes } from "./standard-types.js";
import { loadTypeScript } from "./typescript.js";

const require = createRequire(import.meta.url);
const slashes = (file: string): string => (path.sep === "/" ? file : file.replaceAll("\\", "/"));
const nablab = `${slashes(packageRoot).replace(/\/$/, "")}/dist/`;

/** The files as seen from the working directory of the process. */
export function nodeFiles(): HostFiles {
  const { sys } = loadTypeScript();
  const cwd = slashes(process.cwd());
  const environment = nodeTypes(cwd);
  return {
    cwd,
    system: { ...sys, realpath: (file) => sys.realpath?.(file) ?? file },
    language: languageTypes(),
    environment,
    essentials: nodeEssentials,
    withoutDocumentation: "untilInspection",
    stampOf(file) {
      if (!existsSync(file)) return "";
      const { mtimeMs, size } = statSync(file);
      return `${mtimeMs}-${size}`;
    },
    // Packages rarely change while a notebook is open; if they do, Node keeps the old code as well.
    isFixed: (file) => file.includes("/node_modules/") || file.startsWith(nablab),
    declarationsOf(module, from) {
      if (module === "nablab") return `${nablab}nablab.d.ts`;
      if (module === "tslab") return slashes(require.resolve("tslab/dist/public.d.ts"));
      if (!isBuiltin(module)) return undefined;
      // Node's modules are declared in one file, but for a few.
      const file = environment.rare.get(module.replace(/^node:/, "").split("/")[0] as string);
      return file !== undefined && from !== environment.path ? file : "ambient";
    },
  };
}
