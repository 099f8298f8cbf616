// The names of the files of a store. What has another name is somebody else's and never touched.

import { describe } from '@nigh/base';
import { invalidArgument } from './errors.ts';

export const MANIFEST = 'manifest';

/** Names sort by number: 16 digits hold every safe integer. */
const digits = (number: number): string => String(number).padStart(16, '0');

export function logName(number: number): string {
  return `log-${digits(number)}`;
}

/** File `name` of snapshot `number`. */
export function snapshotName(number: number, name: string): string {
  return `snapshot-${digits(number)}-${name}`;
}

/** Where something is written before it takes its name. */
export function temporaryName(name: string, number: number): string {
  return name === MANIFEST ? `${MANIFEST}-${digits(number)}.tmp` : `${name}.tmp`;
}

function numberIn(name: string, pattern: RegExp): number | undefined {
  const found = pattern.exec(name)?.[1];
  return found === undefined ? undefined : Number(found);
}

/** The number of a log; undefined for what is none. */
export function logNumber(name: string): number | undefined {
  return numberIn(name, /^log-(\d{16})$/);
}

/** The number of the snapshot, or of the manifest under way, that a file belongs to. */
export function snapshotNumber(name: string): number | undefined {
  return numberIn(name, /^snapshot-(\d{16})-./) ?? numberIn(name, /^manifest-(\d{16})\.tmp$/);
}

export function isTemporary(name: string): boolean {
  return snapshotNumber(name) !== undefined && name.endsWith('.tmp');
}

/** `name` of a file of a snapshot as it was given: never a path, never our own endings. */
export function assertFileName(name: unknown): string {
  const isName = typeof name === 'string' && /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}$/.test(name);
  if (isName && !name.endsWith('.tmp')) return name;
  throw invalidArgument(
    `a file of a snapshot has a name of 1 to 100 letters, digits, '_', '-' and '.', ` +
      `not ending in .tmp; got ${describe(name)}`,
    { name: 'name', got: describe(name) },
  );
}
