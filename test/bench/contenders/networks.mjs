// The networks that are trained: the reference network, and one like LeNet.
import { conv2d, dense, flatten, maxPool2d, relu, sequential } from "nablab";

export const networks = {
  mlp: () => sequential([dense(784, 512), relu(), dense(512, 384), relu(), dense(384, 10)], { seed: 1 }),
  lenet: () =>
    sequential(
      [
        ...[
          conv2d(1, 6, { kernel: 5 }),
          relu(),
          maxPool2d(2),
          conv2d(6, 16, { kernel: 5 }),
          relu(),
          maxPool2d(2),
        ],
        ...[flatten(), dense(256, 120), relu(), dense(120, 84), relu(), dense(84, 10)],
      ],
      { seed: 1, input: [1, 28, 28] },
    ),
};
