/**
 * The library and the session in a browser's worker: bundled by the build's own bundler, with nothing replaced but by the
 * condition "browser", and the same numbers as in Node, bit for bit.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as nablab from "#nablab/index.js";
import type { Completions } from "#nablab/session/completion.js";
import type { CellResult, Output } from "#nablab/session/session.js";
import { findChromium } from "./chromium.ts";
import { referenceTraining, type Trained } from "./page/reference-training.ts";
import { type ClientPage, type Page, type Site, startSite } from "./page/serve.ts";

type CellAnswer = { result: CellResult; outputs: Output[] };

describe.runIf(findChromium())("in Chromium", () => {
  let site: Site;
  beforeAll(async () => {
    site = await startSite();
  });
  afterAll(() => site?.close());

  describe.each([{ isolated: true }, { isolated: false }])(
    "cross-origin isolated: $isolated",
    ({ isolated }) => {
      let page: Page;
      beforeAll(async () => {
        page = await site.open({ isolated });
      });
      afterAll(() => page?.close());

      test("a descent has Node's bits", async () => {
        const F = nablab.quadratic({ spectrum: [1, 0.1, 0.01] });
        const here = nablab.descend(F, { theta0: [1, 1, 1], eta: 1 / F.L, steps: 1000 });
        const { theta, holds } = await page.run<{ theta: number[]; holds: boolean }>("descend");
        expect(theta).toEqual([...here.theta[1000]!]);
        expect(holds).toBe(true);
      });

      test("100 steps of the reference network have Node's bits", async () => {
        const here = await referenceTraining(nablab, { threads: 1 });
        const there = await page.run<Trained>("train", isolated ? { threads: 2 } : {});
        expect(there.parameters).toBe(here.parameters);
        expect(there.threads).toBe(isolated ? 2 : 1);
        expect(there.kernels).toBe("wasm simd, fused multiply-add (a browser has no OpenBLAS)");
        expect(there.steps).toBe(100);
        // Math.exp and Math.log are the engine's: the newer V8 rounds 2 of these 100 losses otherwise, in the last bit.
        there.losses.forEach((loss, k) => {
          const expected = here.losses[k]!;
          expect(Math.abs(loss - expected) / expected).toBeLessThan(4 * Number.EPSILON);
        });
      });
    },
  );

  describe.each([{ isolated: true }, { isolated: false }])(
    "a kernel, isolated: $isolated",
    ({ isolated }) => {
      let page: ClientPage;
      beforeAll(async () => {
        page = await site.openClient({ isolated });
      });
      afterAll(() => page?.close());
      const execute = (code: string) =>
        page.request("execute_request", { code, silent: false, allow_stdin: true, stop_on_error: true });
      const contentOf = (messages: [string, Record<string, unknown>][], type: string) =>
        messages.find(([one]) => one === type)?.[1];

      test("runs a cell, with the messages of the protocol in order", async () => {
        const messages = await execute("let k = 6;\nk * 7");
        expect(messages.map(([type]) => type)).toEqual([
          ...["status", "execute_input", "execute_result", "execute_reply", "status"],
        ]);
        expect(contentOf(messages, "execute_result")).toMatchObject({ data: { "text/plain": "42" } });
        expect(await page.stopsLoops()).toBe(isolated);
      });

      test("shows what a check prints, whatever a cell has made of console.log", async () => {
        const code =
          'import { checkThat } from "nablab";\nconsole.log = () => {};\ncheckThat("one is one", 1 === 1);';
        expect(contentOf(await execute(code), "stream")).toEqual({ name: "stdout", text: "✓ one is one\n" });
      });

      test("completes a name of an earlier cell", async () => {
        await execute("const myOwnRate = 0.1;");
        const messages = await page.request("complete_request", { code: "myOw", cursor_pos: 4 });
        expect(contentOf(messages, "complete_reply")).toMatchObject({
          status: "ok",
          matches: ["myOwnRate"],
        });
      });

      test.runIf(isolated)("an interrupt ends a loop, and names keep their values", async () => {
        for (const loop of ["while (true) k++;", "await Promise.resolve();\nfor (;;) k++;"]) {
          const running = execute(`k = 0; ${loop}`);
          await new Promise((resolve) => setTimeout(resolve, 300));
          await page.interrupt();
          expect(contentOf(await running, "execute_reply")).toMatchObject({ ename: "KeyboardInterrupt" });
          const { data } = contentOf(await execute("k > 1000"), "execute_result") as { data: object };
          expect(data).toEqual({ "text/plain": "true" });
        }
      });

      test("an interrupt ends a cell that awaits something", async () => {
        const running = execute("await new Promise(() => {});");
        await new Promise((resolve) => setTimeout(resolve, 300));
        await page.interrupt();
        expect(contentOf(await running, "execute_reply")).toMatchObject({ ename: "KeyboardInterrupt" });
      });

      test("prompt() waits for the answer, or says why it cannot", async () => {
        const messages = await execute('prompt("eta?")');
        if (isolated) {
          expect(contentOf(messages, "execute_result")).toMatchObject({
            data: { "text/plain": "'eta? answered'" },
          });
        } else {
          expect(contentOf(messages, "error")).toMatchObject({
            evalue: expect.stringContaining("COOP and COEP"),
          });
        }
      });
    },
  );

  describe("cells", () => {
    let page: Page;
    beforeAll(async () => {
      page = await site.open({ isolated: true });
    });
    afterAll(() => page?.close());
    const run = (code: string) => page.run<CellAnswer>("cell", { code });

    test("a cell is checked", async () => {
      const { result } = await run('const eta: number = "small";');
      expect(result).toMatchObject({ status: "error", ename: "TypeScriptError" });
      expect((result as { evalue: string }).evalue).toContain("TS2322");
    });

    test("a cell runs, prints and shows its value, with names that live on", async () => {
      const first = await run(
        'import { quadratic } from "nablab";\nconst F = quadratic({ spectrum: [1, 4] });\nconsole.log("L =", F.L, [1, 2]);',
      );
      expect(first.result).toEqual({ status: "ok" });
      expect(first.outputs).toEqual([{ type: "stream", name: "stdout", text: "L = 4 [ 1, 2 ]\n" }]);
      const { result } = await run("await Promise.resolve();\n[F.L, F.mu]");
      expect(result).toMatchObject({ status: "ok", result: { data: { "text/plain": "[ 4, 1 ]" } } });
    });

    test("an error names the line of the TypeScript", async () => {
      const { result } = await run(
        "interface Point { x: number }\n\nfunction half(p: Point): number {\n  if (p.x > 1) throw new RangeError(`too far`);\n  return p.x / 2;\n}\nhalf({ x: 2 })",
      );
      expect(result).toMatchObject({ status: "error", ename: "RangeError", evalue: "too far" });
      const { traceback } = result as { traceback: string[] };
      expect(traceback.join("\n")).toMatch(
        /at half \(cell 4:4:22\)\n4 │ {3}if \(p\.x > 1\) throw.*\n.*\n {4}at cell 4:7:1$/,
      );
      expect(traceback.join("\n")).not.toContain("http");
    });

    test("a name is completed", async () => {
      const { entries } = await page.run<Completions>("complete", { code: "Math.sqr" });
      expect(entries.map(({ name }) => name)).toEqual(["sqrt", "SQRT1_2", "SQRT2"]);
    });
  });
});
