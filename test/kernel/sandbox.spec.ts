/**
 * The operating system's sandbox, by itself: what Node without any permission model is kept from in it. Sandboxes that the
 * machine has not, or does not allow, are left out; `nablab doctor` says which one holds.
 */
import { spawn } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { environmentOf } from "#nablab/kernel/isolation.js";
import { findSandbox, type Sandbox } from "#nablab/kernel/sandbox.js";

const root = realpathSync(mkdtempSync(path.join(tmpdir(), "nablab-sandbox-")));
const folder = path.join(root, "own");
mkdirSync(folder);
writeFileSync(path.join(root, "secret.txt"), "42");

let server: Server;
let port: number;
let reached = 0;
beforeAll(async () => {
  server = createServer((socket) => {
    reached++;
    socket.destroy();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  port = (server.address() as { port: number }).port;
});
afterAll(() => {
  server.close();
  rmSync(root, { recursive: true, force: true });
});

/** Runs a program of Node's in a sandbox; what it printed. */
function run(sandbox: Sandbox, code: string): Promise<string> {
  const [program, ...before] = sandbox.command({ folder, readable: [] });
  const child = spawn(program!, [...before, process.execPath, "-e", code], {
    cwd: folder,
    stdio: ["ignore", "pipe", "pipe", "pipe", "pipe"],
    env: environmentOf(process.env),
  });
  let text = "";
  for (const stream of [child.stdout!, child.stderr!]) stream.on("data", (data) => (text += data));
  return new Promise((resolve) => child.on("close", () => resolve(text)));
}

const attempt = (statement: string): string =>
  `try { ${statement}; console.log("DONE"); } catch (error) { console.log(error.code ?? error.message); }`;

describe.each(["bubblewrap", "unshare", "sandbox-exec"])("%s", (name) => {
  const sandbox = findSandbox(name);
  const keepsFiles = name === "bubblewrap";

  test.skipIf(!sandbox)("runs programs in the folder, and lets them write there", async () => {
    const text = await run(
      sandbox!,
      'require("fs").writeFileSync("made.txt", "x"); console.log(process.cwd());',
    );
    expect(text).toBe(`${folder}\n`);
    expect(readFileSync(path.join(folder, "made.txt"), "utf8")).toBe("x");
  });

  test.skipIf(!sandbox)("reaches no network", async () => {
    const code = `require("net").connect(${port}, "127.0.0.1").on("connect", () => console.log("DONE")).on("error", (e) => console.log(e.code));`;
    expect(await run(sandbox!, code)).not.toContain("DONE");
    expect(reached).toBe(0);
  });

  test.skipIf(!sandbox || name === "unshare")("writes nothing outside", async () => {
    await run(
      sandbox!,
      attempt(`require("fs").writeFileSync(${JSON.stringify(path.join(root, "outside.txt"))}, "x")`),
    );
    await run(
      sandbox!,
      attempt(`require("fs").writeFileSync(${JSON.stringify(path.join(root, "secret.txt"))}, "x")`),
    );
    expect(existsSync(path.join(root, "outside.txt"))).toBe(false);
    expect(readFileSync(path.join(root, "secret.txt"), "utf8")).toBe("42");
  });

  test.skipIf(!sandbox || !keepsFiles)("reads nothing outside", async () => {
    const files = [
      path.join(root, "secret.txt"),
      "/etc/passwd",
      "/etc/hostname",
      `/proc/${process.pid}/environ`,
    ];
    for (const file of files) {
      const text = await run(sandbox!, attempt(`require("fs").readFileSync(${JSON.stringify(file)})`));
      expect(text, file).toBe("ENOENT\n");
    }
  });

  test.skipIf(!sandbox || name === "unshare")("signals no other process", async () => {
    const text = await run(sandbox!, attempt(`process.kill(${process.pid}, 0)`));
    expect(text).toMatch(/^(ESRCH|EPERM)\n$/);
  });
});

test("one that is switched off is not used", () => {
  expect(findSandbox("off")).toBeUndefined();
});
