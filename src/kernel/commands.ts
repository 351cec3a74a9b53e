/**
 * Programs that cells run by `!command` and `%install`: their output is streamed to the cell, and an interrupt ends them
 * and all their child processes.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import { packageRoot } from "./own-packages.js";

/** Milliseconds a program has to end after SIGINT. */
const patience = 1000;

/** Runs a shell command and prints its output, followed by its exit code or signal if it fails. */
export async function runCommand(command: string, signal: AbortSignal): Promise<void> {
  const { code, by } = await finish(command, signal);
  if (by !== null) process.stderr.write(`(ended by ${by})\n`);
  else if (code !== 0) process.stderr.write(`(exit code ${code})\n`);
}

/** `npm install`, for the cells of this folder. */
export async function install(packages: readonly string[], signal: AbortSignal): Promise<void> {
  const odd = packages.find((name) => !/^-{0,2}[\w@./:^~+*=-]+$/.test(name));
  if (odd !== undefined) throw new Error(`%install: expected names of packages, as lodash@4, got ${odd}`);
  // A notebook inside nablab's own folder leaves its package.json as it is.
  const own = path.join(packageRoot, "package.json") === nearestPackage(process.cwd()) ? ["--no-save"] : [];
  const args = ["install", "--no-audit", "--no-fund", "--no-progress", ...own, ...packages];
  const { code } = await finish(["npm", ...args].join(" "), signal);
  if (code !== 0)
    throw new Error(`%install: npm could not install ${packages.join(" ")}; what it says is above`);
}

function nearestPackage(folder: string): string | undefined {
  const file = path.join(folder, "package.json");
  if (existsSync(file)) return file;
  const above = path.dirname(folder);
  return above === folder ? undefined : nearestPackage(above);
}

function finish(command: string, signal: AbortSignal): Promise<{ code: number | null; by: string | null }> {
  return new Promise((resolve, reject) => {
    // In a separate process group, so that an interrupt reaches its child processes.
    const child = spawn(command, {
      shell: process.platform === "win32" ? true : "/bin/sh",
      stdio: ["ignore", "pipe", "pipe"],
      detached: process.platform !== "win32",
      windowsHide: true,
    });
    child.stdout.on("data", (data: Buffer) => process.stdout.write(data));
    child.stderr.on("data", (data: Buffer) => process.stderr.write(data));
    const stop = (): void => {
      end(child, "SIGINT");
      setTimeout(() => end(child, "SIGKILL"), patience).unref();
    };
    signal.addEventListener("abort", stop, { once: true });
    child.on("error", reject);
    child.on("close", (code, by) => {
      signal.removeEventListener("abort", stop);
      resolve({ code, by });
    });
  });
}

function end(child: ChildProcess, by: NodeJS.Signals): void {
  try {
    if (process.platform === "win32")
      spawn("taskkill", ["/pid", String(child.pid), "/t", "/f"], { stdio: "ignore" });
    else process.kill(-child.pid!, by);
  } catch {
    // It has ended.
  }
}
