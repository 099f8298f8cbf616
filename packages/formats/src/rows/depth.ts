// How deep values are nested: what goes deeper than anybody means would end the stack of whoever
// walks through it or writes it as JSON again.

/** Objects and lists within each other: a row itself is the first. */
export const MAX_DEPTH = 64;

/** Whether objects and lists lie within each other more than `most` deep. */
export function exceedsDepth(value: object, most: number): boolean {
  if (most === 0) return true;
  const inner: unknown[] = Array.isArray(value) ? value : Object.values(value);
  for (let i = 0; i < inner.length; i++) {
    const child = inner[i];
    if (typeof child === 'object' && child !== null && exceedsDepth(child, most - 1)) return true;
  }
  return false;
}
