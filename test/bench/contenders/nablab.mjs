// nablab: seconds an epoch of the reference network. Prints one JSON line.
import { availableParallelism } from "node:os";
import { adagrad, adam, dense, mnist, relu, sequential, sgd, train } from "nablab";
import { settings } from "./settings.mjs";

const { batchSize, rule, samples, threads, epochs, backend = "wasm" } = settings();
const rules = {
  sgd: () => sgd({ eta: batchSize > 1 ? 0.1 : 0.005 }),
  adagrad: () => adagrad({ eta: 0.01 }),
  adam: () => adam(),
};
const network = () =>
  sequential([dense(784, 512), relu(), dense(512, 384), relu(), dense(384, 10)], { seed: 1 });
const data = (await mnist()).train.take(samples);
// With all cores, train() chooses: short steps are faster on one thread.
const limit = threads < availableParallelism() ? { threads } : {};
const options = { rule: rules[rule](), batchSize, ...limit, live: false, backend };

// Once to compile and to start the threads.
await train(network(), data.take(Math.min(samples, 20 * batchSize)), options);
const run = await train(network(), data, { ...options, epochs });
const seconds = (run.seconds / epochs) * (60_000 / samples);
console.log(JSON.stringify({ seconds: [seconds], version: run.kernels, threads: run.settings.threads }));
