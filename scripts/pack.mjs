// Before `npm pack`: builds dist/, in a fresh clone too, and writes npm-shrinkwrap.json, so that whoever installs the package gets
// the versions that were tested. After it: removes that file, which in a clone would take precedence over package-lock.json.
// `npm run package` does all three, also where npm's ignore-scripts is on and `npm pack` would pack a package without dist/.
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { runMain } from "./lib/report.mjs";
import { mustRun, npm } from "./lib/run.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const shrinkwrap = path.join(root, "npm-shrinkwrap.json");

const after = () => rmSync(shrinkwrap, { force: true });

await runMain(async () => {
  const [when, ...options] = /^(before|after)$/.test(process.argv[2] ?? "")
    ? process.argv.slice(2)
    : ["both", ...process.argv.slice(2)];
  if (when === "after") return after();
  await before();
  if (when === "before") return;
  try {
    await npm("packing", ["pack", "--ignore-scripts", ...options], root);
    const { name, version } = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8"));
    console.log(`${name}-${version}.tgz`);
  } finally {
    after();
  }
});

async function before() {
  if (!existsSync(path.join(root, "node_modules"))) {
    await npm(
      "installing the npm packages",
      ["ci", "--ignore-scripts", "--include=dev", "--no-audit", "--no-fund"],
      root,
    );
    await npm("linking the compiler", ["rebuild", "typescript", "--ignore-scripts"], root);
  }
  await mustRun("building", process.execPath, ["scripts/build.mjs"], { cwd: root });
  const lock = JSON.parse(readFileSync(path.join(root, "package-lock.json"), "utf8"));
  const packages = Object.entries(lock.packages).filter(([, one]) => !one.dev);
  delete lock.packages[""].devDependencies;
  lock.packages = Object.fromEntries(packages);
  writeFileSync(shrinkwrap, `${JSON.stringify(lock, null, 2)}\n`);
}
