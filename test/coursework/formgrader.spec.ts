/** `nablab course formgrader`: a real JupyterLab with nbgrader on the course, for this machine and its token alone. */
import { spawn } from "node:child_process";
import path from "node:path";
import { afterAll, expect, test } from "vitest";
import { python } from "../kernel/jupyter.js";
import { Course } from "./course.js";
import * as tiny from "./tiny.js";

const course = new Course();
afterAll(() => course.remove());

test("opens on the course's assignments, says its address, and ends when it is stopped", async () => {
  tiny.clear(course);
  tiny.assignment(course, "tiny");
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
  expect([url.hostname, url.pathname]).toEqual(["127.0.0.1", "/formgrader"]);
  const token = url.searchParams.get("token")!;
  expect(token).toMatch(/^[0-9a-f]{48}$/);
  const assignments = `${url.origin}/formgrader/api/assignments`;
  const reply = await fetch(assignments, { headers: { authorization: `token ${token}` } });
  expect(((await reply.json()) as { name: string }[]).map(({ name }) => name)).toEqual(["tiny"]);
  expect((await fetch(assignments, { redirect: "manual" })).status).not.toBe(200);
  child.kill("SIGINT");
  expect(await ended, said).toBe(0);
});
