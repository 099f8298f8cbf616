// Keys of rows whose names come from a file.

import type { Row } from './rows.ts';

/** Sets a key of a row, whatever its name. */
export function setOwn(row: Row, name: string, value: unknown): void {
  if (name !== '__proto__') row[name] = value;
  else Object.defineProperty(row, name, { value, writable: true, enumerable: true });
}
