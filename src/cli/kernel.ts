/**
 * `nablab kernel install`: makes the kernel known to a Jupyter that is there already.
 */
import { spawnSync } from "node:child_process";
import { homedir } from "node:os";
import path from "node:path";
import { installKernelspec, kernelDisplayName } from "../kernel/kernelspec.js";
import { InputError } from "./input-error.js";
import { say } from "./progress.js";

/** Where the kernelspec goes: into an environment of Python, the user's own folder (default), or that of the `python3` in force. */
export interface KernelInstallOptions {
  prefix?: string;
  user?: boolean;
  sysPrefix?: boolean;
}

/**
 * Installs the kernelspec.
 *
 * @throws InputError when more than one place is named, or there is no Python to ask
 */
export function installKernel({ prefix, user, sysPrefix }: KernelInstallOptions): void {
  const named = [prefix !== undefined, user === true, sysPrefix === true].filter(Boolean);
  if (named.length > 1) throw new InputError("kernel install: give one of --prefix, --user, --sys-prefix");
  const folder =
    prefix !== undefined || sysPrefix
      ? installKernelspec({ prefix: prefix === undefined ? pythonPrefix() : path.resolve(prefix) })
      : installKernelspec({ dataFolder: userDataFolder() });
  say(`${kernelDisplayName} is installed in ${folder}`);
}

function pythonPrefix(): string {
  for (const python of process.platform === "win32" ? ["python", "py"] : ["python3", "python"]) {
    const { status, stdout } = spawnSync(python, ["-c", "import sys; print(sys.prefix)"], {
      encoding: "utf8",
    });
    if (status === 0) return stdout.trim();
  }
  throw new InputError(
    "kernel install: --sys-prefix needs python3 on the path; name its folder with --prefix",
  );
}

/** Jupyter's folder for the user's own kernels, as `jupyter --data-dir` says it. */
function userDataFolder(): string {
  if (process.env.JUPYTER_DATA_DIR) return process.env.JUPYTER_DATA_DIR;
  if (process.platform === "darwin") return path.join(homedir(), "Library", "Jupyter");
  if (process.platform === "win32")
    return path.join(process.env.APPDATA ?? path.join(homedir(), "AppData", "Roaming"), "jupyter");
  return path.join(process.env.XDG_DATA_HOME ?? path.join(homedir(), ".local", "share"), "jupyter");
}
