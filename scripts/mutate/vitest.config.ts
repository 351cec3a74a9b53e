// The tests of one folder, which Stryker runs for each mutant.
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const reached = fileURLToPath(new URL("reached.mjs", import.meta.url));

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
    // Threads inherit the arguments, processes the environment.
    execArgv: ["--import", reached],
    env: { NODE_OPTIONS: `--import ${reached}` },
    // Stryker ends endless mutants.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    server: { deps: { external: [/\/dist\//] } },
    disableConsoleIntercept: true,
  },
});
