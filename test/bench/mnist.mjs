// Seconds per epoch of the reference network 784-512-384-10 on all of MNIST: the least and the median of some repeats, one
// JSON line for each setting. `npm run bench` [-- --repeats 5 --threads 1,2 --batch 128]
import { availableParallelism, cpus } from "node:os";
import { parseArgs } from "node:util";
import { adagrad, adagradNorm, dense, mnist, relu, sequential, sgd, train } from "nablab";

const { values } = parseArgs({
  options: {
    repeats: { type: "string", default: "3" },
    threads: { type: "string", default: [...new Set([1, availableParallelism()])].join() },
    batch: { type: "string", default: "128" },
  },
});
const repeats = Number(values.repeats);
const { train: data } = await mnist();
const network = () =>
  sequential([dense(784, 512), relu(), dense(512, 384), relu(), dense(384, 10)], { seed: 1 });

console.log(JSON.stringify({ cpu: cpus()[0]?.model, cores: availableParallelism(), node: process.version }));
for (const batchSize of values.batch.split(",").map(Number)) {
  for (const threads of values.threads.split(",").map(Number)) {
    for (const rule of [sgd({ eta: 0.1 }), adagradNorm(), adagrad()]) {
      const seconds = [];
      let kernels = "";
      for (let i = 0; i < repeats; i++) {
        const run = await train(network(), data, { rule, batchSize, threads, live: false });
        seconds.push(run.seconds);
        kernels = run.kernels;
      }
      seconds.sort((a, b) => a - b);
      const [least, median] = [seconds[0], seconds[Math.floor(repeats / 2)]].map((s) => Number(s.toFixed(3)));
      console.log(JSON.stringify({ rule: rule.name, batchSize, threads, kernels, least, median }));
    }
  }
}
