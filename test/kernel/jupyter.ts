/**
 * The Python that tests use, and a kernelspec of this checkout for its Jupyter to find.
 */
import { existsSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { installKernelspec } from "#nablab/kernel/kernelspec.js";

const root = path.resolve(import.meta.dirname, "../..");

/** The interpreter of `.venv`, or the one that NABLAB_PYTHON names. */
export function python(): string {
  const inVenv = process.platform === "win32" ? "Scripts/python.exe" : "bin/python";
  const found = process.env.NABLAB_PYTHON ?? path.join(root, ".venv", inVenv);
  if (!existsSync(found)) throw new Error(`no Python at ${found}: run npm run setup`);
  return found;
}

/** An environment in which Jupyter finds the kernel of this checkout, and keeps its files in a folder of its own. */
export function jupyterEnvironment(): NodeJS.ProcessEnv {
  const prefix = mkdtempSync(path.join(tmpdir(), "nablab-jupyter-"));
  installKernelspec(path.join(prefix, "share", "jupyter"));
  return {
    ...process.env,
    JUPYTER_PATH: path.join(prefix, "share", "jupyter"),
    JUPYTER_RUNTIME_DIR: path.join(prefix, "runtime"),
    JUPYTER_DATA_DIR: path.join(prefix, "data"),
    IPYTHONDIR: path.join(prefix, "ipython"),
  };
}
