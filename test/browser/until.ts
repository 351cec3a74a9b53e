/** Waits for a condition, asked every 50 ms, and returns what it gave: the first value that is not undefined or false. */
export async function until<T>(
  what: string,
  limit: number,
  condition: () => T | Promise<T>,
): Promise<Exclude<T, undefined | false>> {
  const end = performance.now() + limit;
  for (;;) {
    const value = await condition();
    if (value !== undefined && value !== false) return value as Exclude<T, undefined | false>;
    if (performance.now() > end) throw new Error(`waited ${limit / 1000} s in vain until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
