/**
 * All schedules over k = 1 … 10⁶ and over all options that they allow: a finite step size for every step, > 0 where
 * nothing says that it ends at 0, with the ends that the docstring names.
 */
import * as fc from "fast-check";
import {
  addSchedules,
  cosine,
  cosineRestarts,
  exponential,
  inverse,
  multiplySchedules,
  oneCycle,
  piecewise,
  polynomial,
  type Schedule,
  stepDecay,
  warmup,
} from "nablab";
import { describe, expect, test } from "vitest";
import { makersOf } from "../makers.js";

const last = 1_000_000;
/** Step sizes over all that a number holds, without those that no number can be a fraction of. */
const eta = fc.double({ min: 1e-290, max: 1e290, noNaN: true });
const share = fc.double({ min: 0, max: 1, minExcluded: true, maxExcluded: true, noNaN: true });
const steps = fc.oneof(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }));
const gamma = fc.double({ min: 0, max: 1, minExcluded: true, noNaN: true });
const notNegative = fc.double({ min: 0, max: 1e290, noNaN: true });

/** A schedule, and what is right at some steps; `low`: the least it comes down to, where underflow is none of it. */
interface Claim {
  schedule: Schedule;
  ends: readonly (readonly [k: number, value: number])[];
  low?: number;
}

const claims: Record<string, fc.Arbitrary<Claim>> = {
  inverse: fc
    .record({
      eta,
      power: fc.double({ min: 0, max: 3, noNaN: true }),
      offset: fc.double({ min: 0, max: 1e6, noNaN: true }),
      log: fc.double({ min: 0, max: 3, noNaN: true }),
    })
    .map((options) => {
      const { eta, power, offset, log } = options;
      return {
        schedule: inverse(options),
        ends: [[1, eta / ((1 + offset) ** power * Math.log(2 + offset) ** log)]],
        low: 0,
      };
    }),
  exponential: fc.record({ eta, gamma }).map((options) => ({
    schedule: exponential(options),
    ends: [
      [1, options.eta],
      [2, options.eta * options.gamma],
    ],
    low: 0,
  })),
  stepDecay: fc.record({ eta, gamma, every: steps }).map((options) => ({
    schedule: stepDecay(options),
    ends: [
      [1, options.eta],
      [options.every, options.eta],
      [options.every + 1, options.eta * options.gamma],
    ],
    low: 0,
  })),
  polynomial: fc
    .record({ eta, steps, power: fc.double({ min: 1e-3, max: 20, noNaN: true }) })
    .map((options) => ({
      schedule: polynomial(options),
      ends: [
        [1, options.eta],
        [options.steps + 1, 0],
      ],
      low: 0,
    })),
  cosine: fc.record({ eta, steps, to: notNegative }).map((options) => ({
    schedule: cosine(options),
    ends: [
      [1, options.eta],
      [options.steps + 1, options.to],
      [options.steps + 2, options.to],
    ],
    low: Math.min(options.eta, options.to),
  })),
  cosineRestarts: fc
    .record({ eta, steps, growth: fc.integer({ min: 1, max: 5 }), to: notNegative })
    .map((options) => {
      const { eta, steps, growth, to } = options;
      return {
        schedule: cosineRestarts(options),
        ends: [
          [1, eta],
          // A restart is at η again; before it the period ends a step short of `to`.
          [steps + 1, eta],
          ...(steps < 1e15 ? ([[steps * (1 + growth) + 1, eta]] as const) : []),
          ...(steps % 2 === 0 ? ([[steps / 2 + 1, to + (eta - to) / 2]] as const) : []),
        ],
        low: Math.min(eta, to),
      };
    }),
  warmup: fc.record({ eta, steps }).map(({ eta, steps }) => ({
    schedule: warmup(eta, { steps }),
    ends: [
      [1, eta * Math.min(1, 1 / steps)],
      [steps, eta],
      [steps + 1, eta],
    ],
    low: eta / steps,
  })),
  oneCycle: fc.record({ eta, steps, rise: share }).map((options) => {
    const { eta, steps, rise } = options;
    const top = rise * steps - 1;
    return {
      schedule: oneCycle(options),
      // Where the first step lies before the top it is the start; where the top is a step, it has all of eta.
      ends: [
        [steps, eta / 250_000],
        [steps + 5, eta / 250_000],
        ...(top > 0 ? ([[1, eta / 25]] as const) : []),
        ...(top >= 0 && Number.isInteger(top) ? ([[top + 1, eta]] as const) : []),
      ],
      low: eta / 250_000,
    };
  }),
  piecewise: fc
    .tuple(eta, fc.array(fc.tuple(fc.integer({ min: 1, max: 1000 }), notNegative), { maxLength: 8 }))
    .map(([first, more]) => {
      let from = 1;
      const pieces = [
        [1, first] as [number, number],
        ...more.map(([d, eta]): [number, number] => [(from += d), eta]),
      ];
      return {
        schedule: piecewise(pieces),
        ends: pieces.flatMap(([k, eta], i) => [
          [k, eta] as const,
          ...(i > 0 ? [[k - 1, pieces[i - 1]![1]] as const] : []),
        ]),
        low: Math.min(...pieces.map(([, eta]) => eta)),
      };
    }),
  addSchedules: fc.tuple(eta, eta).map(([a, b]) => ({
    schedule: addSchedules(a, inverse({ eta: b })),
    ends: [
      [1, a + b],
      [2, a + b / 2],
    ],
    low: a,
  })),
  multiplySchedules: fc
    .tuple(
      fc.double({ min: 1e-140, max: 1e140, noNaN: true }),
      fc.double({ min: 1e-140, max: 1e140, noNaN: true }),
    )
    .map(([a, b]) => ({
      schedule: multiplySchedules(a, inverse({ eta: b })),
      ends: [
        [1, a * b],
        [2, (a * b) / 2],
      ],
      low: 0,
    })),
};

