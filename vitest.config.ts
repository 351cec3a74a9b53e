// Six projects by what they need: `unit` and `session` need Node alone and take a minute; `long`, the files named `….long.test.ts`,
// takes longer: grids of shapes, laws over hundreds of seeds, files of 600 MB; `programs` starts the command line, and
// typedoc, again and again; `notebooks` executes every notebook; `jupyter` needs .venv (real clients, a real browser).
// All test what ships: `dist`.
import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

const cores = availableParallelism();

// Time limits end what hangs; they are far above what a busy machine takes.
const project = (name: string, include: string[], timeout: number, more: object = {}) => ({
  test: {
    name,
    include,
    testTimeout: timeout,
    hookTimeout: timeout,
    // The default is a second, in which a busy machine may not even start a program.
    expect: { poll: { timeout: 30_000 } },
    pool: "forks" as const,
    // With a process on each core, V8's threads for collecting garbage wait for each other: on a busy machine the tests of
    // layers took three times the processor time.
    execArgv: ["--single-threaded-gc"],
    // One file per core; by default vitest reserves one core, half of two.
    maxWorkers: cores,
    ...more,
    // As many concurrent tests of a file; most of the programs they start keep a core busy.
    maxConcurrency: cores,
    // What is built runs as Node runs it, not rewritten by the test runner: a notebook cell, a worker and a
    // test then share one instance of each module. The console stays Node's for the same reason.
    server: { deps: { external: [/\/dist\//] } },
    disableConsoleIntercept: true,
    setupFiles: ["test/properties.ts"],
  },
});

/**
 * The long files first, so that none is left alone at the end; those that start several processes at a time (graders,
 * notebooks) in turn with those that often wait for a browser. Start order, all others after them.
 */
const first = [
  "notebooks/notebooks",
  "browser/lab",
  "coursework/cluster",
  "browser/site",
  "coursework/not-zero",
  "browser/lectures",
  "coursework/grading",
  "browser/live-lectures",
  "coursework/class",
  "browser/charts",
  "coursework/hostile",
  "same-bits",
  "cli/dask",
  "browser/lite",
  "cli/sweep",
  "contributing",
  "notebooks/examples",
  "kernel/graded-session",
  "kernel/clients",
].map((name) => `/test/${name}.spec.ts`);

class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification): number => {
      const at = first.findIndex((name) => moduleId.endsWith(name));
      return at < 0 ? first.length : at;
    };
    return (await super.sort(files)).sort((a, b) => place(a) - place(b));
  }
}

export default defineConfig({
  test: {
    sequence: { sequencer: LongFirst },
    projects: [
      // A process for each worker, not for each file: loading nablab and TypeScript again was half of the processor time of
      // twenty small files (13.0 s, now 6.4), and a third of that of eight files of sessions (19.0 s, now 13.5). A session takes
      // over its process's console and signals until it is closed: its files have processes apart from the others'.
      project("unit", ["test/**/*.test.ts"], 120_000, {
        exclude: ["test/kernel/**", "test/**/*.long.test.ts"],
        isolate: false,
      }),
      project("session", ["test/kernel/**/*.test.ts"], 120_000, { isolate: false }),
      project("long", ["test/**/*.long.test.ts"], 300_000, { isolate: false }),
      project("programs", ["test/cli/**/*.spec.ts", "test/*.spec.ts"], 300_000),
      project("notebooks", ["test/notebooks/**/*.spec.ts"], 600_000),
      project("jupyter", ["test/{kernel,browser,coursework}/**/*.spec.ts"], 600_000),
    ],
  },
});
