/**
 * A short training of a small network, which compiles in threads what the first training on a large dataset runs, and memory
 * for its samples, whose pages the threads have the system map. Both happen while the dataset is read.
 */
import { Arena, release } from "../compute/arena.js";
import { formulaOf } from "../compute/formula.js";
import { dataset } from "../data/index.js";
import { constant, dense, relu, sequential } from "../nn/index.js";
import { sgd } from "../optim/index.js";
import { type Job, makeJob } from "./job.js";

/** The message that warms a thread up; it is not answered. */
export interface WarmUp {
  warmUp: Job;
  /** Memory of whose pages the thread touches its share. */
  memory: WebAssembly.Memory;
  part: number;
  parts: number;
}

/** The steps of that training. */
const steps = 200;

/** The job of one thread: the layers, loss and rule of most networks for MNIST, and samples as sparse as its images. */
export function warmUpJob(): Job {
  const [size, width, classes, batchSize] = [256, 128, 10, 128];
  // Random weights would take longer than all the rest.
  const layer = (outputs: number) => dense(width, outputs, { init: constant(0.01) });
  const x = Uint8Array.from({ length: size * width }, (_, i) => (i % 5 === 0 ? 255 : 0));
  const y = Uint8Array.from({ length: size }, (_, i) => i % classes);
  return makeJob({
    model: sequential([layer(width), relu(), layer(width), relu(), layer(classes)]),
    loss: "crossEntropy",
    threads: 1,
    training: {
      data: dataset({ x, sampleShape: [width], scale: 1 / 255, y, classes }),
      rule: formulaOf("rule", sgd({ eta: 0.01 }))!,
      batchSize,
      epochs: (steps * batchSize) / size,
      seed: 1,
      shuffle: "each epoch",
    },
  });
}

/** The same job in memory of its own: making one takes longer. */
export function copyOf(job: Job): Job {
  const bytes = new Uint8Array(job.memory.buffer);
  const pages = bytes.length / 2 ** 16;
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
  new Uint8Array(memory.buffer).set(bytes);
  return { ...job, memory };
}

/** Memory that the next job takes, with room for so many bytes of samples and for a network. */
export function spareMemory(bytes: number): WebAssembly.Memory {
  const arena = new Arena();
  arena.reserve("Uint8Array", bytes + 2 ** 24);
  const memory = arena.allocate();
  release(memory);
  return memory;
}
