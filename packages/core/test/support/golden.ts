// Golden values: committed numbers that a run must repeat exactly. UPDATE_GOLDEN=1 writes what the
// run gave instead of comparing; look at the difference before you commit it.

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { expect } from 'vitest';

/** Expects `value` to be what the JSON file at `url` holds under `name`. */
export function expectGolden(url: URL, name: string, value: unknown): void {
  const known = existsSync(url)
    ? (JSON.parse(readFileSync(url, 'utf8')) as Record<string, unknown>)
    : {};
  if (process.env.UPDATE_GOLDEN === '1') {
    writeFileSync(url, `${JSON.stringify({ ...known, [name]: value }, null, 2)}\n`);
    return;
  }
  expect(value).toEqual(known[name]);
}
