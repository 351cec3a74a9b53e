// coursework: the checks of assignments, whose messages teach.
export {
  type CheckGradientOptions,
  type CloseOptions,
  checkClose,
  checkGradient,
  checkShape,
  checkThat,
  checkThrows,
  credit,
  type ThrowsOptions,
} from "./checks.js";
export { type Hint, type HintTexts, hints } from "./hints.js";
