// The versions that nablab needs, and those installed.
import { Problem } from "./report.mjs";
import { run } from "./run.mjs";

export const neededNode = [20, 19];
export const neededPython = [3, 10];

/** Whether version `have` is `need` or newer, compared number by number. */
export function atLeast(/** @type {readonly number[]} */ have, /** @type {readonly number[]} */ need) {
  for (const [i, number] of need.entries()) if ((have[i] ?? 0) !== number) return (have[i] ?? 0) > number;
  return true;
}

/** The numbers of a version such as `v20.19.1`. */
export function numbersOf(/** @type {string} */ version) {
  return (version.match(/\d+/g) ?? []).map(Number);
}

/** Throws if the running Node is too old. */
export function checkNode(version = process.versions.node) {
  if (atLeast(numbersOf(version), neededNode)) return;
  throw new Problem(
    `this is Node ${version}, but ${neededNode.join(".")} or newer is needed: install a current LTS release of Node`,
  );
}

/**
 * @typedef {{ command: string, version: string }} Python `command` is the program itself: uv takes no `py -3`, and a
 *   name on the path may mean another program later
 */

const question =
  "import sys; print('%d.%d.%d' % sys.version_info[:3]); print(sys.executable); import venv, ensurepip";

/**
 * The first Python that is new enough: the one NABLAB_PYTHON names, else those on the path.
 *
 * @param {{ env?: NodeJS.ProcessEnv, needVenv?: boolean }} [options] without `needVenv` it may lack `venv`
 * @returns {Promise<Python>}
 */
export async function findPython({ env = process.env, needVenv = true } = {}) {
  const named = env.NABLAB_PYTHON;
  /** @type {[command: string, args: string[]][]} */
  const candidates = named
    ? [[named, []]]
    : [
        ["python3", []],
        ["python", []],
      ];
  if (!named && process.platform === "win32") candidates.push(["py", ["-3"]]);
  let older = "";
  let incomplete = "";
  for (const [command, args] of candidates) {
    const { status, output } = await run(command, [...args, "-c", question], { env });
    const [, version, executable] = /^(\d+\.\d+\.\d+)\s*?\n(.*)/m.exec(output) ?? [];
    if (version === undefined) continue;
    if (!atLeast(numbersOf(version), neededPython)) older ||= `${command} is Python ${version}`;
    else if (status !== 0 && needVenv) incomplete ||= version;
    else return { command: executable?.trim() || command, version };
  }
  const needed = neededPython.join(".");
  if (incomplete) {
    const short = numbersOf(incomplete).slice(0, 2).join(".");
    throw new Problem(
      `Python ${incomplete} has no venv module: install it (on Debian or Ubuntu: apt install python${short}-venv), or uv`,
    );
  }
  if (older)
    throw new Problem(
      `${older}, but ${needed} or newer is needed: install it, or set NABLAB_PYTHON to its path`,
    );
  if (named)
    throw new Problem(
      `NABLAB_PYTHON is ${named}, which does not run: set it to the path of Python ${needed} or newer`,
    );
  throw new Problem(
    `no Python found: install Python ${needed} or newer, or set NABLAB_PYTHON to its path (without Python, "npx nablab run" still executes notebooks)`,
  );
}
