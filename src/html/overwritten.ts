/** Text with the control characters of a progress bar. */

/** What a terminal still shows of a text with backspaces and carriage returns: the last state of a progress bar. */
export function overwritten(text: string): string {
  if (!/[\b\r]/.test(text)) return text;
  let shown = text;
  for (let before = ""; before !== shown; ) {
    before = shown;
    // biome-ignore lint/suspicious/noControlCharactersInRegex: a backspace is one
    shown = shown.replace(/[^\n]\x08/g, "");
  }
  return shown.split("\n").map(lastState).join("\n");
}

/** What stands after the last carriage return of a line; one that ends the line overwrites nothing yet. */
function lastState(line: string): string {
  const end = line.length - Number(line.endsWith("\r"));
  return end === 0 ? line : line.slice(line.lastIndexOf("\r", end - 1) + 1);
}
