/**
 * The parts of set-up: versions, stamps, the search for Python among real programs, and what is said when it fails.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { Problem } from "../../scripts/lib/report.mjs";
import { mustRun, run } from "../../scripts/lib/run.mjs";
import { hashOf, unlessDone } from "../../scripts/lib/stamp.mjs";
import { atLeast, checkNode, findPython, numbersOf } from "../../scripts/lib/versions.mjs";

const folder = (): string => mkdtempSync(path.join(tmpdir(), "nablab-setup-"));

describe("versions", () => {
  test("are compared number by number", () => {
    expect(atLeast([20, 19, 0], [20, 19])).toBe(true);
    expect(atLeast([20, 9, 9], [20, 19])).toBe(false);
    expect(atLeast([22], [20, 19])).toBe(true);
    expect(atLeast([20], [20, 19])).toBe(false);
    expect(numbersOf("v20.19.1")).toEqual([20, 19, 1]);
  });

  test("a Node that is too old is named, with the fix", () => {
    expect(() => checkNode("18.20.4")).toThrow(
      new Problem(
        "this is Node 18.20.4, but 20.19 or newer is needed: install a current LTS release of Node",
      ),
    );
    expect(() => checkNode("20.19.0")).not.toThrow();
  });
});

describe("stamps", () => {
  test("work is done once for the same inputs, and again for others", async () => {
    const stamp = path.join(folder(), "stamp");
    const done: (string | undefined)[] = [];
    const work = async (before: string | undefined): Promise<void> => void done.push(before);
    expect(await unlessDone(stamp, "a", work)).toBe(true);
    expect(await unlessDone(stamp, "a", work)).toBe(false);
    expect(await unlessDone(stamp, "b", work)).toBe(true);
    expect(done).toEqual([undefined, "a"]);
  });

  test("what was interrupted has no stamp, and is done again from the start", async () => {
    const stamp = path.join(folder(), "stamp");
    await unlessDone(stamp, "a", async () => {});
    const interrupted = unlessDone(stamp, "b", async () => {
      expect(existsSync(stamp)).toBe(false);
      throw new Error("stopped");
    });
    await expect(interrupted).rejects.toThrow("stopped");
    const befores: unknown[] = [];
    await unlessDone(stamp, "b", async (before) => void befores.push(before));
    expect(befores).toEqual([undefined]);
    expect(readFileSync(stamp, "utf8")).toBe("b");
  });

  test("a hash changes with contents and names, also deep in a folder", () => {
    const root = folder();
    mkdirSync(path.join(root, "deep"));
    const file = path.join(root, "deep", "a.ts");
    writeFileSync(file, "1");
    const first = hashOf({ files: [root] });
    expect(hashOf({ files: [root] })).toBe(first);
    writeFileSync(file, "2");
    const second = hashOf({ files: [root] });
    writeFileSync(path.join(root, "deep", "b.ts"), "");
    expect(new Set([first, second, hashOf({ files: [root] })]).size).toBe(3);
  });
});

// Programs that answer like a Python; Windows would need other ones.
describe.skipIf(process.platform === "win32")("the search for Python", () => {
  /** A folder with programs that print a version and exit with a status. */
  function programs(list: Record<string, { version: string; status?: number }>): NodeJS.ProcessEnv {
    const bin = folder();
    for (const [name, { version, status = 0 }] of Object.entries(list)) {
      const file = path.join(bin, name);
      writeFileSync(file, `#!/bin/sh\necho ${version}\necho "$0"\nexit ${status}\n`);
      chmodSync(file, 0o755);
    }
    return { PATH: bin };
  }

  test("takes the first that is new enough", async () => {
    const env = programs({ python3: { version: "3.9.2" }, python: { version: "3.12.1" } });
    expect(await findPython({ env })).toEqual({
      command: path.join(env.PATH!, "python"),
      version: "3.12.1",
    });
  });

  test("says that it is too old, or that venv is missing, or that there is none", async () => {
    await expect(findPython({ env: programs({ python3: { version: "3.9.2" } }) })).rejects.toThrow(
      "python3 is Python 3.9.2, but 3.10 or newer is needed: install it, or set NABLAB_PYTHON to its path",
    );
    const debian = programs({ python3: { version: "3.11.2", status: 1 } });
    await expect(findPython({ env: debian })).rejects.toThrow("apt install python3.11-venv");
    expect(await findPython({ env: debian, needVenv: false })).toMatchObject({ version: "3.11.2" });
    await expect(findPython({ env: programs({}) })).rejects.toThrow(
      "no Python found: install Python 3.10 or newer",
    );
    await expect(findPython({ env: { NABLAB_PYTHON: "/no/such" } })).rejects.toThrow(
      "NABLAB_PYTHON is /no/such",
    );
  });
});

describe("programs", () => {
  test("a network that cannot be reached is said in one line", async () => {
    const script = "console.error('npm error code ENOTFOUND'); process.exit(1)";
    await expect(mustRun("installing", process.execPath, ["-e", script])).rejects.toThrow(
      "no network while installing: connect (or set the proxy that your network needs) and run this again",
    );
  });

  // Windows has no signals to send.
  test.skipIf(process.platform === "win32")("do not outlive what started them", async () => {
    const note = path.join(folder(), "pid");
    const child = `require("node:fs").writeFileSync(${JSON.stringify(note)}, String(process.pid)); setInterval(() => {}, 1000)`;
    const lib = JSON.stringify(path.resolve(import.meta.dirname, "../../scripts/lib/run.mjs"));
    const script = `import { run } from ${lib}; await run(process.execPath, ["-e", ${JSON.stringify(child)}])`;
    const parent = spawn(process.execPath, ["--input-type=module", "-e", script]);
    let said = "";
    parent.stderr.on("data", (data) => (said += data));
    await expect
      .poll(() => existsSync(note) && readFileSync(note, "utf8"), { timeout: 10_000 })
      .toMatch(/\d/);
    parent.kill("SIGTERM");
    expect(await once(parent, "close")).toEqual([130, null]);
    expect(said).toContain("interrupted; run this again to go on");
    const alive = () => {
      try {
        return process.kill(Number(readFileSync(note, "utf8")), 0);
      } catch {
        return false;
      }
    };
    await expect.poll(alive, { timeout: 10_000 }).toBe(false);
  });

  test("one that does not exist has no status", async () => {
    expect(await run("/no/such/program", [])).toMatchObject({ status: null });
  });
});
