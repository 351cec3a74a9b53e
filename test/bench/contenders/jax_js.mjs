// jax-js with its WebAssembly backend in Node: seconds an epoch of the reference network. Prints one JSON line. Runs in the
// folder that @jax-js/jax is installed in.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { jaxTraining } from "./jax_training.mjs";
import { settings } from "./settings.mjs";

globalThis.navigator ??= {}; // jax-js looks for navigator.gpu
const require = createRequire(`${process.cwd()}/`);
const { data, ...rest } = settings();
const pixels = readFileSync(`${data}/train-images-idx3-ubyte`).subarray(16);
const labels = readFileSync(`${data}/train-labels-idx1-ubyte`).subarray(8);
const seconds = await jaxTraining(require("@jax-js/jax"), pixels, labels, rest);
const { version } = JSON.parse(readFileSync("node_modules/@jax-js/jax/package.json", "utf8"));
console.log(JSON.stringify({ seconds: [seconds], version, threads: 1 }));
process.exit(0);
