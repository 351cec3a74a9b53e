// Mutation testing: changes dist/FOLDER/ in one place at a time (`<` to `<=`, a sum to a difference, a condition to
// true), and counts how many of these mutants the folder's own tests kill. A seeded sample per folder keeps it to minutes.
// `npm run mutate [-- FOLDER … --sample 60 --seed 1]`
//
// Mutants are made in dist, which is what the tests import and what ships; places are reported in src.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { SourceMap } from "node:module";
import { availableParallelism } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Stryker } from "@stryker-mutator/core";
import { Instrumenter } from "@stryker-mutator/instrumenter";
import { Problem, runMain } from "./lib/report.mjs";
import { keyOf, listener } from "./mutate/sample.mjs";

/** @import { LogLevel, Mutant, MutantResult } from "@stryker-mutator/api/core" */

const root = fileURLToPath(new URL("..", import.meta.url));

/** The folders of the table in FEATURES.md, with the folders of their tests. */
const folders = new Map([
  ["optim", ["optim"]],
  ["theory", ["theory"]],
  ["train", ["train"]],
  ["engine", ["engine", "train"]],
  ["nn", ["nn"]],
  ["data", ["data"]],
  ["coursework", ["coursework"]],
  ["metrics", ["metrics"]],
  ["session", ["session", "kernel"]],
]);

const filesIn = (/** @type {string} */ folder, /** @type {string} */ ending) => {
  if (!existsSync(path.join(root, folder))) return [];
  return readdirSync(path.join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(ending))
    .map((name) => path.posix.join(folder, name.split(path.sep).join("/")))
    .sort();
};

/** All mutants that Stryker can make in these files. */
async function mutantsIn(/** @type {string[]} */ files) {
  const nothing = () => {};
  const quiet = { debug: nothing, info: nothing, warn: nothing, isDebugEnabled: () => false };
  const sources = files.map((name) => {
    return {
      name: path.join(root, name),
      mutate: true,
      content: readFileSync(path.join(root, name), "utf8"),
    };
  });
  const options = { plugins: null, excludedMutations: [], ignorers: [], noHeader: false };
  // @ts-expect-error only the methods of a logger that it uses
  const { mutants } = await new Instrumenter(quiet).instrument(sources, options);
  return mutants;
}

/**
 * A random sample of `size` mutants, or all of them, reproducible by its seed.
 *
 * @param {readonly Mutant[]} mutants
 */
function sampleOf(mutants, /** @type {number} */ size, /** @type {number} */ seed) {
  const order = mutants.map(keyOf);
  let state = seed >>> 0;
  const below = (/** @type {number} */ n) => {
    // The linear congruential generator of Numerical Recipes; the high bits are used.
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * n);
  };
  for (let i = order.length - 1; i > 0; i--) {
    const j = below(i + 1);
    [order[i], order[j]] = [/** @type {string} */ (order[j]), /** @type {string} */ (order[i])];
  }
  return order.slice(0, size);
}

/** The place of a mutant as Stryker's option `mutate` takes it: lines from 1, columns from 0. */
const placeOf = (/** @type {Mutant} */ { fileName, location: { start, end } }) =>
  `${path.relative(root, fileName)}:${start.line + 1}:${start.column}-${end.line + 1}:${end.column}`;

/** Describes a mutant of these files as they are now: its place in src, the original and the replacement. */
function describing(/** @type {string[]} */ files) {
  const texts = new Map(
    files.map((file) => [
      file,
      {
        lines: readFileSync(path.join(root, file), "utf8").split("\n"),
        map: new SourceMap(JSON.parse(readFileSync(path.join(root, `${file}.map`), "utf8"))),
      },
    ]),
  );
  const short = (/** @type {string} */ text) => {
    const even = text.replace(/\s+/g, " ");
    return even.length > 70 ? `${even.slice(0, 70)}…` : even;
  };
  return (/** @type {MutantResult} */ { fileName, location: { start, end }, replacement }) => {
    const file = fileName
      .split(path.sep)
      .join("/")
      .replace(/^.*(?=dist\/)/, "");
    const text = texts.get(file);
    if (!text) throw new Error(`no file of the folder: ${fileName}`);
    // Stryker counts lines and columns from 1 here, source maps from 0.
    const entry = text.map.findEntry(start.line - 1, start.column - 1);
    const line = "originalLine" in entry ? entry.originalLine + 1 : "?";
    const source = file.replace(/^dist/, "src").replace(/js$/, "ts");
    const lines = text.lines.slice(start.line - 1, end.line);
    lines[lines.length - 1] = (lines.at(-1) ?? "").slice(0, end.column - 1);
    lines[0] = (lines[0] ?? "").slice(start.column - 1);
    return `${source}:${line}  ${short(lines.join("\n"))}  →  ${short(replacement ?? "")}`;
  };
}

