/**
 * Nothing that trains stands without a trajectory of PyTorch's: each exported function that makes a layer, an activation,
 * a loss, a penalty, a rule or a schedule is in one of the golden files, and its figures are compared by the tests beside
 * them.
 */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { layerKinds, lossKinds, makersOf, stepKinds } from "../makers.js";
import { chainTable } from "../optim/docs.js";

const golden = (file: string): { runs: never[] } =>
  JSON.parse(readFileSync(new URL(file, import.meta.url), "utf8"));
const trajectories: {
  activation: string;
  loss: string;
  rule: string;
  schedule?: { name: string };
  transforms?: [string][];
  losses: number[];
}[] = golden("trajectories.json").runs;
const layers: { layers: [string][]; loss: [string]; l1?: number; l2?: number; losses: number[] }[] =
  golden("layers.json").runs;
const searches: { rule: string; values: number[] }[] = golden("line_searches.json").runs;

test("every layer, activation, loss, penalty, rule and schedule stands in a trajectory of 20 steps", () => {
  const stands = new Set([
    // Every network there is of dense layers, every run keeps the average, and its rule is one of those that take eta.
    "dense",
    "averaging",
    // Every rule is a chain of links, bit for bit: test/optim/formulas.test.ts.
    "chain",
    ...Object.values(chainTable).flatMap((links) => links.map(({ link }) => link)),
    ...trajectories.flatMap(({ activation, loss, rule, schedule, transforms = [] }) => [
      activation,
      loss,
      rule,
      ...(schedule ? [schedule.name] : []),
      ...transforms.map(([name]) => name),
    ]),
    ...layers.flatMap(({ layers: all, loss: [loss], l1, l2 }) => [
      ...all.map(([name]) => name),
      loss,
      ...(l1 ? ["l1Penalty", "withPenalty"] : []),
      ...(l2 ? ["l2Penalty", "withPenalty"] : []),
    ]),
    ...searches.map(({ rule }) => rule),
  ]);
  const all = makersOf([...layerKinds, ...lossKinds, ...stepKinds]);
  expect(all.length).toBeGreaterThan(45);
  expect(all.filter((name) => !stands.has(name))).toEqual([]);
  for (const { losses } of [...trajectories, ...layers]) expect(losses.length).toBeGreaterThanOrEqual(20);
  for (const { values } of searches) expect(values.length).toBeGreaterThanOrEqual(20);
});
