// Runs the set-up, then every test: formatter and linter, types of tests and scripts, and unit tests, while Python's packages
// arrive; then the command line, every notebook, and Jupyter with real clients and a real browser, side by side. `npm test`
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { runMain } from "./lib/report.mjs";
import { root, setupJupyter, setupNode } from "./setup.mjs";

/** Runs a script with this Node; whether it succeeds. */
const node = (/** @type {string[]} */ ...args) =>
  new Promise((/** @type {(ok: boolean) => void} */ resolve) => {
    const child = spawn(process.execPath, args, { cwd: root, stdio: "inherit" });
    child.on("close", (status) => resolve(status === 0)).on("error", () => resolve(false));
  });

/** @type {{ file: string, seconds: number }[]} */
const times = [];

/** What failed, repeated at the end, since a run prints thousands of lines. @type {string[]} */
const failures = [];

/** Runs some projects of vitest.config.ts at a time and returns their counts. */
async function projects(/** @type {string[]} */ ...names) {
  const report = path.join(root, "test", "output", `${names[0]}.json`);
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
  rmSync(report, { force: true });
  const ok = await node(
    "node_modules/vitest/vitest.mjs",
    "run",
    ...names.map((name) => `--project=${name}`),
    ...reporters,
  );
  // A crashed runner writes no report.
  if (!existsSync(report)) return { ok: false, passed: 0, failed: 1, skipped: 0 };
  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, testResults } = JSON.parse(
    readFileSync(report, "utf8"),
  );
  for (const { name, startTime, endTime, status, message, assertionResults } of testResults) {
    const file = path.relative(root, name);
    times.push({ file, seconds: (endTime - startTime) / 1000 });
    const failed = assertionResults.filter(
      (/** @type {{ status: string }} */ one) => one.status === "failed",
    );
    for (const { fullName, failureMessages } of failed)
      failures.push(`${file}: ${fullName}\n${failureMessages.join("\n")}`);
    if (status === "failed" && failed.length === 0) failures.push(`${file}: ${message}`);
  }
  return { ok, passed: numPassedTests, failed: numFailedTests, skipped: numPendingTests + numTodoTests };
}

await runMain(async () => {
  await setupNode();
  mkdirSync(path.join(root, "test", "output"), { recursive: true });
  const jupyter = setupJupyter({ cluster: true });
  jupyter.catch(() => {}); // which is said below, after what runs meanwhile
  const [lint, types, units] = await Promise.all([
    node("node_modules/@biomejs/biome/bin/biome", "check", "."),
    node("node_modules/typescript/bin/tsc", "-p", "test"),
    projects("unit", "session"),
  ]);
  await jupyter;
  const results = [units, await projects("long", "programs", "notebooks", "jupyter")];
  const sum = (/** @type {"passed" | "failed" | "skipped"} */ what) =>
    results.reduce((n, one) => n + one[what], 0);
  if (!lint) console.log("the formatter or the linter found something, see above: npx biome check --write .");
  if (!types) console.log("the tests or the scripts have type errors, see above: npx tsc -p test");
  console.log("the slowest files:");
  for (const { file, seconds } of times.sort((a, b) => b.seconds - a.seconds).slice(0, 10))
    console.log(`  ${seconds.toFixed(1).padStart(6)} s  ${file}`);
  for (const failure of failures) console.log(`failed: ${failure}`);
  if (sum("skipped") > 0) console.log("some tests were skipped, see the notices above");
  const ok = lint && types && results.every((one) => one.ok);
  // A file that fails to load has no failed test, and must not look like success.
  const failed = Math.max(sum("failed"), ok ? 0 : 1);
  console.log(`${sum("passed")} passed, ${failed} failed, ${sum("skipped")} skipped`);
  return ok ? 0 : 1;
});
