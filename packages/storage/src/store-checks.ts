// Checks at the door of a store, and the errors of calls that come at the wrong time.

import { describe } from '@nigh/base';
import { invalidArgument, StorageError, StorageErrorCode } from './errors.ts';
import { MAX_PAYLOAD_BYTES } from './log-format.ts';
import { assertFits, encodeManifest } from './manifest.ts';

export function notAStore(folder: string): StorageError {
  const message = `there is no store in ${folder}: it has no manifest; is this the right path?`;
  return new StorageError(StorageErrorCode.notAStore, message, { folder });
}

export function notReady(message: string): StorageError {
  return new StorageError(StorageErrorCode.notReady, message);
}

/** Settings as JSON keeps them; what the caller does to them later does not show. */
export function copySettings(settings: unknown): unknown {
  if (settings === undefined) return undefined;
  const json = jsonOf(settings);
  if (typeof json !== 'string') {
    throw invalidArgument(`settings must be JSON; got ${describe(settings)}`, { name: 'settings' });
  }
  assertFits(json.length); // before it is made three times
  const copy: unknown = JSON.parse(json);
  encodeManifest({ settings: copy, snapshot: undefined, log: { number: 0, first: 0 } });
  return copy;
}

function jsonOf(settings: unknown): string | undefined {
  try {
    return JSON.stringify(settings);
  } catch {
    return undefined;
  }
}

export function assertParts(parts: unknown): void {
  const isList = Array.isArray(parts) && parts.every((part) => part instanceof Uint8Array);
  if (!isList) {
    const message = `parts must be an array of Uint8Array; got ${describe(parts)}`;
    throw invalidArgument(message, { name: 'parts', got: describe(parts) });
  }
  const length = parts.reduce((sum: number, part: Uint8Array) => sum + part.length, 0);
  if (length <= MAX_PAYLOAD_BYTES) return;
  throw new StorageError(
    StorageErrorCode.recordTooLarge,
    `a record has at most ${MAX_PAYLOAD_BYTES} bytes; got ${length}: append several`,
    { expected: MAX_PAYLOAD_BYTES, got: length },
  );
}
