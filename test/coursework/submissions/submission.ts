/** Something that a student hands in: the solution with some cells changed, and what that should cost. */
export interface Submission {
  name: string;
  /** By cell: a text in it and what stands there instead, several of them, or the whole cell. */
  change: Record<string, Edit | Edit[] | string>;
  /** The points that are lost, by test. */
  lost: Record<string, number>;
}

export type Edit = [from: string, to: string];
