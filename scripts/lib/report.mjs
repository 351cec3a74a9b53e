// What set-up says: a line for each step that has something to do, and one line with the fix when it cannot go on.

/** An error that a reader can mend: its message says what is wrong and what to do, and is all that is shown. */
export class Problem extends Error {}

/**
 * Shows a step while it runs, with the seconds it takes.
 *
 * @template T
 * @param {string} title
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function step(title, work) {
  const began = performance.now();
  const seconds = () => `${((performance.now() - began) / 1000).toFixed(1)} s`;
  const inPlace = process.stdout.isTTY;
  if (!inPlace) console.log(`${title} …`);
  const show = () => process.stdout.write(`\r${title} … ${seconds()} `);
  const timer = inPlace ? setInterval(show, 100) : undefined;
  try {
    const result = await work();
    console.log(`${inPlace ? "\r" : ""}${title}: done in ${seconds()} `);
    return result;
  } catch (error) {
    if (inPlace) console.log();
    throw error;
  } finally {
    clearInterval(timer);
  }
}

/**
 * Runs the main function of a script. A {@link Problem} is shown as one line; anything else with its stack, as it is
 * a mistake of ours.
 *
 * @param {() => Promise<number | void>} main returns the exit code
 */
export async function runMain(main) {
  try {
    process.exitCode = (await main()) ?? 0;
  } catch (error) {
    console.error(error instanceof Problem ? `nablab: ${error.message}` : error);
    process.exitCode = 1;
  }
}
