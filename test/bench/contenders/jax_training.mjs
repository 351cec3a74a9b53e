// The reference network in jax-js, the step compiled, for Node and for a browser.

/**
 * Seconds an epoch of 60,000 images, from `samples` of them.
 *
 * @param {any} jax the module @jax-js/jax
 * @param {Uint8Array} pixels
 * @param {Uint8Array} labels
 * @param {{ batchSize: number, samples: number, rule: "sgd" | "adam" }} settings
 */
export async function jaxTraining(jax, pixels, labels, { batchSize, samples, rule }) {
  const { numpy: np, grad, jit, nn, init, defaultDevice } = jax;
  await init();
  defaultDevice("wasm");
  const normal = () => Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random());
  const weights = (m, n) =>
    np.array(Float32Array.from({ length: m * n }, () => normal() * Math.sqrt(2 / m))).reshape([m, n]);
  const shapes = { W1: [784, 512], b1: [512], W2: [512, 384], b2: [384], W3: [384, 10], b3: [10] };
  const names = Object.keys(shapes);
  const zeros = () => Object.fromEntries(names.map((name) => [name, np.zeros(shapes[name])]));
  let theta = Object.fromEntries(
    names.map((name) => [name, name.startsWith("W") ? weights(...shapes[name]) : np.zeros(shapes[name])]),
  );
  const loss = ({ W1, b1, W2, b2, W3, b3 }, x, y) => {
    const h = nn.relu(np.matmul(x, W1).add(b1));
    const g = np.matmul(nn.relu(np.matmul(h, W2).add(b2)), W3).add(b3);
    return nn
      .logSoftmax(g)
      .mul(y)
      .sum()
      .mul(-1 / batchSize);
  };
  const gradient = (p, x, y) =>
    grad(loss)(Object.fromEntries(names.map((name) => [name, p[name].ref])), x, y);
  const eta = batchSize > 1 ? 0.1 : 0.005;
  const sgd = jit((p, x, y) => {
    const g = gradient(p, x, y);
    return Object.fromEntries(names.map((name) => [name, p[name].sub(g[name].mul(eta))]));
  });
  // Adam as PyTorch has it; its two corrections are given, so that the compiled step is one for all k.
  const adam = jit((p, m, v, x, y, first, second) => {
    const g = gradient(p, x, y);
    const next = { p: {}, m: {}, v: {} };
    for (const name of names) {
      const mean = m[name].mul(0.9).add(g[name].ref.mul(0.1));
      const square = v[name].mul(0.999).add(g[name].ref.mul(g[name]).mul(0.001));
      const root = np.sqrt(square.ref.mul(second.ref)).add(1e-8);
      next.p[name] = p[name].sub(mean.ref.mul(first.ref).div(root).mul(1e-3));
      next.m[name] = mean;
      next.v[name] = square;
    }
    first.dispose?.();
    second.dispose?.();
    return next;
  });
  let [m, v, k] = [zeros(), zeros(), 0];
  function train(start) {
    const x = Float32Array.from(
      pixels.subarray(start * 784, (start + batchSize) * 784),
      (byte) => byte / 255,
    );
    const y = new Float32Array(batchSize * 10);
    for (let i = 0; i < batchSize; i++) y[10 * i + labels[start + i]] = 1;
    const [X, Y] = [np.array(x).reshape([batchSize, 784]), np.array(y).reshape([batchSize, 10])];
    if (rule === "sgd") {
      theta = sgd(theta, X, Y);
      return;
    }
    k++;
    const correction = (beta) => np.array(Float32Array.of(1 / (1 - beta ** k))).reshape([]);
    ({ p: theta, m, v } = adam(theta, m, v, X, Y, correction(0.9), correction(0.999)));
  }
  for (let i = 0; i < 3; i++) train(i * batchSize);
  await theta.W1.ref.data();
  const began = performance.now();
  let done = 0;
  for (; done + batchSize <= samples; done += batchSize) train(done);
  await theta.W1.ref.data();
  return ((performance.now() - began) / 1000) * (60_000 / done);
}
