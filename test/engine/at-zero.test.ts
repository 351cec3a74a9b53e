/** Which slope the threads take of a bent activation exactly where it is bent. */
import { dataset, dense, prelu, relu, sequential, sgd, squaredError, train } from "nablab";
import { expect, test } from "vitest";

test.each([
  ["prelu, whose z > 0 alone passes unchanged", prelu({ slope: 0.25 }), 0.25],
  ["relu", relu(), 0],
])("%s", async (_, activation, slope) => {
  const net = sequential([dense(1, 1), activation, dense(1, 1)], { seed: 1 });
  const last = net.theta.length;
  // A[1] = b[1] = 0, so z = 0 for every sample; A[2] = 1, b[2] = 0.
  net.theta[0] = net.theta[1] = net.theta[last - 1] = 0;
  net.theta[last - 2] = 1;
  const data = dataset({ x: [[1]], y: [1] });
  await train(net, data, {
    loss: squaredError(),
    rule: sgd({ eta: 0.5 }),
    batchSize: 1,
    epochs: 1,
    live: false,
  });
  const [moved, movedLast] = [net.theta[1]!, net.theta[last - 1]!];
  expect(movedLast).toBeGreaterThan(0);
  expect(moved / movedLast).toBe(slope);
});
