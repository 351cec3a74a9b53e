/**
 * `nablab kernel install|uninstall|list`: registers the kernel with an existing Jupyter.
 */
import path from "node:path";
import { dataFolderOf, dataFolders, pathPrefix, userDataFolder } from "../kernel/jupyter-folders.js";
import {
  installedKernelspec,
  installKernelspec,
  kernelDisplayName,
  kernelspecProblem,
  uninstallKernelspec,
} from "../kernel/kernelspec.js";
import { InputError } from "./input-error.js";
import { say } from "./progress.js";

/** A location for the kernelspec: a Python environment, the user's folder (default), or that of the active `python3`. */
export interface KernelPlace {
  prefix?: string;
  user?: boolean;
  sysPrefix?: boolean;
}

/**
 * Installs the kernelspec.
 *
 * @throws InputError if several locations are given, or no Python is found
 */
export function installKernel({
  displayName = kernelDisplayName,
  ...place
}: KernelPlace & { displayName?: string }): void {
  say(`${displayName} is installed in ${installKernelspec(folderOf("kernel install", place), displayName)}`);
}

/**
 * Removes the kernelspec.
 *
 * @throws InputError if it is not installed there, several locations are given, or no Python is found
 */
export function uninstallKernel(place: KernelPlace): void {
  const dataFolder = folderOf("kernel uninstall", place);
  const folder = uninstallKernelspec(dataFolder);
  if (!folder) {
    throw new InputError(
      `kernel uninstall: the kernel is not installed there; nablab kernel list says where it is: ${dataFolder}`,
    );
  }
  say(`removed ${folder}`);
}

/** Prints where and under which name the kernel is installed, with any faults. */
export function listKernels(): void {
  const found = dataFolders().flatMap((dataFolder) => installedKernelspec(dataFolder) ?? []);
  for (const spec of found) {
    const problem = kernelspecProblem(spec);
    console.log(`${spec.folder}  ${spec.displayName}${problem ? `  (${problem})` : ""}`);
  }
  if (found.length === 0) say("no Jupyter knows the kernel; nablab kernel install makes it known");
}

/** Jupyter's data folder of a place.
 *
 * @param command for messages
 */
export function folderOf(command: string, { prefix, user, sysPrefix }: KernelPlace): string {
  const named = [prefix !== undefined, user === true, sysPrefix === true].filter(Boolean);
  if (named.length > 1) throw new InputError(`${command}: give one of --prefix, --user, --sys-prefix`);
  if (prefix !== undefined) return dataFolderOf(path.resolve(prefix));
  if (!sysPrefix) return userDataFolder();
  const found = pathPrefix();
  if (found) return dataFolderOf(found);
  throw new InputError(`${command}: --sys-prefix needs python3 on the path; name its folder with --prefix`);
}
