/**
 * What begins the comments that we write into the code of cells: a text that no source holds by chance, so that a comment of the
 * reader's is not taken for one of ours. It is not hidden from a reader who looks for it: `toString` of another realm, such as a
 * context of `node:vm`, shows the code that runs.
 */
export const secret = `·${Math.random().toString(36).slice(2)}·`;
