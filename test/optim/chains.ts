/** The links that each rule is a chain of, by the names of the functions that make them. */
import {
  addMomentum,
  addWeights,
  averageGradients,
  chain,
  divideByNorm,
  divideByRootMean,
  divideByRootSum,
  matchUnits,
  type Rule,
  type StepSize,
  scaleBy,
  takeSign,
} from "nablab";

type Options = Record<string, number> & { eta: StepSize };

const links = {
  scaleBy: ({ eta }: Options) => scaleBy(eta),
  addMomentum: ({ beta }: Options) => addMomentum({ beta }),
  lookAhead: ({ beta }: Options) => addMomentum({ beta, lookAhead: true }),
  divideByNorm: ({ c0 }: Options) => divideByNorm({ c0 }),
  divideByRootSum: ({ epsilon, c0 }: Options) => divideByRootSum({ epsilon, c0 }),
  divideByRootMean: ({ alpha, epsilon }: Options) => divideByRootMean({ beta: alpha, epsilon }),
  averageGradients: ({ beta1 }: Options) => averageGradients({ beta: beta1, unbiased: true }),
  unbiasedMean: ({ beta2, epsilon }: Options) => divideByRootMean({ beta: beta2, epsilon, unbiased: true }),
  largestMean: ({ beta2, epsilon }: Options) =>
    divideByRootMean({ beta: beta2, epsilon, unbiased: true, largest: true }),
  addWeights: ({ weightDecay }: Options) => addWeights(weightDecay),
  takeSign: ({ beta1, beta2 }: Options) => takeSign({ beta1, beta2 }),
  matchUnits: ({ rho, epsilon }: Options) => matchUnits({ rho, epsilon }),
};

export const chains: Record<string, (keyof typeof links)[]> = {
  gradientDescent: ["scaleBy"],
  sgd: ["scaleBy"],
  momentum: ["addMomentum", "scaleBy"],
  nesterov: ["lookAhead", "scaleBy"],
  adagradNorm: ["divideByNorm", "scaleBy"],
  adagrad: ["divideByRootSum", "scaleBy"],
  rmsprop: ["divideByRootMean", "scaleBy"],
  adadelta: ["matchUnits", "scaleBy"],
  adam: ["averageGradients", "unbiasedMean", "scaleBy"],
  amsgrad: ["averageGradients", "largestMean", "scaleBy"],
  adamw: ["averageGradients", "unbiasedMean", "addWeights", "scaleBy"],
  lion: ["takeSign", "addWeights", "scaleBy"],
};

/** A rule as a chain, with the options that the rule would have. */
export const chainOf = (rule: string, options: Options): Rule =>
  chain(...chains[rule]!.map((link) => links[link](options)));
