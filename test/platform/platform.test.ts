/** Node and the browser offer the same things, and what both can do here comes out alike. */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { expect, test } from "vitest";
import * as browser from "#nablab/platform/browser.js";
import * as node from "#nablab/platform/node.js";
import { sha256 } from "#nablab/platform/sha256.js";

test("both export the whole interface and nothing else, but for what a browser's host sets", () => {
  const source = readFileSync(new URL("../../src/platform/platform.ts", import.meta.url), "utf8");
  const body = source.slice(source.indexOf("export interface Platform {"));
  const names = [...body.matchAll(/^ {2}(\w+)[(:]/gm)].map(([, name]) => name).sort();
  expect(names).toContain("startThread");
  expect(Object.keys(node).sort()).toEqual(names);
  expect(Object.keys(browser).sort()).toEqual([...names, "setPackageFolder"].sort());
});

test("the version is package.json's", () => {
  const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
  expect(node.versions).toEqual({ nablab: version, node: process.version });
  expect(browser.versions.nablab).toBe(version);
});

test("SHA-256 of any parts, at all lengths around a block", () => {
  expect(sha256("abc")).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"); // FIPS 180-2, B.1
  const expected = (parts: (string | Uint8Array)[]) => {
    const hash = createHash("sha256");
    for (const part of parts) hash.update(part);
    return hash.digest("hex");
  };
  for (let length = 0; length <= 200; length++) {
    const bytes = Uint8Array.from({ length }, (_, i) => (i * 37 + length) % 256);
    expect(sha256(bytes)).toBe(expected([bytes]));
  }
  const part = fc.oneof(fc.string(), fc.uint8Array({ maxLength: 200 }));
  fc.assert(
    fc.property(fc.array(part, { maxLength: 5 }), (parts) => {
      expect(sha256(...parts)).toBe(expected(parts));
      expect(node.sha256(...parts)).toBe(expected(parts));
    }),
    { seed: 1 },
  );
});

test("base64 of bytes in the middle of a buffer, and of text", () => {
  const bytes = Uint8Array.from({ length: 20_000 }, (_, i) => (i * i) % 256);
  for (const content of [bytes, bytes.subarray(5, 8), new Uint8Array(0), "Größe ∇ 𝜃"]) {
    expect(browser.base64(content)).toBe(node.base64(content));
  }
  expect(node.base64(Uint8Array.of(0, 16, 131))).toBe("ABCD"); // RFC 4648, table 1
});

test("gzip is unpacked, and damage is an error", async () => {
  const bytes = Uint8Array.from({ length: 70_000 }, (_, i) => i % 251);
  const packed = new Uint8Array(gzipSync(bytes));
  for (const platform of [node, browser]) {
    expect(Buffer.compare((await platform.gunzip(packed))!, bytes)).toBe(0);
    await expect(platform.gunzip(packed.slice(0, -9))).rejects.toThrow();
    expect((await platform.gunzip(packed, bytes.length))!.length).toBe(bytes.length);
    expect(await platform.gunzip(packed, bytes.length - 1)).toBeUndefined();
    async function* chunks(end?: number) {
      for (let at = 0; at < packed.length; at += 100) yield packed.slice(0, end).slice(at, at + 100);
    }
    const unpacked: Uint8Array[] = [];
    for await (const chunk of platform.gunzipChunks(chunks())) unpacked.push(chunk);
    expect(Buffer.compare(Buffer.concat(unpacked), bytes)).toBe(0);
    const all = async (): Promise<void> => {
      for await (const _ of platform.gunzipChunks(chunks(-9)));
    };
    await expect(all()).rejects.toThrow();
  }
});

test("other work gets its turn", async () => {
  for (const platform of [node, browser]) {
    let turns = 0;
    setTimeout(() => turns++, 0);
    const began = performance.now();
    while (turns === 0 && performance.now() - began < 10_000) await platform.yieldTurn();
    expect(turns).toBe(1);
  }
});

test("a missing file is undefined, any other failure an error", async () => {
  expect(await node.readFile("no/such/file")).toBeUndefined();
  expect(node.readFileSync("no/such/file")).toBeUndefined();
  await expect(node.readFile(".")).rejects.toThrow("EISDIR");
  expect(await node.openFile("no/such/file")).toBeUndefined();
  expect(() => node.readFileSync(".")).toThrow("it is a folder, not a file");
});

test("a program given on the command line trains with threads", () => {
  const program = `
    import { dense, dataset, sequential, sgd, train } from ${JSON.stringify(new URL("../../dist/index.js", import.meta.url).href)};
    const x = Float32Array.from({ length: 512 * 64 }, (_, i) => Math.sin(i));
    const data = dataset({ x, y: Uint8Array.from({ length: 512 }, (_, i) => i % 2), classes: 2, sampleShape: [64] });
    const net = sequential([dense(64, 512), dense(512, 2)], { seed: 1 });
    const run = await train(net, data, { rule: sgd({ eta: 0.1 }), batchSize: 512, epochs: 1, threads: 2, live: false });
    console.log(run.steps, run.settings.threads);
  `;
  for (const options of [["--input-type=module"], ["--input-type", "module"]]) {
    const { stdout, stderr } = spawnSync(process.execPath, [...options, "--eval", program], {
      encoding: "utf8",
    });
    expect(stdout, stderr).toBe("1 2\n");
  }
});
