import path from "node:path";
import { describe, expect, test } from "vitest";
import { folder, nablab, read } from "./nablab.js";

const root = path.resolve(import.meta.dirname, "../..");

describe("nablab", () => {
  test("helps, with examples", () => {
    const { status, stdout } = nablab(root, "--help");
    expect(status).toBe(0);
    for (const part of ["run", "kernel", "Examples:", "npm start"]) expect(stdout).toContain(part);
    expect(nablab(root, "run", "--help").stdout).toContain("--allow-errors");
    expect(nablab(root, "kernel", "install", "--help").stdout).toContain("--sys-prefix");
  });

  test("says its version", () => {
    expect(nablab(root, "--version").stdout.trim()).toBe(read(root, "package.json").version);
  });

  test("suggests the command that was meant", () => {
    const { status, stderr } = nablab(root, "rnu");
    expect([status, stderr]).toEqual([2, expect.stringContaining("Did you mean run?")]);
  });

  test("without a command, helps", () => {
    const { status, stderr } = nablab(root);
    expect([status, stderr]).toEqual([2, expect.stringContaining("Examples:")]);
  });
});

describe("nablab kernel install", () => {
  test("writes the kernelspec where it is told", () => {
    const prefix = folder();
    const { status, stderr } = nablab(root, "kernel", "install", "--prefix", prefix);
    expect([status, stderr]).toEqual([0, expect.stringContaining(prefix)]);
    const spec = read(prefix, "share/jupyter/kernels/nablab/kernel.json");
    expect(spec.argv[1]).toBe(path.join(root, "dist/kernel/main.js"));
  });

  test("wants one place", () => {
    const { status, stderr } = nablab(root, "kernel", "install", "--prefix", "x", "--user");
    expect([status, stderr]).toEqual([2, expect.stringContaining("give one of")]);
  });
});
