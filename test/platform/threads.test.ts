/**
 * Threads: a bundle is started in place of its module, and a thread that ended while nobody listened says so to whoever
 * listens next.
 */
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { afterAll, expect, test } from "vitest";
import { type Thread, threadName } from "#nablab/platform/platform.js";
import { bundleOf, startThread } from "#nablab/platform/threads.js";

const folder = mkdtempSync(join(tmpdir(), "nablab-threads-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** The address of a module that was written. */
function written(name: string, text: string): URL {
  writeFileSync(join(folder, name), text);
  return pathToFileURL(join(folder, name));
}

const answer = (thread: Thread, question: unknown): Promise<unknown> =>
  new Promise((resolve, reject) => {
    thread.listen({ message: resolve, failure: reject });
    thread.post(question);
  });

const says = (what: string) => `
  import { parentPort, workerData } from "node:worker_threads";
  parentPort.on("message", (question) => parentPort.postMessage(workerData + ": ${what} " + question));`;

test("a module is started, or the bundle beside it", async () => {
  const alone = written("alone.mjs", says("alone"));
  const module = written("both.js", says("module"));
  written("both.bundle.js", says("bundle"));
  written("package.json", '{ "type": "module" }');
  for (const [file, what] of [
    [alone, "alone"],
    [module, "bundle"],
  ] as const) {
    const thread = startThread(file);
    expect(await answer(thread, "heard")).toBe(`${threadName}: ${what} heard`);
    await thread.terminate();
  }
});

test("a bundle that is older than what was compiled last is left alone", () => {
  const module = written("stale.js", "");
  const bundle = written("stale.bundle.js", "");
  const compiled = written(".tsbuildinfo", "");
  const at = (file: URL, seconds: number) => utimesSync(file, seconds, seconds);
  at(bundle, 2);
  const found = [1, 2, 3].map((time) => {
    at(compiled, time);
    return bundleOf(module, compiled).href;
  });
  // A package has the same time for all its files.
  expect(found).toEqual([bundle.href, bundle.href, module.href]);
  expect(bundleOf(module, new URL("missing", compiled))).toEqual(bundle);
});

test.each([
  ["throws", 'throw new Error("no memory for it");', "no memory for it"],
  ["exits", "process.exit(3);", "the thread ended early, with exit code 3"],
  ["is missing", undefined, "missing.mjs"],
])("a thread that %s before anybody listens fails the next question", async (name, text, message) => {
  const module = text ? written(`${name}.mjs`, text) : pathToFileURL(join(folder, "missing.mjs"));
  const thread = startThread(module);
  await setTimeout(300);
  await expect(answer(thread, "anything")).rejects.toThrow(message);
});
