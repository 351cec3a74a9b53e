// Three projects by what they need: `unit` needs Node alone and takes seconds; `notebooks` executes
// every notebook; `jupyter` needs .venv (real clients, a real browser). All test what ships: `dist`.
import { defineConfig } from "vitest/config";

const project = (name: string, include: string[], timeout: number) => ({
  test: { name, include, testTimeout: timeout, hookTimeout: timeout, pool: "forks" as const },
});

export default defineConfig({
  test: {
    projects: [
      project("unit", ["test/**/*.test.ts"], 30_000),
      project("notebooks", ["test/notebooks/**/*.spec.ts"], 600_000),
      project("jupyter", ["test/{kernel,browser}/**/*.spec.ts"], 600_000),
    ],
  },
});
