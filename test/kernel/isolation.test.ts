import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, test } from "vitest";
import { environmentOf, permissions } from "#nablab/kernel/isolation.js";

const root = path.resolve(import.meta.dirname, "../..");
const own = mkdtempSync(path.join(tmpdir(), "nablab-isolation-"));
const readable = permissions(own).flatMap((flag) =>
  flag.startsWith("--allow-fs-read=") ? [flag.slice(16)] : [],
);

test("no path is named twice, which Node 20 would not survive", () => {
  expect(new Set(readable).size).toBe(readable.length);
  expect(readable.length).toBeGreaterThan(3);
});

test("nablab can be read, its notebooks and their solutions cannot", () => {
  const holds = (file: string) =>
    readable.some((folder) => file === folder || file.startsWith(folder + path.sep));
  for (const file of ["dist/index.js", "package.json"]) expect(holds(path.join(root, file)), file).toBe(true);
  for (const file of ["notebooks/coursework/source", "test", ".venv", ".git"])
    expect(holds(path.join(root, file)), file).toBe(false);
});

test("one folder alone can be written", () => {
  const writable = permissions(own).filter((flag) => flag.startsWith("--allow-fs-write"));
  expect(writable).toHaveLength(1);
  expect(permissions(own).some((flag) => /child-process|addons|worker|wasi|inspector|net/.test(flag))).toBe(
    false,
  );
});

test("keys of others stay outside", () => {
  const given = {
    PATH: "/bin",
    LC_ALL: "C",
    NABLAB_THREADS: "2",
    AWS_SECRET_ACCESS_KEY: "x",
    JPY_PARENT_PID: "1",
    NODE_OPTIONS: "--require x",
  };
  expect(environmentOf(given)).toEqual({ PATH: "/bin", LC_ALL: "C", NABLAB_THREADS: "2" });
});
