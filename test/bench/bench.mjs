// How fast nablab trains the reference network 784-512-384-10 on MNIST, beside others, on this machine.
//
//   npm run bench                  nablab, and every peer that is installed
//   npm run bench -- --peers       installs the peers first, in .cache/peers (1 GB)
//   npm run bench -- --rounds 3 --only 128 --threads 2
//
// All take turns in every round, each in a process of its own, so that what else the machine does meets all of them.
// Writes test/output/bench/bench.json and bench.html.
import { execFile } from "node:child_process";
import { availableParallelism, cpus } from "node:os";
import { join } from "node:path";
import { parseArgs, promisify } from "node:util";
import { contenders, data, installPeers } from "./contenders.mjs";
import { writeReport } from "./report.mjs";
import { stepProfile } from "./step-profile.mjs";

const run = promisify(execFile);
const { values } = parseArgs({
  options: {
    peers: { type: "boolean", default: false },
    rounds: { type: "string", default: "5" },
    threads: { type: "string", default: String(availableParallelism()) },
    only: { type: "string" },
    out: { type: "string", default: join("test", "output", "bench") },
    help: { type: "boolean", short: "h", default: false },
  },
});
if (values.help) {
  console.log(
    "npm run bench [-- --peers] [--rounds 5] [--threads N] [--only 128,32,1,adagrad,adam,full] [--out test/output/bench]",
  );
  process.exit(0);
}
const rounds = Number(values.rounds);
const threads = Number(values.threads);

// Slow ones train on a part of the data; their seconds are those of an epoch all the same.
const settings = [
  { name: "128", title: "batch 128, SGD", batch: 128, rule: "sgd", samples: 60_000, epochs: 2 },
  { name: "32", title: "batch 32, SGD", batch: 32, rule: "sgd", samples: 60_000, epochs: 1 },
  { name: "1", title: "batch 1, SGD", batch: 1, rule: "sgd", samples: 12_000, epochs: 1 },
  { name: "adagrad", title: "batch 128, AdaGrad", batch: 128, rule: "adagrad", samples: 60_000, epochs: 2 },
  {
    name: "adam",
    title: "batch 128, Adam",
    batch: 128,
    rule: "adam",
    samples: 60_000,
    epochs: 2,
  },
  {
    name: "full",
    title: "all images in one step, SGD",
    batch: 60_000,
    rule: "sgd",
    samples: 60_000,
    epochs: 3,
  },
].filter(({ name }) => !values.only || values.only.split(",").includes(name));

if (values.peers) await installPeers();
const taking = contenders();
console.log(`${taking.map(({ name }) => name).join(", ")}; ${rounds} rounds, ${threads} threads`);

const results = [];
for (const setting of settings) {
  const measured = new Map();
  for (let round = 1; round <= rounds; round++) {
    for (const contender of taking) {
      if (contender.can && !contender.can(setting)) continue;
      const samples = Math.min(setting.samples, contender.most ?? Number.POSITIVE_INFINITY);
      const options = { ...setting, samples, epochs: setting.epochs, threads };
      const args = ["batch", "rule", "samples", "epochs", "threads"].flatMap((key) => [
        `--${key}`,
        options[key],
      ]);
      const { command, args: before, cwd } = contender;
      const { stdout } = await run(command, [...before, "--data", data, ...args].map(String), { cwd });
      const { seconds, version, threads: used } = JSON.parse(stdout.trim().split("\n").at(-1));
      const found = measured.get(contender.name) ?? {
        name: contender.name,
        version,
        threads: used,
        seconds: [],
      };
      found.seconds.push(...seconds);
      measured.set(contender.name, found);
    }
    process.stderr.write(`\r${setting.title}: round ${round} of ${rounds}  `);
  }
  process.stderr.write("\n");
  const summary = [...measured.values()].map(({ seconds, ...rest }) => ({
    ...rest,
    ...spread(seconds),
    seconds,
  }));
  results.push({ setting: setting.title, contenders: summary });
  const best = Math.min(...summary.map(({ median }) => median));
  for (const { name, median, least, most } of summary) {
    const digits = [median, least, most].map((s) => s.toFixed(2));
    console.log(
      `  ${name.padEnd(18)} ${digits[0]} s an epoch (${digits[1]} to ${digits[2]}), ${(median / best).toFixed(2)} x`,
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
const profile = await stepProfile();
const files = await writeReport(values.out, { machine, results, profile });
console.log(files.join("\n"));

function spread(seconds) {
  const sorted = [...seconds].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  const median = (sorted[Math.floor(middle)] + sorted[Math.ceil(middle)]) / 2;
  return { median, least: sorted[0], most: sorted.at(-1) };
}
