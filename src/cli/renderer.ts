/**
 * `nablab renderer install|uninstall`: the JupyterLab extension that draws figures, in an existing Jupyter.
 */
import { cpSync, existsSync, renameSync, rmSync } from "node:fs";
import path from "node:path";
import { rendererFolder } from "../display/renderer-folder.js";
import { packageRoot } from "../kernel/own-packages.js";
import { makeFolder } from "../platform/make-folder.js";
import { InputError } from "./input-error.js";
import { folderOf, type KernelPlace } from "./kernel.js";
import { say } from "./progress.js";

/** A location for the extension, as for the kernel. */
export type RendererPlace = KernelPlace;

/**
 * Installs the extension, replacing an older one.
 *
 * @throws InputError when more than one place is named, or there is no Python to ask
 */
export function installRenderer(place: RendererPlace): void {
  const target = path.join(folderOf("renderer install", place), rendererFolder);
  const fresh = `${target}.${process.pid}.tmp`;
  makeFolder(path.dirname(target));
  try {
    cpSync(path.join(packageRoot, "dist", "labextension"), fresh, { recursive: true });
    rmSync(target, { recursive: true, force: true });
    renameSync(fresh, target);
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
  say(`the renderer is installed in ${target}`);
}

/**
 * Removes the extension.
 *
 * @throws InputError if it is not installed there, several locations are given, or no Python is found
 */
export function uninstallRenderer(place: RendererPlace): void {
  const target = path.join(folderOf("renderer uninstall", place), rendererFolder);
  if (!existsSync(target)) {
    throw new InputError(`renderer uninstall: the renderer is not installed there: ${target}`);
  }
  rmSync(target, { recursive: true });
  say(`removed ${target}`);
}
