/**
 * What begins the comments that we write into the code of cells: a text that no reader knows, so that a comment in a source of
 * theirs is never taken for one of ours.
 */
export const secret = `·${Math.random().toString(36).slice(2)}·`;
