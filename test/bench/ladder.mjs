// How the time for a sample grows: with the samples N (not at all), with the parameters M (in proportion), with the batch
// and with the threads. Rungs take turns in every round, so that what else the machine does meets all of them.
import { availableParallelism } from "node:os";
import { dense, mnist, relu, sequential, sgd, train } from "nablab";

const network = (width) =>
  sequential([dense(784, width), relu(), dense(width, width), relu(), dense(width, 10)], { seed: 1 });

/** The ladders, each with its rungs: median, least and most µs a sample over the rounds. */
export async function ladders({ rounds, threads = availableParallelism() }) {
  const data = (await mnist()).train;
  // With all cores, train() chooses: short steps are faster on one thread.
  const limit = threads < availableParallelism() ? { threads } : {};
  const plans = [
    { name: "samples N", rungs: [1875, 3750, 7500, 15_000, 30_000, 60_000], at: (samples) => ({ samples }) },
    {
      name: "parameters M",
      rungs: [64, 128, 256, 512, 1024],
      at: (width) => ({ width, samples: 7680 }),
      log: true,
      x: (width) => network(width).parameterCount,
    },
    {
      name: "batch",
      rungs: [1, 4, 16, 64, 256, 1024],
      at: (batchSize) => ({ batchSize, samples: Math.min(15_360, 1500 * batchSize) }),
      log: true,
    },
    {
      name: "threads",
      rungs: Array.from({ length: Math.min(8, threads) }, (_, i) => i + 1),
      at: (count) => ({ threads: count, samples: 7680 }),
    },
  ];
  const found = [];
  for (const { name, rungs, at, x = (rung) => rung, log = false } of plans) {
    const times = rungs.map(() => []);
    for (let round = 0; round <= rounds; round++) {
      for (const [i, rung] of rungs.entries()) {
        const { samples, width = 512, ...options } = { batchSize: 128, ...limit, ...at(rung) };
        const some = data.take(samples);
        const run = await train(network(width), some, { rule: sgd({ eta: 0.01 }), live: false, ...options });
        // The first round compiles.
        if (round > 0) times[i].push((run.seconds / samples) * 1e6);
      }
    }
    found.push({ name, log, rungs: rungs.map((rung, i) => ({ x: x(rung), ...spread(times[i]) })) });
  }
  return found;
}

/** Median, least and most. */
export function spread(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  const median = (sorted[Math.floor(middle)] + sorted[Math.ceil(middle)]) / 2;
  return { median, least: sorted[0], most: sorted.at(-1) };
}
