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

/** The possible paths of the library in a Python environment. */
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
 * @throws Error with the fix if the library is missing or cannot be used
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
    // An optional package: npm skips it on platforms that it does not support.
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
 * Lets glibc keep up to 64 MB of freed memory. By default it returns most of it to the system, so that each large result is
 * written to new pages, which the system has to clear: products of 1024 × 1024 reached 0.84 of NumPy's GFLOP/s, and reach
 * 0.97 with it (NumPy reuses the memory of a result at once, while V8 has to collect garbage first). With 32 MB half of the
 * runs did, with 16 MB none. Pages of 2 MB, by madvise, did not help: on a virtual machine, the first write to them was six
 * times as slow.
 */
function keepFreedMemory(koffi: typeof import("koffi")): void {
  if (process.platform !== "linux") return;
  try {
    const mallopt = koffi.load("libc.so.6").func("int mallopt(int, int)");
    // As in malloc.h. Setting either disables glibc's dynamic adjustment of both, which goes up to 32 MB.
    const [trimThreshold, mmapThreshold] = [-1, -3];
    mallopt(mmapThreshold, 32 * 2 ** 20);
    mallopt(trimThreshold, 64 * 2 ** 20);
  } catch {
    // Another C library: only the speed differs.
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
 * Loads the library if it exists and works. Another process tries it first, since a crash (of an instruction that the
 * processor lacks, say) would end the notebook's process. A success is remembered for this library on this machine, since
 * starting a process takes 100 ms.
 *
 * @returns the library, or the reason why it cannot be used
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

/** The reason in an error of `loadOpenblas`, without its prefix. */
const reasonOf = (message: string): string =>
  message.replace(/^backend "openblas": (the library cannot be used: )?/, "");

/** The time limit of a trial, in milliseconds. */
const patience = 20_000;

/** Loads the library in another process and multiplies; returns the reason of a failure. */
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
