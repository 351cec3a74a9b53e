import { spawnSync } from "node:child_process";
import {
  accessSync,
  constants,
  existsSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { systemProblem } from "#nablab/cli/system-error.js";
import { folder, main, nablab, nablabIn, read, write } from "./nablab.js";

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

  test("leads to the help of the command that was called wrongly", async () => {
    const { status, stderr } = await nablab(root, "kernel", "install", "--bogus");
    expect([status, stderr]).toEqual([2, expect.stringContaining("(see nablab kernel install --help)")]);
  });

  test("without a command, helps", async () => {
    const { status, stderr } = await nablab(root);
    expect([status, stderr]).toEqual([2, expect.stringContaining("Examples:")]);
  });
});

describe("nablab kernel", () => {
  test("writes the kernelspec to the given folder", async () => {
    const prefix = folder();
    const { status, stderr } = await nablab(root, "kernel", "install", "--prefix", prefix);
    expect([status, stderr]).toEqual([0, expect.stringContaining(prefix)]);
    const spec = read(prefix, "share/jupyter/kernels/nablab/kernel.json");
    expect(spec.argv.at(-2)).toBe(path.join(root, "dist/kernel/main.js"));
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

test("nablab renderer install and uninstall", async () => {
  const prefix = folder();
  const where = path.join(prefix, "share/jupyter/labextensions/@nablab/plotly");
  for (const time of ["first", "again"]) {
    const { status, stderr } = await nablab(root, "renderer", "install", "--prefix", prefix);
    expect([time, status, stderr]).toEqual([time, 0, `the renderer is installed in ${where}\n`]);
    expect(read(where, "package.json").name).toBe("@nablab/plotly");
    expect(readdirSync(path.dirname(where))).toEqual(["plotly"]);
  }
  expect((await nablab(root, "renderer", "uninstall", "--prefix", prefix)).status).toBe(0);
  expect(existsSync(where)).toBe(false);
  const { status, stderr } = await nablab(root, "renderer", "uninstall", "--prefix", prefix);
  expect([status, stderr]).toEqual([2, expect.stringContaining("is not installed there")]);
});

describe("what the system refuses is one line with the fix", () => {
  const oneLine = (text: string) => text.trim().split("\n").length;

  test("a folder, or nothing, where a notebook is expected", async () => {
    const here = folder();
    for (const [name, words] of [
      [here, "a file is needed"],
      [path.join(here, "no.ipynb"), "there is no"],
    ] as const) {
      const { status, stderr, stdout } = await nablab(here, "check", name);
      expect([status, stdout, oneLine(stderr)]).toEqual([expect.any(Number), "", 1]);
      expect(status).not.toBe(0);
      expect(stderr).toContain(words);
      expect(stderr).toContain(name);
      expect(stderr).not.toContain("    at ");
    }
  });

  test("a file where a folder is needed, to install the kernel or the renderer", async () => {
    const file = path.join(folder(), "file");
    writeFileSync(file, "");
    for (const what of ["kernel", "renderer"]) {
      const { status, stderr } = await nablab(root, what, "install", "--prefix", file);
      expect([status, oneLine(stderr)]).toEqual([1, 1]);
      expect(stderr).toContain("is a file, not a folder");
      expect(stderr).toContain(file);
    }
  });

  test.skipIf(process.platform !== "linux")("too few open files", () => {
    const file = write(folder(), "a.ipynb", ["1"]);
    const allowing = (count: number, ...args: string[]) =>
      spawnSync("sh", ["-c", `ulimit -n ${count}; exec "$@"`, "sh", process.execPath, main, ...args], {
        encoding: "utf8",
      });
    const { status, stderr } = allowing(64, "run", file);
    expect([status, stderr]).toEqual([
      2,
      "nablab: this shell allows 64 open files, 256 are needed: ulimit -n 1024\n",
    ]);
    expect(allowing(64, "kernel", "list").status).toBe(0);
    expect(allowing(256, "run", file).status).toBe(0);
  });

  test("a place that cannot be written is found before anything runs", async () => {
    const dir = folder();
    write(dir, "a.ipynb", ['require("node:fs").writeFileSync("ran", "")']);
    const { status, stderr } = await nablab(dir, "run", "a.ipynb", "--out", "a.ipynb/below");
    expect(status).toBe(1);
    expect(stderr).toMatch(/^nablab: a part of this path is a file[^\n]*\n$/);
    expect(existsSync(path.join(dir, "ran"))).toBe(false);
  });

  test.each([
    ["ENOSPC", "the disk is full"],
    ["EFBIG", "ulimit -f"],
    ["EMFILE", "ulimit -n"],
    ["EROFS", "read-only"],
    ["EACCES", "no permission"],
  ])("%s", (code, words) => {
    const error = Object.assign(new Error(`${code}: something, open '/x'`), { code, path: "/x" });
    expect(systemProblem(error)).toMatch(new RegExp(`${words}.*\\(${code}\\): /x$`));
  });

  test("a copy to a full disk names the copy, one of an unreadable file the file", () => {
    const error = (code: string) => Object.assign(new Error("x"), { code, path: "/from", dest: "/to" });
    expect(systemProblem(error("ENOSPC"))).toMatch(/: \/to$/);
    expect(systemProblem(error("EACCES"))).toMatch(/: \/from$/);
  });

  // A folder in which root may not make one either.
  const closed = ["/sys", "/proc/sys"].find((name) => {
    try {
      accessSync(name, constants.W_OK);
      return false;
    } catch {
      return existsSync(name);
    }
  });

  test.skipIf(!closed)("a path that Node says is missing, where nothing may be made", () => {
    const file = `${closed}/nowhere/below`;
    const error = Object.assign(new Error("x"), { code: "ENOENT", syscall: "mkdir", path: file });
    expect(systemProblem(error)).toMatch(new RegExp(`(read-only|no permission).*: ${closed}$`));
    expect(systemProblem(Object.assign(error, { path: path.join(folder(), "a/b") }))).toContain(
      "check its name",
    );
  });

  test("any other error is not", () => {
    expect(systemProblem(new TypeError("a bug"))).toBeUndefined();
    expect(systemProblem(Object.assign(new Error("x"), { code: "ERR_INVALID_ARG_TYPE" }))).toBeUndefined();
  });
});

describe("a kernel that cannot start ends with one line", () => {
  const kernel = path.join(root, "dist/kernel/main.js");
  const started = (connection: object | string) => {
    const file = path.join(folder(), "connection.json");
    writeFileSync(file, typeof connection === "string" ? connection : JSON.stringify(connection));
    return spawnSync(process.execPath, [kernel, file], { encoding: "utf8", timeout: 60_000 });
  };
  const complete = {
    transport: "tcp",
    ip: "127.0.0.1",
    key: "k",
    shell_port: 1,
    control_port: 2,
    stdin_port: 3,
    iopub_port: 4,
    hb_port: 5,
  };

  test("without a key, a port or a readable file", () => {
    const { key, ...keyless } = complete;
    const { hb_port, ...portless } = complete;
    for (const [connection, words] of [
      [keyless, "has no key"],
      [portless, "has no hb_port"],
      ["{", "cannot be read"],
    ] as const) {
      const { status, stderr } = started(connection);
      expect([status, stderr]).toEqual([2, expect.stringContaining(words)]);
      expect(stderr.trim().split("\n")).toHaveLength(1);
    }
  });

  test.skipIf(process.platform !== "linux")("with too few open files", () => {
    const file = path.join(folder(), "connection.json");
    const command = `ulimit -n 64; exec "${process.execPath}" "${kernel}" "${file}"`;
    const { status, stderr } = spawnSync("sh", ["-c", command], { encoding: "utf8", timeout: 60_000 });
    expect([status, stderr.trim().split("\n")]).toEqual([2, [expect.stringContaining("ulimit -n 1024")]]);
  });

  test("on a port that is taken", async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as { port: number };
    const ports = Object.fromEntries(
      ["shell_port", "control_port", "stdin_port", "iopub_port", "hb_port"].map((name, i) => [
        name,
        i === 0 ? port : 20_000 + ((port + i) % 10_000),
      ]),
    );
    const { status, signal, stderr } = started({ ...complete, ...ports });
    server.close();
    expect([status, signal]).toEqual([1, null]);
    expect(stderr).toContain(`cannot listen on shell_port: another program listens there`);
    expect(stderr.trim().split("\n")).toHaveLength(1);
  });
});
