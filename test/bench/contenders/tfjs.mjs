// TensorFlow.js with its WebAssembly backend: seconds an epoch of the reference network with SGD. Prints one JSON line.
// Runs in the folder that its packages are installed in.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { settings } from "./settings.mjs";

const require = createRequire(`${process.cwd()}/`);
const tf = require("@tensorflow/tfjs");
const wasm = require("@tensorflow/tfjs-backend-wasm");
const { data, batchSize, samples } = settings();
const packageJson = require.resolve("@tensorflow/tfjs-backend-wasm/package.json");
wasm.setWasmPaths(packageJson.replace(/package.json$/, "dist/"));
await tf.setBackend("wasm");
await tf.ready();
const pixels = readFileSync(`${data}/train-images-idx3-ubyte`).subarray(16);
const labels = readFileSync(`${data}/train-labels-idx1-ubyte`).subarray(8);
const layer = (m, n) => [
  tf.variable(tf.randomNormal([m, n], 0, Math.sqrt(2 / m))),
  tf.variable(tf.zeros([n])),
];
const [[W1, b1], [W2, b2], [W3, b3]] = [layer(784, 512), layer(512, 384), layer(384, 10)];
const rule = tf.train.sgd(batchSize > 1 ? 0.1 : 0.005);
function train(start) {
  const end = start + batchSize;
  tf.tidy(() => {
    const bytes = pixels.subarray(start * 784, end * 784);
    const x = tf.tensor2d(
      Float32Array.from(bytes, (byte) => byte / 255),
      [batchSize, 784],
    );
    const y = tf.oneHot(tf.tensor1d(Int32Array.from(labels.subarray(start, end)), "int32"), 10);
    rule.minimize(() => {
      const h = tf.relu(tf.add(tf.matMul(x, W1), b1));
      const g = tf.add(tf.matMul(tf.relu(tf.add(tf.matMul(h, W2), b2)), W3), b3);
      return tf.losses.softmaxCrossEntropy(y, g).asScalar();
    });
  });
}
for (let i = 0; i < 3; i++) train(i * batchSize);
await W1.data();
const began = performance.now();
let done = 0;
for (; done + batchSize <= samples; done += batchSize) train(done);
await W1.data();
const seconds = ((performance.now() - began) / 1000) * (60_000 / done);
console.log(JSON.stringify({ seconds: [seconds], version: tf.version.tfjs, threads: 1 }));
process.exit(0);
