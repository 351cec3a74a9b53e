/**
 * The kernelspec: the file by which Jupyter finds this kernel and knows how to start it.
 */
import { existsSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { writeAtomically } from "#platform";
import { makeFolder } from "../platform/make-folder.js";
import { environment } from "./environment.js";
import { packageRoot } from "./own-packages.js";

/** The name that notebooks carry in their metadata. */
export const kernelName = "nablab";

/** The name shown to users. */
export const kernelDisplayName = "TypeScript (nablab)";

/**
 * By default V8 allocates 3 × 16 MB before a young collection; with 3 × 8 MB a kernel takes 16 MB less after its first cell,
 * and cells that allocate much, such as backpropagation layer by layer, are as fast.
 */
const flags = ["--max-semi-space-size=8"];

/** The content of kernel.json: how to start the kernel of this very installation. */
export function kernelspec(displayName: string = kernelDisplayName): Record<string, unknown> {
  return {
    argv: [
      process.execPath,
      ...flags,
      path.join(packageRoot, "dist", "kernel", "main.js"),
      "{connection_file}",
    ],
    env: environment,
    display_name: displayName,
    language: "typescript",
    interrupt_mode: "message",
    metadata: { debugger: false },
  };
}

const folderIn = (dataFolder: string): string => path.join(dataFolder, "kernels", kernelName);

/**
 * Installs the kernelspec in a data folder of Jupyter (`<dataFolder>/kernels/nablab`), such as `share/jupyter` below
 * the prefix of a Python environment.
 *
 * @returns the folder it was written to
 */
export function installKernelspec(dataFolder: string, displayName?: string): string {
  const folder = folderIn(dataFolder);
  makeFolder(folder);
  writeAtomically(
    path.join(folder, "logo-svg.svg"),
    readFileSync(path.join(packageRoot, "docs", "logo.svg"), "utf8"),
  );
  // Last: a folder without kernel.json is ignored, so an interrupted install leaves no broken kernel.
  writeAtomically(path.join(folder, "kernel.json"), `${JSON.stringify(kernelspec(displayName), null, 2)}\n`);
  return folder;
}

/** Removes the kernelspec from a data folder; returns the removed folder, or undefined if there was none. */
export function uninstallKernelspec(dataFolder: string): string | undefined {
  const folder = folderIn(dataFolder);
  if (!existsSync(path.join(folder, "kernel.json"))) return undefined;
  rmSync(folder, { recursive: true });
  return folder;
}

/** An installed kernelspec. */
export interface InstalledKernelspec {
  readonly folder: string;
  readonly displayName: string;
  readonly argv: readonly string[];
}

/** The kernelspec in a data folder, if there is one; one that cannot be read has no command. */
export function installedKernelspec(dataFolder: string): InstalledKernelspec | undefined {
  const folder = folderIn(dataFolder);
  const file = path.join(folder, "kernel.json");
  if (!existsSync(file)) return undefined;
  try {
    const { display_name, argv } = JSON.parse(readFileSync(file, "utf8")) as Record<string, unknown>;
    return { folder, displayName: String(display_name), argv: Array.isArray(argv) ? argv.map(String) : [] };
  } catch {
    return { folder, displayName: "", argv: [] };
  }
}

/** Why an installed kernelspec is invalid; undefined if it starts the kernel of this installation. */
export function kernelspecProblem({ argv }: InstalledKernelspec): string | undefined {
  const [node, ...rest] = argv;
  const main = rest.find((part) => !part.startsWith("-"));
  if (!node || !main) return "kernel.json cannot be read";
  if (!existsSync(node)) return `its Node is gone: ${node}`;
  if (!existsSync(main)) return `its nablab is gone: ${main}`;
  const own = path.join(packageRoot, "dist", "kernel", "main.js");
  if (path.resolve(main) !== own) return `it starts another nablab: ${main}`;
  return undefined;
}
