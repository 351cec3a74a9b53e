/**
 * The palette index of the colour of minimum number `index`, its basin and paths to it. The first colour of the palette is
 * too close to that of level lines.
 */
export const minimumColour = (index: number): number => index + 1;
