// What a collection is made of: its vectors, the fields of its metadata that can be filtered, and
// the texts that can be searched. Given when it is created, kept in its manifest, and the same for
// good.

import { describe, detail } from '@nigh/base';
import { checkOptions, type IndexOptions } from '@nigh/core';
import { type Fields, readFields } from '@nigh/filter';
import { type ResolvedTextOptions, readTextOptions, type TextOptions } from '@nigh/text';
import { CollectionError, CollectionErrorCode, optionError } from './errors.ts';

/** Options of the vector index of a collection. */
export type VectorOptions = Omit<IndexOptions, 'threads' | 'tier' | 'memory'>;

/** What a collection is made of. */
export interface SchemaOptions {
  /** Dimension, metric and whatever shapes the index. Without it documents have no vectors. */
  readonly vector?: VectorOptions;
  /** Fields of the metadata by which documents can be filtered, and their types. */
  readonly fields?: Fields;
  /**
   * What is searched as text: 'text' stands for the text of a document, any other name for the
   * field of its metadata of that name. Names, or names with weights and a language.
   */
  readonly text?: readonly string[] | TextOptions;
}

/** The same, checked: plain JSON, as it is kept. */
export interface Schema {
  /** The options of the index; undefined where documents have no vectors. */
  readonly vector?: VectorOptions;
  /** What can be filtered, with types; empty where nothing can. */
  readonly fields: Fields;
  /** What is searched as text; undefined where nothing is. */
  readonly text?: ResolvedTextOptions;
}

const FORMAT = 1;

/** The name that stands for the text of a document itself. */
export const OWN_TEXT = 'text';

function readVector(given: unknown): VectorOptions {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw optionError(`vector must be options of an index; got ${describe(given)}`, {
      name: 'vector',
      got: detail(given),
    });
  }
  const foreign = ['threads', 'tier', 'memory'].find((name) => Object.hasOwn(given, name));
  if (foreign !== undefined) {
    const message = `vector does not take '${foreign}': it belongs to a run, not to the data`;
    throw optionError(message, { name: `vector.${foreign}` });
  }
  const options = { metric: 'l2', ...given } as IndexOptions;
  checkOptions(options);
  return options;
}

/**
 * A schema as it was asked for, checked.
 *
 * @throws {CollectionError} INVALID_OPTION
 * @throws {VectorIndexError | FilterError | TextError} of the part that is wrong
 */
export function readSchema({ vector, fields, text }: SchemaOptions): Schema {
  return {
    ...(vector !== undefined && { vector: readVector(vector) }),
    fields: readFields(fields ?? {}),
    ...(text !== undefined && {
      text: readTextOptions(Array.isArray(text) ? { fields: text } : text),
    }),
  };
}

/** What is searched as text, in the order of the text index. */
export function textNames({ text }: Schema): readonly string[] {
  if (!text) return [];
  return text.fields.map(({ name }) => name);
}

/** A schema as the manifest keeps it. */
export function schemaToSettings(schema: Schema): unknown {
  return { format: FORMAT, ...schema };
}

/**
 * The schema of a manifest.
 *
 * @throws {CollectionError} COLLECTION_CORRUPT
 */
export function schemaOfSettings(settings: unknown): Schema {
  const given = (typeof settings === 'object' && settings !== null ? settings : {}) as {
    format?: unknown;
  } & SchemaOptions;
  if (given.format !== FORMAT) {
    throw new CollectionError(
      CollectionErrorCode.collectionCorrupt,
      `the collection is of format ${describe(given.format)}; this release reads ${FORMAT}: use ` +
        'the release that wrote it',
      { expected: FORMAT, got: detail(given.format) },
    );
  }
  try {
    return readSchema(given);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new CollectionError(
      CollectionErrorCode.collectionCorrupt,
      `the schema in the manifest is not one: ${reason}`,
      {},
      cause,
    );
  }
}

/** JSON with the properties of all objects in one order. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) => {
    if (typeof part !== 'object' || part === null || Array.isArray(part)) return part;
    return Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}

function isSame(part: keyof Schema, kept: Schema, wanted: Schema): boolean {
  const shapes = [kept, wanted].map((schema) => {
    const { vector } = schema;
    return canonical(part === 'vector' && vector ? shapeOf(vector) : (schema[part] ?? null));
  });
  return shapes[0] === shapes[1];
}

/** What shapes the vectors of a collection; not how much room there is, or when it is tidied. */
function shapeOf(vector: VectorOptions): unknown {
  const { capacity, segmentByteLimit, consolidateAt, threads, tier, memory, ...shape } =
    checkOptions(vector);
  return shape;
}

/**
 * Refuses a schema that was asked for and is not that of the collection.
 *
 * @throws {CollectionError} SCHEMA_MISMATCH
 */
export function assertSameSchema(kept: Schema, asked: SchemaOptions): void {
  const wanted = readSchema(asked);
  for (const part of ['vector', 'fields', 'text'] as const) {
    if (asked[part] === undefined) continue;
    if (isSame(part, kept, wanted)) continue;
    const [expected, got] = [canonical(kept[part] ?? null), canonical(wanted[part] ?? null)];
    throw new CollectionError(
      CollectionErrorCode.schemaMismatch,
      `the collection has ${part} ${expected}, not ${got}; open it without ${part}, or write its ` +
        'documents into a new collection',
      { name: part, expected, got },
    );
  }
}
