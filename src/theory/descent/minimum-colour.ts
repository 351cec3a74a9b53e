/**
 * The number in the palette of the colour of minimum number `index`, of its basin and of a path to it. The first colour of the
 * palette is too near that of level lines.
 */
export const minimumColour = (index: number): number => index + 1;
