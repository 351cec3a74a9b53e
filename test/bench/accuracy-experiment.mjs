// The experiment of accuracy.mjs: the reference network 784-512-384-10 trained by a rule; its accuracy on the test images after
// each epoch, in per cent.
import { adagrad, adagradNorm, adam, dense, mnist, random, relu, sequential, sgd, train } from "nablab";

const rules = [
  sgd({ eta: 0.1 }),
  sgd({ eta: 0.5 }),
  adagradNorm({ eta: 1 }),
  adagrad({ eta: 0.01 }),
  adam({ eta: 0.001 }),
];

/** Their names, which are the values of the parameter `rule`. */
export const names = rules.map(String);

const data = await mnist();

export async function run({ rule, seed, epochs }) {
  const { epochs: records } = await train(network(seed), data.train, {
    rule: rules[names.indexOf(rule)],
    seed,
    epochs,
    validation: data.test,
    live: false,
  });
  return { accuracy: records.map(({ accuracy }) => 100 * accuracy) };
}

/** Networks start as PyTorch's do: all parameters uniform in ±1/√inputs. */
function network(seed) {
  const model = sequential([dense(784, 512), relu(), dense(512, 384), relu(), dense(384, 10)], { seed });
  const stream = random(seed).split("as PyTorch starts");
  for (const { A, b, inputs } of model.dense) {
    for (const { data: numbers } of [A, b]) {
      for (let i = 0; i < numbers.length; i++) numbers[i] = (2 * stream.uniform() - 1) / Math.sqrt(inputs);
    }
  }
  return model;
}
