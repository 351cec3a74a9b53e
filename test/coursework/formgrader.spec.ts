/** `nablab course formgrader`: a real JupyterLab with nbgrader on the course, for this machine and its token alone. */
import { afterAll, expect, test } from "vitest";
import { Course } from "./course.js";
import { openFormgrader } from "./formgrader.js";
import * as tiny from "./tiny.js";

const course = new Course();
afterAll(() => course.remove());

test("opens on the course's assignments, says its address, and ends when it is stopped", async () => {
  tiny.clear(course);
  tiny.assignment(course, "tiny");
  const formgrader = await openFormgrader(course);
  const { url } = formgrader;
  expect([url.hostname, url.pathname]).toEqual(["127.0.0.1", "/formgrader"]);
  expect(url.searchParams.get("token")).toMatch(/^[0-9a-f]{48}$/);
  const reply = await formgrader.get("api/assignments");
  expect(((await reply.json()) as { name: string }[]).map(({ name }) => name)).toEqual(["tiny"]);
  expect((await formgrader.get("api/assignments", { token: false })).status).not.toBe(200);
  const { code, said } = await formgrader.stop();
  expect(code, said).toBe(0);
});
