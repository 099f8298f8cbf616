// The options of a store: defaults and limits.

import { assertBoolean, assertChoice, assertInteger, assertOptions } from '@nigh/base';
import { invalidOption, StorageError, StorageErrorCode } from './errors.ts';
import type { FileSystem } from './file-system.ts';
import { nodeFileSystem } from './node-file-system.ts';
import { withTypedErrors } from './typed-files.ts';

export const DURABILITIES = ['sync', 'interval', 'os'] as const;

/**
 * What an acknowledged record survives. `sync`: a power cut. `interval`: a kill, and a power cut
 * `intervalMs` later. `os`: a kill.
 */
export type Durability = (typeof DURABILITIES)[number];

/** How a store is opened. */
export interface StoreOptions {
  /** Where the files are; the machine's by default. */
  readonly files?: FileSystem;
  /** Default `sync`. */
  readonly durability?: Durability;
  /** Milliseconds between a write and its sync with `interval`: 1 to 60,000, default 100. */
  readonly intervalMs?: number;
  /**
   * What to do with a log that is damaged before its end: nothing by default, `LOG_CORRUPT` is
   * thrown. `point-in-time` takes the records before the damage and drops those behind it.
   */
  readonly recover?: 'point-in-time';
  /**
   * Reads only, takes no lock and changes nothing; what a writer does meanwhile may show or not.
   */
  readonly readOnly?: boolean;
  /** Whether a store may be made where there is none; default true. */
  readonly create?: boolean;
}

const NAMES = ['files', 'durability', 'intervalMs', 'recover', 'readOnly', 'create'] as const;
const DEFAULT_INTERVAL_MS = 100;
const MAX_INTERVAL_MS = 60_000;

export interface ResolvedOptions {
  readonly files: FileSystem;
  readonly durability: Durability;
  readonly intervalMs: number;
  readonly isPointInTime: boolean;
  readonly readOnly: boolean;
  readonly create: boolean;
}

export function resolveOptions(options: unknown): ResolvedOptions {
  const given = assertOptions(options, NAMES, { name: 'options', error: invalidOption });
  const { durability = 'sync', intervalMs = DEFAULT_INTERVAL_MS, recover } = given;
  const { readOnly = false, create = true, files = nodeFileSystem } = given;
  const check = (name: string) => ({ name, error: invalidOption });
  if (typeof files !== 'object' || files === null) {
    throw new StorageError(StorageErrorCode.invalidOption, 'files must be a FileSystem', {
      name: 'files',
    });
  }
  if (recover !== undefined) assertChoice(recover, ['point-in-time'], check('recover'));
  return {
    files: withTypedErrors(files as FileSystem),
    durability: assertChoice(durability, DURABILITIES, check('durability')),
    intervalMs: assertInteger(intervalMs, [1, MAX_INTERVAL_MS], check('intervalMs')),
    isPointInTime: recover === 'point-in-time',
    readOnly: assertBoolean(readOnly, check('readOnly')),
    create: assertBoolean(create, check('create')),
  };
}
