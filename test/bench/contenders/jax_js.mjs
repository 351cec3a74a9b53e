// jax-js with its WebAssembly backend, the step compiled: seconds an epoch of the reference network with SGD. Prints
// one JSON line. Runs in the folder that @jax-js/jax is installed in.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { settings } from "./settings.mjs";

globalThis.navigator ??= {}; // jax-js looks for navigator.gpu
const require = createRequire(`${process.cwd()}/`);
const { numpy: np, grad, jit, nn, init, defaultDevice } = require("@jax-js/jax");
const { data, batchSize, samples } = settings();
await init();
defaultDevice("wasm");
const pixels = readFileSync(`${data}/train-images-idx3-ubyte`).subarray(16);
const labels = readFileSync(`${data}/train-labels-idx1-ubyte`).subarray(8);
const normal = () => Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random());
const weights = (m, n) =>
  np.array(Float32Array.from({ length: m * n }, () => normal() * Math.sqrt(2 / m))).reshape([m, n]);
let theta = {
  W1: weights(784, 512),
  b1: np.zeros([512]),
  W2: weights(512, 384),
  b2: np.zeros([384]),
  W3: weights(384, 10),
  b3: np.zeros([10]),
};
const loss = ({ W1, b1, W2, b2, W3, b3 }, x, y) => {
  const h = nn.relu(np.matmul(x, W1).add(b1));
  const g = np.matmul(nn.relu(np.matmul(h, W2).add(b2)), W3).add(b3);
  return nn
    .logSoftmax(g)
    .mul(y)
    .sum()
    .mul(-1 / batchSize);
};
const eta = batchSize > 1 ? 0.1 : 0.005;
const names = Object.keys(theta);
const step = jit((p, x, y) => {
  const gradient = grad(loss)(Object.fromEntries(names.map((name) => [name, p[name].ref])), x, y);
  return Object.fromEntries(names.map((name) => [name, p[name].sub(gradient[name].mul(eta))]));
});
function train(start) {
  const x = Float32Array.from(pixels.subarray(start * 784, (start + batchSize) * 784), (byte) => byte / 255);
  const y = new Float32Array(batchSize * 10);
  for (let i = 0; i < batchSize; i++) y[10 * i + labels[start + i]] = 1;
  theta = step(theta, np.array(x).reshape([batchSize, 784]), np.array(y).reshape([batchSize, 10]));
}
for (let i = 0; i < 3; i++) train(i * batchSize);
await theta.W1.ref.data();
const began = performance.now();
let done = 0;
for (; done + batchSize <= samples; done += batchSize) train(done);
await theta.W1.ref.data();
const seconds = ((performance.now() - began) / 1000) * (60_000 / done);
const { version } = JSON.parse(readFileSync("node_modules/@jax-js/jax/package.json", "utf8"));
console.log(JSON.stringify({ seconds: [seconds], version, threads: 1 }));
process.exit(0);
