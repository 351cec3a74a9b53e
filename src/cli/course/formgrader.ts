/**
 * `nablab course formgrader`: JupyterLab with nbgrader's Formgrader, in the folder of a course.
 */
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { createServer } from "node:net";
import path from "node:path";
import { installKernelspec } from "../../kernel/kernelspec.js";
import { say } from "../progress.js";
import { type CourseOptions, courseFolder } from "./folder.js";
import { findPython } from "./nbgrader.js";

export interface FormgraderOptions extends CourseOptions {
  port?: number;
  browser?: boolean;
}

/**
 * Runs until it is stopped.
 *
 * @param more options for JupyterLab
 * @returns JupyterLab's exit code; 0 when interrupted
 */
export async function formgrader(
  more: readonly string[],
  { port, browser = true, ...options }: FormgraderOptions,
): Promise<number> {
  const course = courseFolder(options.course);
  const chosen = port ?? (await freePort());
  const token = randomBytes(24).toString("hex");
  const kernels = path.join(course, ".nablab");
  installKernelspec(kernels);
  const python = findPython();
  const child = spawn(
    python,
    [
      "-m",
      "jupyterlab",
      `--ServerApp.root_dir=${course}`,
      `--CourseDirectory.root=${course}`,
      "--LabApp.default_url=/formgrader",
      // Only this machine can connect, and only with the token.
      "--ServerApp.ip=127.0.0.1",
      `--ServerApp.port=${chosen}`,
      "--ServerApp.port_retries=0",
      ...(browser ? [] : ["--no-browser"]),
      "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
      "--LabApp.news_url=",
      "--LabApp.extension_manager=readonly",
      ...more,
    ],
    {
      cwd: course,
      env: {
        ...process.env,
        // Not on the command line, which all users of the machine can read.
        JUPYTER_TOKEN: token,
        JUPYTER_PATH: [kernels, process.env.JUPYTER_PATH].filter(Boolean).join(path.delimiter),
        PATH: [path.dirname(python), process.env.PATH].join(path.delimiter),
      },
      stdio: ["ignore", "ignore", "pipe"],
    },
  );
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    said = (said + text).slice(-20_000);
  });
  let stopped = false;
  const stop = (): void => {
    stopped = true;
    child.kill("SIGTERM");
  };
  process.on("SIGINT", stop).on("SIGTERM", stop);
  try {
    const over = new AbortController();
    const ended = new Promise<number>((resolve, reject) => {
      child.on("error", reject);
      child.on("close", (code) => resolve(code ?? 0));
    }).finally(() => over.abort());
    const url = `http://127.0.0.1:${chosen}/formgrader?token=${token}`;
    const isUp = await answers(chosen, token, over.signal);
    if (isUp) {
      console.log(url);
      say("The Formgrader is there until you stop it (Ctrl-C)");
    }
    const code = await ended;
    if (stopped) return 0;
    if (!isUp || code !== 0) say(said.trim().split("\n").slice(-15).join("\n"));
    return code || 1;
  } finally {
    process.off("SIGINT", stop).off("SIGTERM", stop);
  }
}

/** Waits until the Formgrader responds; false if JupyterLab ends first. */
async function answers(port: number, token: string, over: AbortSignal): Promise<boolean> {
  while (!over.aborted) {
    try {
      const reply = await fetch(`http://127.0.0.1:${port}/formgrader/api/status`, {
        headers: { authorization: `token ${token}` },
      });
      if (reply.ok) return true;
    } catch {
      // not yet
    }
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
  return false;
}

/** A free port. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
