// nablab: seconds until 98 % of MNIST's test images are classified right, by Adam with a falling step size, for one seed.
// Prints one JSON line.
import { parseArgs } from "node:util";
import { adam, dense, mnist, polynomial, relu, sequential, train } from "nablab";

const { seed, backend } = parseArgs({
  options: {
    data: { type: "string" },
    seed: { type: "string" },
    threads: { type: "string" },
    backend: { type: "string" },
  },
}).values;
const { train: images, test } = await mnist();
const layers = [dense(784, 512), relu(), dense(512, 384), relu(), dense(384, 10)];
const network = () => sequential(layers, { seed: Number(seed) });
const epochs = 2;
const steps = epochs * Math.ceil(images.size / 128);
const options = {
  rule: adam({ eta: polynomial({ eta: 0.002, steps }) }),
  ...(backend && { backend }),
  live: false,
  seed: Number(seed),
};
// Once to compile and to start the threads.
await train(network(), images.take(2560), options);
const run = await train(network(), images, { ...options, epochs, validation: test });
console.log(
  JSON.stringify({
    seconds: run.seconds,
    accuracy: run.epochs.at(-1).accuracy,
    version: run.kernels,
    threads: run.settings.threads,
    recipe: `${run.name}, ${epochs} epochs`,
  }),
);