/** Tries a sample of a folder's mutants. */
async function mutate(/** @type {string} */ folder, /** @type {number} */ size, /** @type {number} */ seed) {
  // dist may contain output of an older build.
  const files = filesIn(`dist/${folder}`, ".js").filter((file) =>
    existsSync(path.join(root, file.replace(/^dist/, "src").replace(/js$/, "ts"))),
  );
  const tests = (folders.get(folder) ?? [folder]).flatMap((one) => filesIn(`test/${one}`, ".test.ts"));
  if (files.length === 0)
    throw new Problem(`dist/${folder} has no files; run npm run build, or name a folder of src`);
  if (tests.length === 0) throw new Problem(`test/${folder} has no tests to notice anything`);
  // Read before the run, which works on a copy: dist may be built again meanwhile.
  const describe = describing(files);
  const all = await mutantsIn(files);
  const sample = sampleOf(all, size, seed);
  const output = path.join(root, "test", "output", "mutate");
  mkdirSync(output, { recursive: true });
  process.env.NABLAB_TESTS = JSON.stringify(tests);
  process.env.NABLAB_MUTANTS = path.join(output, `${folder}-sample.json`);
  writeFileSync(process.env.NABLAB_MUTANTS, JSON.stringify(sample, null, 1));
  // Only these places are instrumented: a switch in every hot loop would double the time of the tests.
  const chosen = new Set(sample);
  const places = new Set(all.filter((mutant) => chosen.has(keyOf(mutant))).map(placeOf));

  const start = performance.now();
  const isMissed = (/** @type {MutantResult} */ { status }) =>
    status === "Survived" || status === "NoCoverage";
  const lineOf = (/** @type {MutantResult} */ one) =>
    `${one.status === "NoCoverage" ? "not reached  " : ""}${describe(one)}`;
  listener.onMutantTested = (result) => {
    if (isMissed(result)) console.log(`  missed: ${lineOf(result)}`);
    else if (result.status === "Timeout") console.log(`  endless: ${lineOf(result)}`);
  };
  const results = await new Stryker({
    mutate: [...places],
    testRunner: "vitest",
    vitest: { configFile: "scripts/mutate/vitest.config.ts", related: false },
    plugins: ["@stryker-mutator/vitest-runner", path.join(root, "scripts", "mutate", "sample.mjs")],
    checkers: ["sample"],
    coverageAnalysis: "perTest",
    // Without bundles, threads load the modules, mutants among them.
    ignorePatterns: [".venv", ".cache", "docs", "test/output", "test/bench", "dist/**/*.bundle.js"],
    tempDirName: ".cache/mutate",
    concurrency: availableParallelism(),
    // An endless mutant counts as killed; a slow one on a busy machine must not.
    timeoutFactor: 5,
    timeoutMS: 60_000,
    dryRunTimeoutMinutes: 60,
    // JavaScript is mutated, and AssemblyScript would not parse.
    disableTypeChecks: false,
    reporters: ["sample"],
    logLevel: /** @type {LogLevel} */ ("warn"),
    allowConsoleColors: false,
  }).runMutationTest();

  // The checker rejects all mutants outside the sample.
  const tried = results.filter(({ status }) => status !== "CompileError");
  const count = (/** @type {string[]} */ ...statuses) =>
    tried.filter(({ status }) => statuses.includes(status)).length;
  const survived = tried.filter(isMissed);
  const killed = count("Killed", "Timeout", "RuntimeError");
  const score = (100 * killed) / (killed + survived.length);
  const minutes = ((performance.now() - start) / 60_000).toFixed(1);
  console.log(
    `\n${folder}: ${killed} of ${killed + survived.length} mutants killed, ${score.toFixed(0)} % (of ${all.length}), seed ${seed}, ${minutes} min`,
  );
  for (const line of survived.map(lineOf).sort()) console.log(`  ${line}`);
  return { folder, possible: all.length, tried: killed + survived.length, killed, endless: count("Timeout") };
}

await runMain(async () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { sample: { type: "string", default: "60" }, seed: { type: "string", default: "1" } },
  });
  const [size, seed] = [Number(values.sample), Number(values.seed)];
  if (!(Number.isInteger(size) && size > 0))
    throw new Problem(`--sample must be a whole number ≥ 1, got ${values.sample}`);
  if (!(Number.isInteger(seed) && seed >= 0))
    throw new Problem(`--seed must be a whole number ≥ 0, got ${values.seed}`);
  const scores = [];
  for (const folder of positionals.length > 0 ? positionals : folders.keys()) {
    if (positionals.length === 0 && !existsSync(path.join(root, "dist", folder))) continue;
    scores.push(await mutate(folder, size, seed));
  }
  console.log(`\n| folder | mutants tried, of all | killed | score |\n|---|---|---|---|`);
  for (const { folder, possible, tried, killed, endless } of scores) {
    const also = endless > 0 ? ` (${endless} by endless loops)` : "";
    console.log(
      `| ${folder} | ${tried} of ${possible} | ${killed}${also} | ${((100 * killed) / tried).toFixed(0)} % |`,
    );
  }
});