test("all schedules are here", () => {
  expect(Object.keys(claims).sort()).toEqual(makersOf(["Schedule"]));
});

/** Every one of the first thousand steps, and a thousand up to 10⁶ and those around the ends. */
function someSteps(ends: Claim["ends"]): number[] {
  const dense = Array.from({ length: 1000 }, (_, i) => i + 1);
  const sparse = Array.from({ length: 1000 }, (_, i) => 1 + Math.floor((i * (last - 1)) / 999));
  return [...dense, ...sparse, last, ...ends.map(([k]) => k)].filter((k) => k <= Number.MAX_SAFE_INTEGER);
}

describe.each(Object.entries(claims))("%s", (name, claim) => {
  test("law: finite, not below what it comes down to, and right at its ends", () => {
    fc.assert(
      fc.property(claim, ({ schedule, ends, low = 0 }) => {
        for (const k of someSteps(ends)) {
          const size = schedule(k);
          // Rounding may take a few last digits.
          if (!(size >= low * (1 - 1e-12) && size < Number.POSITIVE_INFINITY)) {
            throw new Error(`${schedule} is ${size} at k = ${k}, and comes down to ${low}`);
          }
        }
        for (const [k, value] of ends) {
          const off = Math.abs(schedule(k) - value);
          if (!(off <= 1e-12 * value))
            throw new Error(`${schedule} is ${schedule(k)} at k = ${k}, not ${value}`);
        }
      }),
    );
  });

  test("every step from 1 to 10⁶ once", () => {
    const [{ schedule, low = 0 }] = fc.sample(claim, { numRuns: 1, seed: 7 }) as [Claim];
    let worst = Number.POSITIVE_INFINITY;
    for (let k = 1; k <= last; k++) {
      const size = schedule(k);
      if (!Number.isFinite(size)) throw new Error(`${schedule} is ${size} at k = ${k}`);
      worst = Math.min(worst, size);
    }
    expect(worst).toBeGreaterThanOrEqual(low * (1 - 1e-12));
  });

  test("a step before the first is refused, by name", () => {
    const [{ schedule }] = fc.sample(claim, { numRuns: 1, seed: 7 }) as [Claim];
    for (const k of [0, -1, Number.NaN]) {
      expect(() => schedule(k)).toThrow(`${schedule}: steps count from 1, so k must be at least 1, got ${k}`);
    }
    expect(name in claims).toBe(true);
  });
});

describe("where there was no number", () => {
  test("oneCycle whose top is its first step starts there", () => {
    const cycle = oneCycle({ eta: 0.1, steps: 10, rise: 0.1 });
    expect(cycle(1)).toBe(0.1);
    expect(cycle(10)).toBeCloseTo(4e-7, 18);
    // Two with other texts are not taken for the same by `resume`.
    expect(String(cycle)).toBe("oneCycle(0.1, 10 steps, rise 0.1)");
    expect(String(oneCycle({ eta: 0.1, steps: 10 }))).toBe("oneCycle(0.1, 10 steps)");
  });

  test("oneCycle whose top lies before its first step is PyTorch's", () => {
    // torch.optim.lr_scheduler.OneCycleLR(max_lr=1, total_steps=10, pct_start=0.05), PyTorch 2.13
    const cycle = oneCycle({ eta: 1, steps: 10, rise: 0.05 });
    const right = [
      0.9931806789787544, 0.9397371166557421, 0.8386414312497273, 0.7008489089356355, 0.5412915075774754,
      0.3772597474005747, 0.2265290148351029, 0.10543332358282206, 0.027095270784166084, 4e-6,
    ];
    right.forEach((value, i) => {
      expect(cycle(i + 1)).toBeCloseTo(value, 14);
    });
  });

  test("inverse with a power of a logarithm that overflows is refused", () => {
    expect(() => inverse({ log: 2000 })).toThrow(
      "inverse: the first step size must be a finite number > 0; use a smaller power or log than { power: 1, log: 2000 }, got Infinity",
    );
    expect(() => inverse({ power: 1e5, offset: 0.5, log: 1e5 })).toThrow("got NaN");
  });

  test.each([
    [undefined, "got undefined"],
    [[], "got []"],
    [
      [
        [1, 1],
        [1, 2],
      ],
      "in order",
    ],
    [[[1, 1], 7], "got [ [ 1, 1 ], 7 ]"],
    [[[1]], "piecewise: eta must be a finite number ≥ 0, got undefined"],
  ])("piecewise of what is no list of pieces %#", (pieces, message) => {
    expect(() => piecewise(pieces as never)).toThrow(message);
  });
});
