/**
 * What is no answer gets no points: in the place of each answer of the assignments stand functions that know nothing of the
 * task, and its tests, visible and hidden, run as they are graded.
 */
import { describe, expect, test } from "vitest";
import { idOf } from "./course.js";
import { GradedCells, isAnswer, isTest } from "./graded-cells.js";
import { assignments, type SourceCell, sourceOf } from "./source.js";

/** Bodies of functions with the arguments `all`; `right` is the right answer, of which they take the form alone. */
const cheats: Readonly<Record<string, string>> = {
  "its first argument": "return all[0];",
  "its last argument": "return all.at(-1);",
  "nothing at all": "return;",
  "0": "return 0;",
  "1": "return 1;",
  NaN: "return NaN;",
  true: "return true;",
  false: "return false;",
  "an empty list": "return [];",
  "zeros of the right shape": "return filled(right, all, 0);",
  "ones of the right shape": "return filled(right, all, 1);",
  "NaN of the right shape": "return filled(right, all, NaN);",
  "an error": 'throw new Error("no");',
  "an error that names every option": 'throw new RangeError("eta, c");',
  "a proxy of anything": "return anything;",
  "an object that is another number each time": "return counting();",
  "a promise of the right answer": "return (async () => right(...all))();",
  "a generator of the right answer": "return (function* () { yield right(...all); })();",
  "the right answer as text": "return String(right(...all));",
  "what the visible tests expect": "return replayed(name, all);",
};

/** Those that earned points when the tests were first tried; `NABLAB_ALL_SUBMISSIONS=1` tries all. */
const first = [
  "its first argument",
  "zeros of the right shape",
  "ones of the right shape",
  "an error that names every option",
];
const isWhole = Boolean(process.env.NABLAB_ALL_SUBMISSIONS);
const tried = Object.entries(cheats).filter(([cheat]) => isWhole || first.includes(cheat));

/** The right answer itself is replayed where visible tests call it with what hidden tests take, too, and name no value. */
const namesNoValue = /^function (\w+\(\)|(fit|train|learn|few)\()/m;

/** The points that are due: those for intervals, whatever numbers are named beside them; SGD's readings, which are near 1. */
const due = (id: string, cheat: string): number =>
  id === "wrong-ones" ? 4 : `${id}: ${cheat}` === "read-steps: ones of the right shape" ? 1 : 0;

/** Each makes the tests of step sizes train two networks. */
const ofStepSizes = new Set(["its first argument", "an error"]);

/** What is worked out in the arguments is right whatever is returned. */
const changesArguments = /^function \w+(Step|Loop)\(/m;

const tools = `import { Tensor, zeros } from "nablab";
const fillWith = (value: any, by: any): any => {
  if (typeof value === "number") return by;
  if (typeof value === "boolean") return by === 1;
  if (typeof value === "function") return (...all: any[]) => filled(value, all, by);
  if (Array.isArray(value)) return value.map((one) => fillWith(one, by));
  if (value instanceof Float64Array) return value.map(() => by);
  if (value instanceof Tensor) return zeros(value.shape).map(() => by);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, fillWith(one, by)]));
};
const filled = (right: any, all: any[], by: any) => {
  try { return fillWith(right(...all), by); } catch { return by; }
};
const anything: any = new Proxy(function () {}, {
  get: (_, key) => (key === Symbol.toPrimitive ? () => 0 : key === "length" ? 1 : anything),
  apply: () => anything, construct: () => anything, has: () => true,
});
const counting = () => { let n = 0; return { valueOf: () => n++, toString: () => String(n++), length: 1 }; };
const said = new Map<string, [string, any][]>();
const keyOf = (all: any[]) => JSON.stringify(all, (_, value) => (typeof value === "function" ? "function" : value)) ?? "";
const recorded = (name: string, all: any[], value: any) => {
  said.set(name, [...(said.get(name) ?? []), [keyOf(all), value]]);
  return value;
};
const replayed = (name: string, all: any[]) => {
  const list = said.get(name) ?? [];
  return (list.find(([arguments_]) => arguments_ === keyOf(all)) ?? list.at(-1))?.[1];
};`;

const hiddenTests = /^.*BEGIN HIDDEN TESTS\n[\s\S]*?^.*END HIDDEN TESTS.*\n?/gm;
const functionsOf = ({ source }: SourceCell): string[] =>
  [...source.matchAll(/^function (\w+)\(/gm)].map((match) => match[1]!);
/** Whether a test calls a function, or passes it on. */
const uses = ({ source }: SourceCell, name: string): boolean =>
  new RegExp(`(?<![.\\w])${name}(\\(|, \\d)`).test(source.replace(/^ *\/\/.*$/gm, ""));

/** A cell in which each function of an answer does what `body` says. */
function inPlaceOf({ source }: SourceCell, body: string): string {
  const imports = source.match(/^import .*$/gm)?.join("\n") ?? "";
  const code = source.replace(/^import .*$/gm, "");
  // With the types of the right answer, without which a test may not compile.
  const functions = functionsOf({ source } as SourceCell).map(
    (name) => `function ${name}(...all: any[]): ReturnType<typeof right${name}> {
  const right: any = right${name}, name = "${name}";
  return ((): any => { ${body} })();
}
const right${name} = (() => {
${code}
return ${name};
})();`,
  );
  return [imports, ...functions].join("\n");
}

async function pointsOfCheats(assignment: string): Promise<{ full: boolean; found: Record<string, number> }> {
  const { cells } = sourceOf(assignment);
  const graded = new GradedCells();
  try {
    for (const cell of cells) if (cell.cell_type === "code") await graded.asItIs(cell);
    await graded.mustRun(tools);
    const tests = cells.filter(isTest);
    const found: Record<string, number> = {};
    let full = true;
    for (const cell of cells.filter(isAnswer)) {
      const own = tests.filter((one) => functionsOf(cell).some((name) => uses(one, name)));
      expect(own.length, cell.source).toBeGreaterThan(0);
      await graded.mustRun(inPlaceOf(cell, "return recorded(name, all, right(...all));"));
      for (const { source } of own) await graded.run(source.replace(hiddenTests, ""), "test");
      for (const [cheat, body] of tried) {
        if (cheat === "what the visible tests expect" && namesNoValue.test(cell.source)) continue;
        if (/right|replayed/.test(body) && changesArguments.test(cell.source)) continue;
        if (idOf(cell) === "step-sizes" && !(ofStepSizes.has(cheat) && isWhole)) continue;
        await graded.mustRun(inPlaceOf(cell, body));
        for (const one of own) {
          const points = await graded.pointsOf(one);
          if (points > due(idOf(cell)!, cheat)) found[`${idOf(one)}: ${cheat}`] = points;
        }
      }
      await graded.mustRun(cell.source);
      // The right answers get all: the tests ran as they should.
      for (const one of own) full &&= (await graded.pointsOf(one)) === one.metadata.nbgrader!.points;
    }
    return { full, found };
  } finally {
    graded.close();
  }
}

// The tests of assignment 4 train networks: minutes for each cheat.
describe.each(isWhole ? assignments : assignments.filter((name) => !name.startsWith("4-")))(
  "%s",
  (assignment) => {
    test("what is no answer gets no points", async () => {
      expect(await pointsOfCheats(assignment)).toEqual({ full: true, found: {} });
    }, 7_200_000);
  },
);
