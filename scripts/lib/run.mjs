// Runs other programs, captures their output, and reports in one line why they failed.
import { spawn } from "node:child_process";
import { Problem } from "./report.mjs";

/**
 * Runs a program to its end. A signal that ends this process also ends the program, which would otherwise go on writing
 * files that the next run rewrites.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv }} [options]
 * @returns {Promise<{ status: number | null, output: string }>} `status` null when it could not be started
 */
export function run(command, args, options = {}) {
  return new Promise((resolve) => {
    let output = "";
    const child = spawn(command, args, { ...options, stdio: ["ignore", "pipe", "pipe"], windowsHide: true });
    child.stdout.on("data", (data) => (output += data));
    child.stderr.on("data", (data) => (output += data));
    const stop = () => {
      // Killed and awaited: npm takes seconds to stop by itself, and would disturb the next one meanwhile.
      child.once("close", () => {
        console.error("\nnablab: interrupted; run this again to go on");
        process.exit(130);
      });
      child.kill("SIGKILL");
    };
    const signals = ["SIGINT", "SIGTERM", "SIGHUP"];
    for (const signal of signals) process.on(signal, stop);
    const end = (/** @type {{ status: number | null, output: string }} */ result) => {
      for (const signal of signals) process.off(signal, stop);
      resolve(result);
    };
    child.on("error", (error) => end({ status: null, output: error.message }));
    child.on("close", (status) => end({ status, output }));
  });
}

const noNetwork =
  /ENOTFOUND|EAI_AGAIN|ETIMEDOUT|ECONNREFUSED|ENETUNREACH|Name or service not known|Temporary failure in name resolution|NewConnectionError|dns error|error sending request/i;

/**
 * Runs a program that must succeed; if it fails, the end of its output is shown before the problem.
 *
 * @param {string} what for the message: "installing the npm packages"
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv }} [options]
 */
export async function mustRun(what, command, args, options = {}) {
  const { status, output } = await run(command, args, options);
  if (status === 0) return;
  if (noNetwork.test(output)) {
    throw new Problem(
      `no network while ${what}: connect (or set the proxy that your network needs) and run this again`,
    );
  }
  console.error(output.trimEnd().split("\n").slice(-20).join("\n"));
  throw new Problem(`${what} failed with the lines above; fix them and run this again`);
}

/** Runs npm: the one that started this script, or the one on PATH. */
export function npm(
  /** @type {string} */ what,
  /** @type {readonly string[]} */ args,
  /** @type {string} */ cwd,
) {
  const started = process.env.npm_execpath;
  if (started?.endsWith("npm-cli.js")) return mustRun(what, process.execPath, [started, ...args], { cwd });
  // On Windows npm is a command script, which needs a shell.
  const [command, first] =
    process.platform === "win32" ? ["cmd.exe", ["/d", "/s", "/c", "npm"]] : ["npm", []];
  return mustRun(what, command, [...first, ...args], { cwd });
}
