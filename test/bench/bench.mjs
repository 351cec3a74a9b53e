// How fast nablab trains on MNIST, beside others, on this machine: seconds an epoch of the reference network
// 784-512-384-10 and of one like LeNet, seconds to 98 %, a matrix product, and how the time of a sample grows.
//
//   npm run bench                  nablab, and every peer that is installed
//   npm run bench -- --peers       installs the peers first, in .cache/peers (1 GB)
//   npm run bench -- --browser     also in Chromium: nablab, and jax-js if it is installed
//   npm run bench -- --rounds 3 --only 128,lenet --threads 2
//   npm run bench -- --sweep       what a sweep costs beyond its points, alone (sweep.mjs)
//   npm run bench -- --controls    how soon the controls of the lectures answer, alone (controls.mjs)
//   npm run bench -- --start       how soon a kernel is there and what memory it takes, alone (kernel/start.mjs)
//   npm run bench -- --site        how soon a site's pages and its JupyterLab answer in Chromium, alone (site.mjs)
//
// All take turns in every round, each in a process of its own, so that what else the machine does meets all of them.
// Writes test/output/bench/bench.json and bench.html.
import { execFile } from "node:child_process";
import { availableParallelism, cpus } from "node:os";
import { join } from "node:path";
import { parseArgs, promisify } from "node:util";
import {
  data,
  epochContenders,
  installPeers,
  productContenders,
  toAccuracyContenders,
} from "./contenders.mjs";
import { ladders, spread } from "./ladder.mjs";
import { writeReport } from "./report.mjs";
import { stepProfile } from "./step-profile.mjs";

const run = promisify(execFile);
// Each epoch of a training is a figure, for every contender; the first of a process, which warms up, counts as any other.
// Slow ones train on a part of the data (`others` at most); their seconds are those of an epoch all the same.
const settings = [
  { name: "128", title: "batch 128, SGD", batch: 128, rule: "sgd", samples: 60_000, epochs: 10 },
  { name: "32", title: "batch 32, SGD", batch: 32, rule: "sgd", samples: 60_000, epochs: 10 },
  { name: "1", title: "batch 1, SGD", batch: 1, rule: "sgd", samples: 60_000, others: 6000, epochs: 1 },
  { name: "adagrad", title: "batch 128, AdaGrad", batch: 128, rule: "adagrad", samples: 60_000, epochs: 10 },
  { name: "adam", title: "batch 128, Adam", batch: 128, rule: "adam", samples: 60_000, epochs: 10 },
  {
    name: "full",
    title: "all images in one step, SGD",
    batch: 60_000,
    rule: "sgd",
    samples: 60_000,
    epochs: 3,
  },
  {
    name: "lenet",
    title: "a network like LeNet, batch 128, SGD",
    batch: 128,
    rule: "sgd",
    samples: 60_000,
    epochs: 1,
    network: "lenet",
  },
];
const others = ["98", "matmul", "ladders", "profile"];
const { values } = parseArgs({
  options: {
    peers: { type: "boolean", default: false },
    browser: { type: "boolean", default: false },
    rounds: { type: "string", default: "5" },
    threads: { type: "string", default: String(availableParallelism()) },
    only: { type: "string" },
    sweep: { type: "boolean", default: false },
    start: { type: "boolean", default: false },
    site: { type: "boolean", default: false },
    controls: { type: "boolean", default: false },
    notebooks: { type: "string" },
    node: { type: "string", default: process.execPath },
    points: { type: "string", default: "10000" },
    "dask-points": { type: "string", default: "2000" },
    out: { type: "string", default: join("test", "output", "bench") },
    help: { type: "boolean", short: "h", default: false },
  },
});
const names = [...settings.map(({ name }) => name), ...others];
const chosen = values.only?.split(",") ?? names;
const unknown = chosen.find((name) => !names.includes(name));
if (values.help || unknown !== undefined) {
  if (unknown !== undefined) console.error(`bench: there is no "${unknown}" to measure`);
  console.log(
    `npm run bench [-- --peers] [--browser] [--rounds 5] [--threads N] [--only ${names.join(",")}] [--out test/output/bench] | --sweep [--points 10000] [--dask-points 2000] | --start [--rounds 5] [--node PATH] | --controls [--notebooks 03,05] [--rounds 5] | --site [--rounds 5]`,
  );
  process.exit(unknown === undefined ? 0 : 2);
}
if (values.sweep) {
  const { benchSweep } = await import("./sweep.mjs");
  await benchSweep({ points: Number(values.points), daskPoints: Number(values["dask-points"]) });
  process.exit();
}
const rounds = Number(values.rounds);
if (values.site) {
  const { benchSite } = await import("./site.mjs");
  await benchSite({ rounds, out: values.out });
  process.exit();
}
if (values.start) {
  const { benchStart } = await import("./kernel/start.mjs");
  await benchStart({ rounds, out: values.out, node: values.node });
  process.exit();
}
if (values.controls) {
  const { benchControls } = await import("./controls.mjs");
  process.exit((await benchControls({ notebooks: values.notebooks, rounds, out: values.out })) ? 1 : 0);
}
const threads = Number(values.threads);

