/** Options that are none, or misspelt: of every function that nablab exports, as TypeScript sees them. */
import * as nablab from "nablab";
import ts from "typescript";
import { describe, expect, test } from "vitest";
import { optionsOf } from "#nablab/options/options-of.js";
import { checker, exported } from "../program.js";

/** What has options and is none: a thing that another function made, or that a user writes to be used many times. */
const things = [
  "Dataset",
  "Finding",
  "FiniteSum",
  "Gradients",
  "Loss",
  "Objective",
  "Path | SgdPaths",
  "StochasticObjective",
];
/** Its three forms have their options in different places. */
const elsewhere = ["gradientCheck"];

const isOptional = (property: ts.Symbol) => (property.flags & ts.SymbolFlags.Optional) !== 0;

/** The types of a parameter that are written as objects. */
function objectTypes(parameter: ts.ParameterDeclaration): ts.Type[] {
  const type = checker.getNonNullableType(checker.getTypeAtLocation(parameter));
  if (things.includes(checker.typeToString(type))) return [];
  return (type.isUnion() ? type.types : [type]).filter(
    (one) =>
      !things.includes(one.symbol?.name ?? "") &&
      (one.flags & ts.TypeFlags.Object) !== 0 &&
      one.getCallSignatures().length === 0 &&
      ((one.symbol?.flags ?? 0) & ts.SymbolFlags.Class) === 0 &&
      !checker.isArrayLikeType(one) &&
      one.getNumberIndexType() === undefined,
  );
}

interface Options {
  name: string;
  /** The place among the parameters. */
  place: number;
  /** The options' names, by their type. */
  names: Set<string>;
}

/** Every parameter that is an object with an optional property, or is called the options. */
function optionsOfExports(): Options[] {
  const found: Options[] = [];
  for (const { name, symbol } of exported) {
    const all = (symbol.declarations ?? []).filter(ts.isFunctionDeclaration);
    const made = all.find(({ body }) => body !== undefined);
    if (elsewhere.includes(name)) continue;
    made?.parameters.forEach((parameter, place) => {
      const types = all.flatMap(({ parameters }) =>
        parameters[place] ? objectTypes(parameters[place]) : [],
      );
      const properties = types.flatMap((type) => type.getProperties());
      const isNamed = ["options", "settings", "given"].includes(parameter.name.getText());
      if (!properties.some(isOptional) && !(isNamed && properties.length > 0)) return;
      found.push({ name, place, names: new Set(properties.map((property) => property.name)) });
    });
  }
  return found;
}

const all = optionsOfExports();

test("there are as many as one would think", () => {
  expect(all.length).toBeGreaterThan(145);
});

/** Calls a function with one of its arguments alone. */
async function call({ name, place }: Options, argument: unknown): Promise<void> {
  const work = (nablab as unknown as Record<string, (...all: unknown[]) => unknown>)[name]!;
  await work(...new Array(place).fill([0, 1]), argument);
}

describe.each(all.map((one) => [one.name, one] as const))("%s", (name, one) => {
  test.each([null, 3, "eta"])(
    "refuses %o before anything else, and says what was expected",
    async (wrong) => {
      const refused = new RegExp(`^${name}: the options must be an object such as \\{ .* \\}, got `);
      const error: unknown = await call(one, wrong).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(TypeError);
      expect((error as Error).message).toMatch(refused);
    },
  );

  test("refuses what it does not know, names what it does, and finds a letter too many", async () => {
    const unknown: unknown = await call(one, { qqqqqqqqqqqqqqqqqq: 1 }).catch((thrown: unknown) => thrown);
    const [, list = ""] =
      /: the (?:options are|only option is) (.*); got qqqqqqqqqqqqqqqqqq$/.exec((unknown as Error).message) ??
      [];
    expect(list.split(", ").sort()).toEqual([...one.names].sort());
    for (const option of one.names) {
      if (option.length < 3) continue;
      const wrong = `${option.slice(0, 2)}${option[1]}${option.slice(2)}`;
      if (one.names.has(wrong)) continue;
      const error: unknown = await call(one, { [wrong]: 1 }).catch((thrown: unknown) => thrown);
      expect((error as Error).message).toMatch(
        new RegExp(`^${name}: did you mean the option .*\\? got ${wrong}$`),
      );
    }
  });
});

test("so do the three forms of gradientCheck", () => {
  const network = nablab.sequential([nablab.dense(1, 1)]);
  for (const wrong of [null, { tolerence: 1e-3 }]) {
    const options = wrong as never;
    for (const check of [
      () => nablab.gradientCheck((x) => x.mul(x).sum(), [1], options),
      () => nablab.gradientCheck((theta: Float64Array) => theta[0]!, [1], [1], options),
      () => nablab.gradientCheck(network, [[1]], [1], nablab.squaredError(), options),
    ]) {
      expect(check).toThrow(
        /^gradientCheck: (the options must be an object|did you mean the option tolerance\? got)/,
      );
    }
  }
});

describe("what is let through", () => {
  const names = ["eta", "steps", "theta0"] as const;
  type Some = Partial<Record<(typeof names)[number], number>>;
  const of = (options: object) => () => optionsOf<Some>("f", options as Some, names);

  test("all, some and none of the options, and others beside them, as of a variable", () => {
    for (const options of [
      {},
      { eta: 1 },
      { eta: 1, steps: 2, theta0: 3 },
      { eta: undefined },
      { eta: 1, title: 2 },
    ]) {
      expect(of(options)()).toBe(options);
    }
    // With the option that it could mean, it is something else.
    expect(of({ step: 1, steps: 2 })()).toEqual({ step: 1, steps: 2 });
    // One object for several rules, or for many runs.
    expect(of({ eta: 1, step: 2 })()).toEqual({ eta: 1, step: 2 });
    expect(of({ steps: 1, etas: [1] })()).toEqual({ steps: 1, etas: [1] });
    // There, though not defined, or inherited.
    expect(of({ eta: undefined, title: 1 })()).toEqual({ eta: undefined, title: 1 });
    class Shared {
      get eta() {
        return 1;
      }
    }
    class Titled extends Shared {
      title = 2;
    }
    expect(optionsOf<Some>("f", new Titled(), names).eta).toBe(1);
    // What is not defined is not there.
    expect(of({ title: undefined })()).toEqual({ title: undefined });
  });

  test.each<[object, string]>([
    [{ step: 3 }, "f: did you mean the option steps? got step"],
    [{ setps: 3, eta: 1 }, "f: did you mean the option steps? got setps"],
    [{ theta_0: 3, eta: 1 }, "f: did you mean the option theta0? got theta_0"],
    [{ Eta: 1, steps: 1 }, "f: did you mean the option eta? got Eta"],
    [[1], "f: the options must be an object such as { eta, steps, theta0 }, got [ 1 ]"],
    [
      new Float64Array(1),
      "f: the options must be an object such as { eta, steps, theta0 }, got Float64Array(1) [ 0 ]",
    ],
    [{ lr: 0.1 }, "f: the options are eta, steps, theta0; got lr"],
  ])("%o is not", (options, message) => {
    expect(of(options)).toThrow(new TypeError(message));
  });
});
