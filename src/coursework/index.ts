// coursework: the checks of assignments, whose messages teach.
export {
  type CheckGradientOptions,
  type CloseOptions,
  checkClose,
  checkGradient,
  checkShape,
  checkThat,
  checkThrows,
  type ThrowsOptions,
} from "./checks.js";
export { credit } from "./credit.js";
export type { HintTexts } from "./hint-texts/texts.js";
export { type Hint, hints } from "./hints.js";
