// The output of set-up: a line for each step with work to do, and one line with the fix if it cannot continue.

/** An error that the user can fix: only its message is shown, which says what is wrong and what to do. */
export class Problem extends Error {}

/**
 * Runs a step and shows its elapsed time.
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
 * Runs the main function of a script. A {@link Problem} is shown as one line, any other error, which is a bug, with
 * its stack.
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
