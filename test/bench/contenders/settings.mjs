// The options of a contender: --data DIR --batch 128 --rule sgd --samples 60000 --threads 2 --epochs 2 [--network mlp]
// [--backend wasm]
import { parseArgs } from "node:util";

export function settings() {
  const names = ["data", "batch", "rule", "samples", "threads", "epochs", "network", "backend"];
  const options = Object.fromEntries(names.map((name) => [name, { type: "string" }]));
  const { data, batch, rule, samples, threads, epochs, network, backend } = parseArgs({ options }).values;
  return {
    data,
    batchSize: Number(batch),
    rule,
    samples: Number(samples),
    threads: Number(threads),
    epochs: Number(epochs),
    network,
    backend,
  };
}
