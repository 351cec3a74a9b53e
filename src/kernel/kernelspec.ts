/**
 * The kernelspec: the file by which Jupyter finds this kernel and knows how to start it.
 */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import { packageRoot } from "./own-packages.js";

/** The name that notebooks carry in their metadata. */
export const kernelName = "nablab";

/** The name that people see. */
export const kernelDisplayName = "TypeScript (nablab)";

/** The content of kernel.json: how to start the kernel of this very installation. */
export function kernelspec(displayName: string = kernelDisplayName): Record<string, unknown> {
  return {
    argv: [process.execPath, path.join(packageRoot, "dist", "kernel", "main.js"), "{connection_file}"],
    display_name: displayName,
    language: "typescript",
    interrupt_mode: "message",
    metadata: { debugger: false },
  };
}

/**
 * Installs the kernelspec below `prefix` (`<prefix>/share/jupyter/kernels/nablab`), where the Jupyter of a Python
 * environment with that prefix finds it, or in a data folder of Jupyter (`<dataFolder>/kernels/nablab`).
 *
 * @returns the folder it was written to
 */
export function installKernelspec(
  place: ({ prefix: string } | { dataFolder: string }) & { displayName?: string },
): string {
  const dataFolder = "prefix" in place ? path.join(place.prefix, "share", "jupyter") : place.dataFolder;
  const folder = path.join(dataFolder, "kernels", kernelName);
  mkdirSync(folder, { recursive: true });
  writeAtomically(
    path.join(folder, "logo-svg.svg"),
    readFileSync(path.join(packageRoot, "docs", "logo.svg"), "utf8"),
  );
  // Last: a folder without kernel.json is no kernel, so an interrupted install is not half a one.
  writeAtomically(
    path.join(folder, "kernel.json"),
    `${JSON.stringify(kernelspec(place.displayName), null, 2)}\n`,
  );
  return folder;
}

function writeAtomically(file: string, text: string): void {
  const temporary = `${file}.${process.pid}.tmp`;
  writeFileSync(temporary, text);
  renameSync(temporary, file);
}
