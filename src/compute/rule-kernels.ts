/**
 * The update rules that the fast kernels compute, in float32 while a gradient is still in a register: everything about
 * them except the rule itself (optim/), which is the kernel's twin. The arithmetic is in assembly/update.ts.
 */

/** A step size: the same for all steps, or a function of the step's number k = 1, 2, … */
export type StepSize = number | ((k: number) => number);

/** The numbers in the arithmetic of a step. */
export interface StepNumbers {
  /** η, or its replacement. */
  readonly eta: number;
  readonly epsilon: number;
  readonly beta1: number;
  readonly beta2: number;
  /** The factor of √v in Adam. */
  readonly correction: number;
}

/** The kernel of a rule; `O` are its options, with the step size of one step. */
export interface RuleKernel<O extends { eta: number }> {
  /** Its number in assembly/update.ts. */
  readonly number: number;
  /** The number of arrays as long as theta in its state: AdaGrad's c and the momentum are the first, Adam's v is the second. */
  readonly remembers: 0 | 1 | 2;
  /** The initial value of the first of them, if not 0. */
  readonly firstStart?: (options: O) => number;
  /** Whether a parameter whose gradient is 0 does not move. */
  readonly leavesAlone: boolean;
  /**
   * Whether it uses the sum of all squared gradients: for the step size, before any parameter can move ("to move"), or only
   * for the record ("to record").
   */
  readonly squares?: "to move" | "to record";
  /** The initial value of that sum, for a number of parameters. */
  readonly squaresStart?: (options: O, parameters: number) => number;
  /** The numbers of step k = 1, 2, … that are not those of gradient descent; `squares` includes the gradient of the step. */
  readonly numbers: (options: O, k: number, squares: number) => Partial<StepNumbers>;
  /** The step size for the record, if it is not η. */
  readonly stepSize?: (options: O, squares: number, parameters: number) => number;
}

interface RuleOptions {
  sgd: { eta: number };
  adagradNorm: { eta: number; c0: number };
  adagrad: { eta: number; epsilon: number; c0: number };
  momentum: { eta: number; beta: number };
  adam: { eta: number; beta1: number; beta2: number; epsilon: number };
}

/** Rules that have a kernel. */
export type RuleName = keyof RuleOptions;

const normStep = ({ eta }: RuleOptions["adagradNorm"], squares: number): number =>
  squares === 0 ? 0 : eta / Math.sqrt(squares);

const kernels: { readonly [N in RuleName]: RuleKernel<RuleOptions[N]> } = {
  sgd: { number: 0, remembers: 0, leavesAlone: true, numbers: () => ({}) },
  // Gradient descent whose step size is known only after the whole gradient.
  adagradNorm: {
    number: 0,
    remembers: 0,
    leavesAlone: false,
    squares: "to move",
    squaresStart: ({ c0 }) => c0,
    numbers: (options, _, squares) => ({ eta: normStep(options, squares) }),
    stepSize: normStep,
  },
  adagrad: {
    number: 1,
    remembers: 1,
    firstStart: ({ c0 }) => c0,
    leavesAlone: true,
    squares: "to record",
    squaresStart: ({ c0 }, parameters) => c0 * parameters,
    numbers: ({ epsilon }) => ({ epsilon }),
    stepSize: ({ eta, epsilon }, squares, parameters) =>
      squares === 0 ? 0 : eta / (Math.sqrt(squares / parameters) + epsilon),
  },
  momentum: { number: 2, remembers: 1, leavesAlone: false, numbers: ({ beta }) => ({ beta1: beta }) },
  adam: {
    number: 3,
    remembers: 2,
    leavesAlone: false,
    numbers: ({ eta, beta1, beta2, epsilon }, k) => ({
      eta: eta / (1 - beta1 ** k),
      epsilon,
      beta1,
      beta2,
      correction: 1 / Math.sqrt(1 - beta2 ** k),
    }),
  },
};

/** The kernel of a rule, by name. */
export const ruleKernel = (name: RuleName): RuleKernel<StepOptions> =>
  kernels[name] as RuleKernel<StepOptions>;

/** The options of a rule, with the step size of one step; plain data. */
export interface StepOptions {
  readonly eta: number;
  readonly [option: string]: number;
}

/** A rule in one of its steps. */
export interface StepRule {
  readonly name: RuleName;
  readonly options: StepOptions;
}

/** The numbers of step k = 1, 2, … of a rule; if it needs squared gradients to move, with their sum. */
export function stepNumbers({ name, options }: StepRule, k: number, squares = 0): StepNumbers {
  const plain = { eta: options.eta, epsilon: 0, beta1: 0, beta2: 0, correction: 1 };
  return { ...plain, ...ruleKernel(name).numbers(options, k, squares) };
}
