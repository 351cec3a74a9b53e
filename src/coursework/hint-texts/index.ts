/** The hints of nablab's assignments, by their names. */
import { gradientDescent } from "./1-gradient-descent.js";
import { backpropagation } from "./2-backpropagation.js";
import { robbinsMonro } from "./3-robbins-monro.js";
import { sgdAndAdagrad } from "./4-sgd-and-adagrad.js";
import { subgradients } from "./5-subgradients.js";
import type { AssignmentHints } from "./texts.js";

export const hintTexts: Readonly<Record<string, AssignmentHints>> = {
  "1-gradient-descent": gradientDescent,
  "2-backpropagation": backpropagation,
  "3-robbins-monro": robbinsMonro,
  "4-sgd-and-adagrad": sgdAndAdagrad,
  "5-subgradients": subgradients,
};
