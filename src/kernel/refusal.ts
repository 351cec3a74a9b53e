/**
 * What the cells of a graded notebook were refused. It is noted also where a cell keeps the error to itself.
 */
const noted = new Set<string>();

/** As many are told of a cell. */
const most = 10;

/** An error about something that graded notebooks may not do. */
export function refusal(what: string): Error {
  note(what);
  return new Error(
    `${what} is not allowed: where notebooks are graded or checked, they compute, and read and write files in their own folder`,
  );
}

/** Notes what somebody else refused. */
export function note(what: string): void {
  if (noted.size < most) noted.add(what);
}

/** What was refused since this was last called. */
export function takeRefusals(): string[] {
  const found = [...noted];
  noted.clear();
  return found;
}
