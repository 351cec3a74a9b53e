// How well the reference network 784-512-384-10 does on MNIST's test images, over seeds: mean ± standard deviation
// after 1, 5 and 20 epochs, batch 128, for the rules of the lectures.
//
//   npm run bench:accuracy [-- --seeds 5] [--epochs 1,5,20]          about a quarter of an hour on 2 cores
//   npm run bench:accuracy -- --classic                              small classic data sets beside others, see classic.mjs
//
// Each seed draws the first parameters and the order of the samples. Networks start as PyTorch's do (all parameters
// uniform in ±1/√inputs), so that its figures can be compared. Prints a Markdown table, and keeps it with every figure
// in test/output/bench/accuracy.{md,json}.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { range } from "nablab";
import { Grid } from "../../dist/sweep/grid.js";
import { meanOf, sdOf } from "../../dist/sweep/statistics.js";
import { runSweep } from "../../dist/sweep/sweep.js";
import { names } from "./accuracy-experiment.mjs";

const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "5" },
    epochs: { type: "string", default: "1,5,20" },
    classic: { type: "boolean", default: false },
    python: { type: "string" },
    help: { type: "boolean", short: "h", default: false },
  },
});
if (values.help) {
  console.log(
    "npm run bench:accuracy [-- --seeds 5] [--epochs 1,5,20] [--classic [--python VENV/bin/python]]",
  );
  process.exit();
}
if (values.classic) {
  const { classic } = await import("./classic.mjs");
  await classic({ seeds: Number(values.seeds), ...(values.python && { python: values.python }) });
  process.exit();
}
const seeds = range(Number(values.seeds));
const epochs = values.epochs.split(",").map(Number);
const results = await runSweep(
  new URL("./accuracy-experiment.mjs", import.meta.url),
  new Grid({ rule: names, seed: seeds, epochs: Math.max(...epochs) }),
  { live: false },
  {
    ended: ({ point }, { values, error }) =>
      console.error(
        `${point.rule}, seed ${point.seed}: ${error?.message ?? values.accuracy.at(-1).toFixed(2)} %`,
      ),
  },
);
if (results.failed.length > 0) process.exit(1);
const rows = results.group("rule").groups.map(({ point: { rule }, records }) => ({
  rule,
  accuracies: records.map(({ values }) => epochs.map((epoch) => values.accuracy[epoch - 1])),
}));

const cell = (column) =>
  `${meanOf(column).toFixed(2)} ± ${column.length > 1 ? sdOf(column).toFixed(2) : "–"}`;
const text = [
  `| rule | ${epochs.map((epoch) => `after ${epoch} epoch${epoch > 1 ? "s" : ""}`).join(" | ")} |`,
  `|---|${epochs.map(() => "---|").join("")}`,
  ...rows.map(
    ({ rule, accuracies }) =>
      `| ${rule} | ${epochs.map((_, i) => cell(accuracies.map((one) => one[i]))).join(" | ")} |`,
  ),
].join("\n");
console.log(text);
const output = join(import.meta.dirname, "..", "output", "bench");
mkdirSync(output, { recursive: true });
writeFileSync(join(output, "accuracy.md"), `${text}\n`);
writeFileSync(join(output, "accuracy.json"), `${JSON.stringify({ epochs, seeds, rows }, null, 2)}\n`);
