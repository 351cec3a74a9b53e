/**
 * Records the operations that were refused to the cells of a graded notebook, even if a cell catches the error.
 */
const noted = new Set<string>();

/** The most refusals reported for a cell. */
const most = 10;

/** The error for an operation that graded notebooks may not perform. */
export function refusal(what: string): Error {
  note(what);
  return new Error(
    `${what} is not allowed: where notebooks are graded or checked, they compute, and read and write files in their own folder`,
  );
}

/** Records an operation refused elsewhere, such as by Node. */
export function note(what: string): void {
  if (noted.size < most) noted.add(what);
}

/** The operations refused since the last call. */
export function takeRefusals(): string[] {
  const found = [...noted];
  noted.clear();
  return found;
}
