// The tests of one folder, which Stryker runs for each mutant.
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type Reporter, type TestSpecification, type Vitest } from "vitest/node";

const reached = fileURLToPath(new URL("reached.mjs", import.meta.url));

/**
 * For a mutant all files share a process, which loads TypeScript and nablab once, and the shortest come first, as the first
 * failure ends the run. What a file reaches is found in a process of its own.
 */
class ShortFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    for (const project of this.ctx.projects)
      project.config.isolate = (project.getProvidedContext() as { mode?: string }).mode !== "mutant";
    return (await super.sort(files)).reverse();
  }
}

/** Stryker counts failed tests; of a file that fails before it has any it would say that the mutant survived. */
function failsWithoutTests(): Reporter {
  let vitest: Vitest;
  return {
    onInit(started) {
      vitest = started;
    },
    onTestModuleEnd(file) {
      if (file.children.size > 0) return;
      for (const error of file.errors()) vitest.state.catchError(error, "a file of tests failed");
    },
  };
}

export default defineConfig({
  plugins: [
    {
      name: "processes",
      // As in vitest.config.ts; Stryker asks for threads, which have no signals and no working folder of their own.
      configureVitest({ project }) {
        project.config.pool = "forks";
      },
    },
  ],
  test: {
    include: JSON.parse(process.env.NABLAB_TESTS ?? "[]"),
    setupFiles: ["scripts/mutate/workers.ts"],
    sequence: { sequencer: ShortFirst },
    reporters: [failsWithoutTests()],
    // Threads inherit the arguments, processes the environment.
    execArgv: ["--import", reached, "--single-threaded-gc"],
    env: { NODE_OPTIONS: `--import ${reached}` },
    // Stryker ends endless mutants.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    server: { deps: { external: [/\/dist\//] } },
    disableConsoleIntercept: true,
  },
});
