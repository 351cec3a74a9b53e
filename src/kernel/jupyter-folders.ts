/**
 * Where Jupyter looks for kernels: the user's data folder, those of Python environments, the system's.
 */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";
import { packageRoot } from "./own-packages.js";

const windows = process.platform === "win32";

/** The Python of an environment. A system's Python may have no `python`, and one on Windows no `Scripts`. */
export function pythonOf(prefix: string): string {
  const places = windows ? ["Scripts/python.exe", "python.exe"] : ["bin/python", "bin/python3"];
  const files = places.map((place) => path.join(prefix, ...place.split("/")));
  return files.find((file) => existsSync(file)) ?? files[0]!;
}

/** The environment made by `npm run setup`, if there is one. */
export function ownPrefix(): string | undefined {
  const prefix = path.join(packageRoot, ".venv");
  return existsSync(pythonOf(prefix)) ? prefix : undefined;
}

/** The environment of the `python3` on the path, if there is one. */
export function pathPrefix(): string | undefined {
  for (const python of windows ? ["python", "py"] : ["python3", "python"]) {
    const { status, stdout } = spawnSync(python, ["-c", "import sys; print(sys.prefix)"], {
      encoding: "utf8",
    });
    if (status === 0) return stdout.trim();
  }
  return undefined;
}

/** The data folder of an environment. */
export const dataFolderOf = (prefix: string): string => path.join(prefix, "share", "jupyter");

/** The user's data folder, as printed by `jupyter --data-dir`. */
export function userDataFolder(): string {
  if (process.env.JUPYTER_DATA_DIR) return process.env.JUPYTER_DATA_DIR;
  if (process.platform === "darwin") return path.join(homedir(), "Library", "Jupyter");
  if (windows) return path.join(process.env.APPDATA || path.join(homedir(), "AppData", "Roaming"), "jupyter");
  return path.join(process.env.XDG_DATA_HOME || path.join(homedir(), ".local", "share"), "jupyter");
}

/** The data folders that an environment's Jupyter searches before those of the system, in its order. */
export function dataFoldersFor(prefix: string): string[] {
  const named = process.env.JUPYTER_PATH?.split(path.delimiter).filter((folder) => folder !== "") ?? [];
  return [...named, userDataFolder(), dataFolderOf(prefix)];
}

/** All data folders that a Jupyter on this machine may search, without duplicates. */
export function dataFolders(): string[] {
  const environments = [ownPrefix(), process.env.VIRTUAL_ENV, process.env.CONDA_PREFIX, pathPrefix()];
  const system = windows
    ? [path.join(process.env.PROGRAMDATA || "C:\\ProgramData", "jupyter")]
    : ["/usr/local", "/usr"].map(dataFolderOf);
  const folders = [
    ...environments.filter((prefix): prefix is string => Boolean(prefix)).flatMap(dataFoldersFor),
    userDataFolder(),
    ...system,
  ];
  return [...new Set(folders.map((folder) => path.resolve(folder)))];
}