if (values.peers) await installPeers();
console.log(
  `${epochContenders(values.browser)
    .map(({ name }) => name)
    .join(", ")}; ${rounds} rounds, ${threads} threads`,
);

/** Lets contenders take turns; returns what each found, round by round. One that fails is left out, and why is said. */
async function inTurn(title, contenders, argumentsOf) {
  const found = new Map(contenders.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const { name, command, args, cwd } of contenders.filter((one) => found.has(one.name))) {
      const options = Object.entries({ data, threads, ...argumentsOf(name, round) });
      const given = options.flatMap(([key, value]) => [`--${key}`, String(value)]);
      try {
        const { stdout } = await run(command, [...args, ...given], { cwd });
        found.get(name).push(JSON.parse(stdout.trim().split("\n").at(-1)));
      } catch (error) {
        found.delete(name);
        console.error(
          `${title}: ${name} failed and is left out: ${String(error.stderr ?? error)
            .trim()
            .slice(-500)}`,
        );
      }
    }
    if (process.stderr.isTTY) process.stderr.write(`\r${title}: round ${round + 1} of ${rounds}  `);
  }
  if (process.stderr.isTTY) process.stderr.write("\n");
  return [...found];
}

const results = [];
for (const { title, name: _, others, ...setting } of settings.filter(({ name }) => chosen.includes(name))) {
  const taking = epochContenders(values.browser).filter(({ can }) => !can || can(setting));
  const most = new Map(
    taking.map(({ name, most = Infinity, own }) => [
      name,
      own ? Infinity : Math.min(most, others ?? Infinity),
    ]),
  );
  const found = await inTurn(title, taking, (name) => ({
    ...setting,
    samples: Math.min(setting.samples, most.get(name)),
  }));
  const summary = found.map(([name, all]) => ({
    name,
    version: all[0].version,
    threads: all[0].threads,
    ...spread(all.flatMap(({ seconds }) => seconds)),
    ...(all[0].megabytes && { megabytes: Math.max(...all.map(({ megabytes }) => megabytes)) }),
    seconds: all.flatMap(({ seconds }) => seconds),
  }));
  results.push({ setting: title, unit: "s an epoch", contenders: summary });
  say(title, summary, "s an epoch");
}
if (chosen.includes("98")) {
  const title = "98 % of the test images";
  const found = await inTurn(title, toAccuracyContenders(values.browser), (_, seed) => ({ seed }));
  const summary = found.map(([name, all]) => ({
    name,
    version: all[0].version,
    threads: all[0].threads,
    recipe: all[0].recipe,
    "mean accuracy": all.reduce((sum, { accuracy }) => sum + accuracy, 0) / all.length,
    ...spread(all.map(({ seconds }) => seconds)),
    seconds: all.map(({ seconds }) => seconds),
  }));
  results.push({ setting: `${title}, a seed each round`, unit: "s", contenders: summary });
  say(title, summary, "s");
}
if (chosen.includes("matmul")) {
  const title = "the product of two float32 matrices of 1024 × 1024, one thread";
  const found = await inTurn(title, productContenders(), () => ({}));
  const summary = found.map(([name, all]) => ({
    name,
    version: all[0].version,
    threads: 1,
    ...spread(all.flatMap(({ gflops }) => gflops)),
  }));
  results.push({ setting: title, unit: "GFLOP/s (more is better)", contenders: summary });
  say(title, summary, "GFLOP/s");
}

/** Prints a row for each contender, with its ratio to PyTorch, or to the first. */
function say(title, summary, unit) {
  console.log(title);
  const base = summary.find(({ name }) => name === "PyTorch") ?? summary[0];
  for (const { name, median, least, most, ...rest } of summary) {
    const [a, b, c] = [median, least, most].map((s) => s.toPrecision(3));
    const also = rest["mean accuracy"]
      ? `, ${(100 * rest["mean accuracy"]).toFixed(2)} % by ${rest.recipe}`
      : "";
    console.log(
      `  ${name.padEnd(18)} ${a} ${unit} (${b} to ${c}), ${(median / base.median).toFixed(2)} × ${base.name}${also}`,
    );
  }
}

const machine = {
  cpu: cpus()[0]?.model,
  cores: availableParallelism(),
  node: process.version,
  rounds,
  threads,
};
const grown = chosen.includes("ladders") ? await ladders({ rounds, threads }) : [];
for (const { name, rungs } of grown) {
  console.log(
    `µs a sample by ${name}: ${rungs.map(({ x, median }) => `${x}: ${median.toPrecision(3)}`).join(", ")}`,
  );
}
const profile = chosen.includes("profile") ? await stepProfile() : [];
const files = await writeReport(values.out, { machine, results, ladders: grown, profile });
console.log(files.join("\n"));
