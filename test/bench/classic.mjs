// Iris, wine, breast cancer, digits and diabetes, the data sets that come with scikit-learn: nablab beside PyTorch and scikit-learn, with
// the same splits, networks and rule (classic.py says which), each with its own random numbers.
//
//   npm run bench:accuracy -- --classic [--seeds 5] [--python VENV/bin/python]         some minutes, the first time with a download
//
// Without --python it makes a virtual environment in test/output/bench/classic from classic-requirements.txt. Prints a Markdown table,
// and keeps it with every figure in test/output/bench/classic.{md,json}.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  adam,
  crossEntropy,
  dataset,
  dense,
  predict,
  random,
  relu,
  sequential,
  squaredError,
  train,
} from "nablab";
import { meanOf, sdOf } from "../../dist/sweep/statistics.js";

const output = join(import.meta.dirname, "..", "output", "bench");

/** @param {{ seeds: number, python?: string }} options */
export async function classic({ seeds, python = environment() }) {
  mkdirSync(output, { recursive: true });
  const file = join(output, "classic-data.json");
  run(python, [join(import.meta.dirname, "classic.py"), file, String(seeds)]);
  const { versions, sets } = JSON.parse(readFileSync(file, "utf8"));
  const rows = [];
  for (const [name, set] of Object.entries(sets)) {
    const ways = { "nablab, from PyTorch's kind of start": asPytorch, "nablab, from its own": undefined };
    const columns = {};
    for (const [way, start] of Object.entries(ways)) {
      columns[way] = [];
      for (const [seed, split] of set.runs.entries())
        columns[way].push(await byNablab(set, split, seed, start));
    }
    columns[`PyTorch ${versions.PyTorch}`] = set.runs.map((one) => one.by_torch);
    columns[`scikit-learn ${versions["scikit-learn"]}`] = set.runs.map((one) => one.by_sklearn);
    rows.push({ name, of: set.classes ? set.runs[0].test.length : undefined, columns });
    console.error(name, JSON.stringify(columns));
  }
  const heads = Object.keys(rows[0].columns);
  const cell = (column, digits) =>
    `${meanOf(column).toFixed(digits)} ± ${column.length > 1 ? sdOf(column).toFixed(digits) : "–"}`;
  const text = [
    `| data | ${heads.join(" | ")} |`,
    `|---|${heads.map(() => "---|").join("")}`,
    ...rows.map(({ name, of, columns }) => {
      const what = of ? `${name}, wrong of ${of}` : `${name}, R²`;
      return `| ${what} | ${Object.values(columns)
        .map((column) => cell(column, of ? 1 : 3))
        .join(" | ")} |`;
    }),
  ].join("\n");
  console.log(text);
  writeFileSync(join(output, "classic.md"), `${text}\n`);
  writeFileSync(join(output, "classic.json"), `${JSON.stringify({ versions, seeds, rows }, null, 2)}\n`);
}

/** How many test samples are wrong, or R²; on the same samples as the others. */
async function byNablab({ x, y, classes }, split, seed, start) {
  const part = (indices) =>
    dataset({
      x: indices.map((i) => x[i]),
      y: indices.map((i) => y[i]),
      ...(classes ? { classes } : { kind: "targets" }),
    });
  const { data, normalisation } = part(split.train).normalise();
  const test = part(split.test).normalise(normalisation).data;
  const level = classes ? { mean: 0, sd: 1 } : momentsOf(data.y);
  const scaled = classes
    ? data
    : dataset({ x: data.x, y: data.y.map((t) => (t - level.mean) / level.sd), sampleShape: [data.features] });
  const net = sequential([dense(data.features, 32), relu(), dense(32, classes || 1)], { seed });
  start?.(net, seed);
  const loss = classes ? crossEntropy() : squaredError();
  await train(net, scaled, { rule: adam({ eta: 0.01 }), loss, batchSize: 32, epochs: 60, seed, live: false });
  const g = predict(net, test.batch(0, test.size).x);
  if (classes) return Array.from(g.argmax(1).data).filter((said, i) => said !== test.y[i]).length;
  const wanted = test.y.map((t) => (t - level.mean) / level.sd);
  const { mean } = momentsOf(wanted);
  const squares = (of) => wanted.reduce((sum, t, i) => sum + (t - of(i)) ** 2, 0);
  return 1 - squares((i) => g.data[i]) / squares(() => mean);
}

/** All parameters uniform in ±1/√inputs. */
function asPytorch(model, seed) {
  const stream = random(seed).split("as PyTorch starts");
  for (const { A, b, inputs } of model.dense) {
    for (const { data } of [A, b]) {
      for (let i = 0; i < data.length; i++) data[i] = (2 * stream.uniform() - 1) / Math.sqrt(inputs);
    }
  }
}

function momentsOf(values) {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return { mean, sd: Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length) };
}

function environment() {
  const folder = join(output, "classic");
  const python = join(folder, process.platform === "win32" ? "Scripts/python.exe" : "bin/python");
  if (!existsSync(join(folder, "ready"))) {
    mkdirSync(output, { recursive: true });
    run("python3", ["-m", "venv", folder]);
    run(python, ["-m", "pip", "install", "-q", "-r", join(import.meta.dirname, "classic-requirements.txt")]);
    writeFileSync(join(folder, "ready"), "");
  }
  return python;
}

function run(program, args) {
  const { status, error } = spawnSync(program, args, { stdio: ["ignore", 2, 2] });
  if (status !== 0)
    throw new Error(`${program} ${args.join(" ")} failed: ${error?.message ?? `status ${status}`}`);
}
