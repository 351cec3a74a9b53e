/** A real Formgrader on a course, as `nablab course formgrader` opens it. */
import { spawn } from "node:child_process";
import path from "node:path";
import { python } from "../kernel/jupyter.js";
import type { Course } from "./course.js";

export interface Formgrader {
  /** The address that is printed, with its token. */
  url: URL;
  /** Fetches a path of it; without its token as a stranger would. */
  get(place: string, options?: { token?: boolean }): Promise<Response>;
  /** Stops it as Ctrl-C does; the exit code, and what was said. */
  stop(): Promise<{ code: number | null; said: string }>;
}

export async function openFormgrader(course: Course): Promise<Formgrader> {
  const main = path.resolve(import.meta.dirname, "../../dist/cli/main.js");
  const root = process.getuid?.() === 0 ? ["--", "--allow-root"] : [];
  const child = spawn(process.execPath, [main, "course", "formgrader", "--no-browser", ...root], {
    cwd: course.folder,
    env: { ...process.env, NABLAB_PYTHON: python() },
  });
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    said += text;
  });
  const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
  const address = await Promise.race([
    new Promise<string>((resolve) => child.stdout.setEncoding("utf8").once("data", resolve)),
    ended.then((code) => {
      throw new Error(`it ended with ${code}: ${said}`);
    }),
  ]);
  const url = new URL(address.trim());
  const authorization = `token ${url.searchParams.get("token")}`;
  return {
    url,
    get: (place, { token = true } = {}) =>
      fetch(`${url.origin}/formgrader/${place}`, {
        redirect: "manual",
        headers: token ? { authorization } : {},
      }),
    async stop() {
      child.kill("SIGINT");
      return { code: await ended, said };
    },
  };
}
