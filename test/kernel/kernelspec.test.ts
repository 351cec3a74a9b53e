import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import { environment } from "#nablab/kernel/environment.js";
import { kernelspec } from "#nablab/kernel/kernelspec.js";

test("Jupyter starts kernels with few malloc arenas", () => {
  expect(kernelspec()).toMatchObject({ env: environment, language: "typescript" });
});

test("Node starts with the flags of the kernelspec", () => {
  const [node, ...args] = kernelspec().argv as string[];
  const flags = args.filter((one) => one.startsWith("--"));
  const { status } = spawnSync(node!, [...flags, "-e", "0"], { env: { ...process.env, ...environment } });
  expect(status).toBe(0);
});
