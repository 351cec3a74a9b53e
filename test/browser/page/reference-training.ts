/**
 * The same hundred steps wherever they run: the reference network on MNIST, and the bits of what came out.
 */
import type * as Nablab from "#nablab/index.js";

export interface Trained {
  /** SHA-256 of the parameters' bytes. */
  parameters: string;
  losses: number[];
  steps: number;
  kernels: string;
  threads: number;
}

export async function referenceTraining(
  { dense, mnist, relu, sequential, sgd, train }: typeof Nablab,
  { threads }: { threads?: number } = {},
): Promise<Trained> {
  const { train: data } = await mnist();
  const layers = [dense(784, 512), relu(), dense(512, 384), relu(), dense(384, 10)];
  const net = sequential(layers, { seed: 1 });
  const run = await train(net, data.slice(0, 12_800), {
    rule: sgd({ eta: 0.1 }),
    batchSize: 128,
    epochs: 1,
    live: false,
    ...(threads !== undefined && { threads }),
  });
  return {
    parameters: await hash(net.theta),
    losses: [...run.loss],
    steps: run.steps,
    kernels: run.kernels,
    threads: run.settings.threads,
  };
}

async function hash(numbers: Float64Array): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", Float64Array.from(numbers));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
