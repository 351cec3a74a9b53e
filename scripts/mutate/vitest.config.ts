// The tests of one folder, as Stryker runs them for one mutant after another.
import { defineConfig } from "vitest/config";

export default defineConfig({
  plugins: [
    {
      name: "processes",
      // As in vitest.config.ts; Stryker asks for threads, in which a process's own signals and folder are not there.
      configureVitest({ project }) {
        project.config.pool = "forks";
      },
    },
  ],
  test: {
    include: JSON.parse(process.env.NABLAB_TESTS ?? "[]"),
    setupFiles: ["scripts/mutate/workers.ts"],
    // Mutants that run for ever are ended by Stryker.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    server: { deps: { external: [/\/dist\//] } },
    disableConsoleIntercept: true,
  },
});
