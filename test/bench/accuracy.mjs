// How well the reference network 784-512-384-10 does on MNIST's test images, over seeds: mean ± standard deviation
// after 1, 5 and 20 epochs, batch 128, for the rules of the lectures.
//
//   npm run bench:accuracy [-- --seeds 5] [--epochs 1,5,20]          about a quarter of an hour on 2 cores
//
// Each seed draws the first parameters and the order of the samples. Networks start as PyTorch's do (all parameters
// uniform in ±1/√inputs), so that its figures can be compared. Prints a Markdown table, and keeps it with every figure
// in test/output/bench/accuracy.{md,json}.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { adagrad, adagradNorm, adam, dense, mnist, random, relu, sequential, sgd, train } from "nablab";

const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "5" },
    epochs: { type: "string", default: "1,5,20" },
    help: { type: "boolean", short: "h", default: false },
  },
});
if (values.help) {
  console.log("npm run bench:accuracy [-- --seeds 5] [--epochs 1,5,20]");
  process.exit();
}
const seeds = Array.from({ length: Number(values.seeds) }, (_, seed) => seed);
const epochs = values.epochs.split(",").map(Number);
const rules = [
  sgd({ eta: 0.1 }),
  sgd({ eta: 0.5 }),
  adagradNorm({ eta: 1 }),
  adagrad({ eta: 0.01 }),
  adam({ eta: 0.001 }),
];
const data = await mnist();

function network(seed) {
  const model = sequential([dense(784, 512), relu(), dense(512, 384), relu(), dense(384, 10)], { seed });
  const stream = random(seed).split("as PyTorch starts");
  for (const { A, b, inputs } of model.dense) {
    for (const { data: numbers } of [A, b]) {
      for (let i = 0; i < numbers.length; i++) numbers[i] = (2 * stream.uniform() - 1) / Math.sqrt(inputs);
    }
  }
  return model;
}

const rows = [];
for (const rule of rules) {
  const accuracies = [];
  for (const seed of seeds) {
    const { epochs: records } = await train(network(seed), data.train, {
      rule,
      seed,
      epochs: Math.max(...epochs),
      validation: data.test,
      live: false,
    });
    accuracies.push(epochs.map((epoch) => 100 * records[epoch - 1].accuracy));
    console.error(
      `${rule}, seed ${seed}: ${accuracies
        .at(-1)
        .map((a) => a.toFixed(2))
        .join(" / ")} %`,
    );
  }
  rows.push({ rule: String(rule), accuracies });
}

const cell = (column) => {
  const mean = column.reduce((sum, value) => sum + value, 0) / column.length;
  const squares = column.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return `${mean.toFixed(2)} ± ${Math.sqrt(squares / Math.max(1, column.length - 1)).toFixed(2)}`;
};
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
