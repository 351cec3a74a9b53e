/**
 * Finds and loads OpenBLAS in Node. It comes with the Python packages of the set-up (`scipy-openblas32`) or is named by
 * NABLAB_OPENBLAS.
 */
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { cpus } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { recall, remember } from "./memory.js";
import type { OpenBlas, Sgemm } from "./platform.js";

/** Where the library may lie below a Python environment. */
function* librariesBelow(environment: string): Generator<string> {
  const lib = join(environment, "lib");
  const versions = existsSync(lib) ? readdirSync(lib).map((python) => join(lib, python)) : [];
  for (const packages of [...versions, join(environment, "Lib")]) {
    for (const file of ["libscipy_openblas.so", "libscipy_openblas.dylib", "libscipy_openblas.dll"]) {
      yield join(packages, "site-packages", "scipy_openblas32", "lib", file);
    }
  }
}

/** The path of the library, if there is one. */
export function findOpenblas(): string | undefined {
  const { NABLAB_OPENBLAS, VIRTUAL_ENV, CONDA_PREFIX } = process.env;
  if (NABLAB_OPENBLAS) return NABLAB_OPENBLAS;
  const own = fileURLToPath(new URL("../../.venv", import.meta.url));
  for (const environment of [own, VIRTUAL_ENV, CONDA_PREFIX]) {
    const found = environment && [...librariesBelow(environment)].find((path) => existsSync(path));
    if (found) return found;
  }
  return undefined;
}

/**
 * Loads the library.
 *
 * @throws Error when there is none, or it cannot be used, with the fix
 */
export function loadOpenblas(): OpenBlas {
  const path = findOpenblas();
  if (!path) {
    throw new Error(
      'backend "openblas": no OpenBLAS was found; run nablab\'s set-up, or pip install scipy-openblas32 and let ' +
        "NABLAB_OPENBLAS be the path of the library in it",
    );
  }
  try {
    // An optional package: npm leaves it out where there is none for the platform.
    const koffi = createRequire(import.meta.url)("koffi") as typeof import("koffi");
    const library = koffi.load(path);
    keepFreedMemory(koffi);
    // scipy's build prefixes its names, so that two copies of OpenBLAS can share a process.
    const prefix = hasSymbol(library, "scipy_cblas_sgemm") ? "scipy_" : "";
    const ints = "int, int, int, int, int, int";
    library.func(`void ${prefix}openblas_set_num_threads(int)`)(1);
    const version = String(library.func(`str ${prefix}openblas_get_config()`)()).split(" ");
    const chosen = library.func(`str ${prefix}openblas_get_corename()`)();
    return {
      name: `${version.slice(0, 2).join(" ")} (${chosen})`,
      sgemm: library.func(
        `void ${prefix}cblas_sgemm(${ints}, float, void *, int, void *, int, float, void *, int)`,
      ) as unknown as Sgemm,
      address: (array) => Number(koffi.address(array)),
    };
  } catch (error) {
    throw new Error(`backend "openblas": the library cannot be used: ${(error as Error).message}; ${path}`);
  }
}

/**
 * Lets glibc keep up to 64 MB of freed memory. By itself it returns most of it to the system, and each large result is
 * then written to new pages, which the system clears first: products of 1024 × 1024 took 0.84 of NumPy's GFLOP/s, and
 * take 0.97 so (which reuses the memory of a result at once, where V8 has to collect garbage first). With 32 MB half of
 * the runs did, with 16 MB none. Pages of 2 MB, by madvise, were no help: six times as slow to write first, on a virtual
 * machine.
 */
function keepFreedMemory(koffi: typeof import("koffi")): void {
  if (process.platform !== "linux") return;
  try {
    const mallopt = koffi.load("libc.so.6").func("int mallopt(int, int)");
    // As in malloc.h. To set either ends glibc's own adaption of both: 32 MB is what that goes up to.
    const [trimThreshold, mmapThreshold] = [-1, -3];
    mallopt(mmapThreshold, 32 * 2 ** 20);
    mallopt(trimThreshold, 64 * 2 ** 20);
  } catch {
    // Another C library: nothing changes but speed.
  }
}

function hasSymbol(library: { symbol(name: string, type: string): unknown }, name: string): boolean {
  try {
    library.symbol(name, "void *");
    return true;
  } catch {
    return false;
  }
}

/**
 * Loads the library if it is there and works, which another process tries before this one does: a library that crashes
 * (an instruction that the processor does not have, say) would take the notebook with it. That it does is kept for this
 * library on this machine, as starting a process takes 100 ms.
 *
 * @returns the library, or why there is none, in words
 */
export function trustOpenblas(): OpenBlas | string {
  try {
    const path = findOpenblas();
    if (!path) return "no OpenBLAS was found";
    if (!existsSync(path)) return `OpenBLAS cannot be used: NABLAB_OPENBLAS names no file; ${path}`;
    const { size, mtimeMs } = statSync(path);
    const { OPENBLAS_CORETYPE: core } = process.env;
    const tried = `openblas ${path} ${size} ${mtimeMs} ${core} ${cpus()[0]?.model} ${process.version}`;
    if (recall(tried) !== "works") {
      const failure = trial();
      if (failure) return failure;
      remember(tried, "works");
    }
    return loadOpenblas();
  } catch (error) {
    return `OpenBLAS cannot be used: ${reasonOf((error as Error).message)}`;
  }
}

/** What an error of `loadOpenblas` says, without what is said before it. */
const reasonOf = (message: string): string =>
  message.replace(/^backend "openblas": (the library cannot be used: )?/, "");

/** For so long a library is tried, in milliseconds. */
const patience = 20_000;

/** Loads the library in another process and multiplies; returns what went wrong, in words. */
function trial(): string | undefined {
  const script = fileURLToPath(new URL("./openblas-trial.js", import.meta.url));
  const { status, signal, stdout, stderr, error } = spawnSync(process.execPath, [script], {
    encoding: "utf8",
    timeout: patience,
    env: { ...process.env, NODE_OPTIONS: "" },
  });
  if (status === 0 && stdout.trim() === "works") return undefined;
  const [reason] = [...stderr.matchAll(/^\w*Error: (.*)$/gm)].map(([, message]) => message);
  const isLate = (error as NodeJS.ErrnoException | undefined)?.code === "ETIMEDOUT";
  const why =
    (isLate ? `its trial did not end within ${patience / 1000} s` : error?.message) ??
    (signal ? `it crashed, ${signal}` : (reason ?? `its trial ended with exit code ${status}`));
  return `OpenBLAS cannot be used: ${reasonOf(why)}`;
}
