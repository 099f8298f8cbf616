// What a collection is opened with: what it is made of, and how it runs.

import { assertBoolean, assertChoice, assertInteger, assertOptions } from '@nigh/base';
import type { Durability, FileSystem } from '@nigh/storage';
import type { RunOptions } from './contents/contents.ts';
import { optionCheck } from './errors.ts';
import { readSchema, type Schema, type SchemaOptions } from './schema.ts';

/** The schema of a collection, and how it is opened. */
export interface OpenOptions extends SchemaOptions, RunOptions {
  /**
   * What an acknowledged write survives: 'sync' (default) a power cut, 'os' and 'interval' a killed
   * process; 'interval' a power cut too, but for the last `intervalMs`.
   */
  readonly durability?: Durability;
  /** With 'interval': milliseconds until what was written is synced. Default 100. */
  readonly intervalMs?: number;
  /**
   * Bytes of the log from which on a checkpoint is made by itself, once the log has half the bytes
   * of the snapshot too. Default 64 MiB.
   */
  readonly checkpointAt?: number;
  /** Takes what comes before the damage of a damaged log, instead of refusing to open. */
  readonly recover?: 'point-in-time';
  /**
   * Opens what is there to be read, beside whoever writes to it, and changes nothing. Sees what was
   * written until then.
   */
  readonly readOnly?: boolean;
  /** A file system in the place of the machine's: for tests that crash. */
  readonly files?: FileSystem;
}

/** The same, checked. `asked` is what was said of the schema. */
export interface OpenRequest {
  readonly asked: SchemaOptions;
  /** Undefined where nothing was said: the collection must be there then. */
  readonly schema: Schema | undefined;
  readonly run: RunOptions;
  readonly checkpointAt: number;
  readonly store: Pick<OpenOptions, 'durability' | 'intervalMs' | 'recover' | 'readOnly' | 'files'>;
}

const SCHEMA_NAMES = ['vector', 'fields', 'text'] as const;
const STORE_NAMES = ['durability', 'intervalMs', 'recover', 'readOnly', 'files'] as const;
const NAMES = [...SCHEMA_NAMES, ...STORE_NAMES, 'threads', 'checkpointAt'];
const MAX_THREADS = 128;
const DEFAULT_CHECKPOINT_AT: number = 64 * 2 ** 20;

/** The options of `names` that were given. */
function pick<Name extends keyof OpenOptions>(
  given: OpenOptions,
  names: readonly Name[],
): Pick<OpenOptions, Name> {
  const entries = names
    .filter((name) => given[name] !== undefined)
    .map((name) => [name, given[name]]);
  return Object.fromEntries(entries) as Pick<OpenOptions, Name>;
}

/**
 * @throws {CollectionError} INVALID_OPTION
 * @throws {VectorIndexError | FilterError | TextError} of a part of the schema
 */
export function readOpenOptions(options: unknown): OpenRequest {
  const given: OpenOptions = { ...assertOptions(options, NAMES, optionCheck('options')) };
  const { threads, checkpointAt = DEFAULT_CHECKPOINT_AT, recover, readOnly } = given;
  if (readOnly !== undefined) assertBoolean(readOnly, optionCheck('readOnly'));
  if (recover !== undefined) assertChoice(recover, ['point-in-time'], optionCheck('recover'));
  const asked = pick(given, SCHEMA_NAMES);
  const isAsked = Object.keys(asked).length > 0;
  return {
    ...{ asked, schema: isAsked ? readSchema(asked) : undefined },
    run:
      threads === undefined
        ? {}
        : { threads: assertInteger(threads, [1, MAX_THREADS], optionCheck('threads')) },
    checkpointAt: assertInteger(
      checkpointAt,
      [1, Number.MAX_SAFE_INTEGER],
      optionCheck('checkpointAt'),
    ),
    store: pick(given, STORE_NAMES),
  };
}
