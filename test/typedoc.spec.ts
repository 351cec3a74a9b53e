/** The API reference (`npm run docs`) is made without a warning: no broken link, no parameter that is not there. */
import { join } from "node:path";
import { Application } from "typedoc";
import { expect, test } from "vitest";

test("typedoc has nothing to say", async () => {
  const root = join(import.meta.dirname, "..");
  const warnings: string[] = [];
  const app = await Application.bootstrapWithPlugins({
    options: join(root, "typedoc.json"),
    tsconfig: join(root, "tsconfig.json"),
    logLevel: "None",
  });
  for (const level of ["warn", "error"] as const) {
    app.logger[level] = (message: string) => void warnings.push(message);
  }
  const project = await app.convert();
  app.validate(project!);
  expect(warnings).toEqual([]);
  expect(project!.children!.length).toBeGreaterThan(100);
});
