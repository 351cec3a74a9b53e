// nablab: seconds an epoch of a network, and the memory that it took. Prints one JSON line.
import { availableParallelism } from "node:os";
import { adagrad, adam, mnist, sgd, train } from "nablab";
import { networks } from "./networks.mjs";
import { settings } from "./settings.mjs";

const { batchSize, rule, samples, threads, epochs, network = "mlp", backend } = settings();
const rules = {
  sgd: () => sgd({ eta: batchSize > 1 ? 0.1 : 0.005 }),
  adagrad: () => adagrad({ eta: 0.01 }),
  adam: () => adam(),
};
const before = process.memoryUsage.rss();
const data = (await mnist()).train.take(samples);
// With all cores, train() chooses: short steps are faster on one thread.
const limit = threads < availableParallelism() ? { threads } : {};
const options = { rule: rules[rule](), batchSize, ...limit, live: false, ...(backend && { backend }) };

// Once to compile and to start the threads.
await train(networks[network](), data.take(Math.min(samples, 20 * batchSize)), options);
const run = await train(networks[network](), data, { ...options, epochs });
// The first has what comes before the first step in it.
const seconds = run.timings.map(({ seconds }) => seconds * (60_000 / samples));
console.log(
  JSON.stringify({
    seconds,
    version: run.kernels,
    threads: run.settings.threads,
    megabytes: process.resourceUsage().maxRSS / 1024 - before / 2 ** 20,
  }),
);
