/** Files that unpack to more than memory should take, of the real size. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { loadIdx, loadNpy } from "nablab";
import { expect, onTestFinished, test } from "vitest";

test("loadNpy and loadIdx refuse what unpacks to more than 512 MB, before it has", async () => {
  const folder = mkdtempSync(path.join(tmpdir(), "nablab-packed-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  // 600 MB of zeros, as members of one gzip file.
  const part = gzipSync(new Uint8Array(100_000_000));
  const file = path.join(folder, "zeros.npy.gz");
  writeFileSync(file, Buffer.concat(Array.from({ length: 6 }, () => part)));
  const before = process.memoryUsage().rss;
  await expect(loadNpy(file)).rejects.toThrow("loadNpy: the file unpacks to more than 512 MB");
  await expect(loadIdx(file)).rejects.toThrow("loadIdx: the file unpacks to more than 512 MB");
  expect(process.memoryUsage().rss - before).toBeLessThan(1.2e9);
});
