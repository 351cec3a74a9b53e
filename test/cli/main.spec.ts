import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { folder, main, nablab, nablabIn, read } from "./nablab.js";

const root = path.resolve(import.meta.dirname, "../..");

describe("nablab", () => {
  test("helps, with examples", async () => {
    const { status, stdout } = await nablab(root, "--help");
    expect(status).toBe(0);
    for (const part of ["run", "kernel", "Examples:", "npm start"]) expect(stdout).toContain(part);
    expect((await nablab(root, "run", "--help")).stdout).toContain("--allow-errors");
    expect((await nablab(root, "kernel", "install", "--help")).stdout).toContain("--sys-prefix");
  });

  test.skipIf(process.platform === "win32")("is a program that can be run by its name", async () => {
    expect(statSync(main).mode & 0o111).toBe(0o111);
  });

  test("says its version", async () => {
    expect((await nablab(root, "--version")).stdout.trim()).toBe(read(root, "package.json").version);
  });

  test("suggests the command that was meant", async () => {
    const { status, stderr } = await nablab(root, "rnu");
    expect([status, stderr]).toEqual([2, expect.stringContaining("Did you mean run?")]);
  });

  test("without a command, helps", async () => {
    const { status, stderr } = await nablab(root);
    expect([status, stderr]).toEqual([2, expect.stringContaining("Examples:")]);
  });
});

describe("nablab kernel", () => {
  test("writes the kernelspec where it is told", async () => {
    const prefix = folder();
    const { status, stderr } = await nablab(root, "kernel", "install", "--prefix", prefix);
    expect([status, stderr]).toEqual([0, expect.stringContaining(prefix)]);
    const spec = read(prefix, "share/jupyter/kernels/nablab/kernel.json");
    expect(spec.argv[1]).toBe(path.join(root, "dist/kernel/main.js"));
  });

  test("wants one place", async () => {
    const { status, stderr } = await nablab(root, "kernel", "install", "--prefix", "x", "--user");
    expect([status, stderr]).toEqual([2, expect.stringContaining("give one of")]);
  });

  test("is listed, under another name too, with what is wrong with it, and can be removed", async () => {
    const prefix = folder();
    const where = path.join(prefix, "share/jupyter/kernels/nablab");
    const env = { VIRTUAL_ENV: prefix };
    const list = async () => (await nablabIn(env, root, "kernel", "list")).stdout;
    expect(await list()).not.toContain(prefix);
    await nablab(root, "kernel", "install", "--prefix", prefix, "--display-name", "Course 7");
    expect(await list()).toContain(`${where}  Course 7\n`);
    const file = path.join(where, "kernel.json");
    writeFileSync(file, readFileSync(file, "utf8").replaceAll("main.js", "gone.js"));
    expect(await list()).toContain(`${where}  Course 7  (its nablab is gone: ${root}/dist/kernel/gone.js)\n`);
    const { status, stderr } = await nablab(root, "kernel", "uninstall", "--prefix", prefix);
    expect([status, stderr]).toEqual([0, `removed ${where}\n`]);
    expect(existsSync(where)).toBe(false);
    const again = await nablab(root, "kernel", "uninstall", "--prefix", prefix);
    expect([again.status, again.stderr]).toEqual([2, expect.stringContaining("is not installed there")]);
  });
});
