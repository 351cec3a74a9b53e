/** Which ids of students can name folders. */

/** Why an id cannot name a folder. */
export function problemWith(id: string): string | undefined {
  if (id === "") return "a student has no id";
  if (id.length > 100) return "an id has at most 100 letters";
  // nbgrader finds folders by patterns, in which these characters are special.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  if (/[/\\*?[\]{}:"<>|\0-\x1f]/.test(id)) return 'an id must not hold any of / \\ * ? [ ] { } : " < > |';
  if (/^\.|[. ]$/.test(id)) return "an id must not begin with a full stop, nor end with one or with a space";
  return undefined;
}
