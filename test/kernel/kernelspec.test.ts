import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import { environment } from "#nablab/kernel/environment.js";
import { kernelspec } from "#nablab/kernel/kernelspec.js";

test("a kernel is started with few areas of memory, where the system's allocator knows them", () => {
  expect(kernelspec()).toMatchObject({ env: environment, language: "typescript" });
  expect(environment).toEqual({ MALLOC_ARENA_MAX: "2" });
});

test("Node starts with the flags of the kernelspec", () => {
  const [node, ...args] = kernelspec().argv as string[];
  const flags = args.filter((one) => one.startsWith("--"));
  const { status } = spawnSync(node!, [...flags, "-e", "0"], { env: { ...process.env, ...environment } });
  expect(status).toBe(0);
});
