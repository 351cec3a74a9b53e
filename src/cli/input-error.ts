/** The user's input cannot be used; the message says why, in one line. The program ends with code 2. */
export class InputError extends Error {
  override name = "InputError";
}
