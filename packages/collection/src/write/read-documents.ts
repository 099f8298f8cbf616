// Documents on their way in: checked as a whole before anything is written, so that a batch with
// one bad document changes nothing. Of documents with the same key the last one counts.

import { assertOptions, describe, detail, ownValue } from '@nigh/base';
import { readVectors, type Vectors } from '@nigh/core';
import { Columns, type Metadata } from '@nigh/filter';
import { assertDocumentFits, encodeDocuments } from '../contents/encode-documents.ts';
import { pickRows } from '../contents/pick-rows.ts';
import type { Batch, Patches } from '../document.ts';
import {
  argumentCheck,
  type CollectionError,
  documentError,
  noVectorsError,
  reading,
  unreadable,
} from '../errors.ts';
import { encodeKey, type KeyText } from '../key.ts';
import { assertDepth, copyMetadata } from '../metadata.ts';
import { OWN_TEXT, type Schema, textNames, type VectorOptions } from '../schema.ts';
import { documentColumns } from './document-columns.ts';

/** Checks the documents of one collection. */
export class DocumentReader {
  readonly #schema: Schema;
  readonly #columns: Columns;
  readonly #textFields: readonly string[];

  constructor(schema: Schema) {
    this.#schema = schema;
    this.#columns = Columns.create(schema.fields);
    this.#textFields = textNames(schema).filter((name) => name !== OWN_TEXT);
  }

  /**
   * The batch of some documents, or of their columns.
   *
   * @throws {CollectionError} INVALID_ARGUMENT, INVALID_DOCUMENT, INVALID_KEY, NO_VECTORS, NO_TEXT
   * @throws {FilterError} WRONG_TYPE
   * @throws {VectorIndexError} as `readVectors` of the core does
   */
  read(documents: unknown): Batch {
    const { keys, vectors, metadata, texts } = documentColumns(documents);
    const texted = this.#readTexts(texts, keys.length);
    const batch = {
      keys: keys.map((key, row) => encodeKey(key, row)),
      metadata: this.#readAllMetadata(metadata, keys.length),
      texts: texted,
    };
    const floats = this.#readVectors(vectors, keys.length);
    const whole = this.#withoutRepeats({ ...batch, ...(floats && { vectors: floats }) });
    return { ...whole, ...encodeDocuments(whole.metadata, whole.texts, assertDocumentFits) };
  }

  /**
   * Patches of metadata: like metadata, and null stands for what goes.
   *
   * @throws {CollectionError} INVALID_ARGUMENT, INVALID_DOCUMENT, INVALID_KEY
   * @throws {FilterError} WRONG_TYPE
   */
  readPatches(updates: unknown): Patches {
    const list = reading(() => Array.from(asList(updates)), unreadable(0));
    return list.map((update, row) => {
      const name = `update ${row}`;
      const { key, metadata } = reading(
        () => ({ ...assertOptions(update, ['key', 'metadata'], argumentCheck(name)) }),
        unreadable(row),
      );
      return [encodeKey(key, row), this.readMetadata(metadata, row)] as const;
    });
  }

  /** A copy of metadata, checked; `row` is the number of its document among those given. */
  readMetadata(metadata: unknown, row: number): Metadata {
    const copy = copyMetadata(metadata, this.#schema.fields, row);
    this.#checkFields(copy, row);
    return copy;
  }

  /** Metadata that was parsed from JSON, checked as that of callers is, without a copy. */
  checkMetadata(metadata: Metadata, row: number): void {
    assertDepth(metadata, row);
    this.#checkFields(metadata, row);
  }

  /** Declared fields are of their types, those searched as text are text. */
  #checkFields(metadata: Metadata, row: number): void {
    this.#columns.check(metadata, row, 'document');
    for (const name of this.#textFields) {
      const value = ownValue(metadata, name);
      if (isSearchable(value)) continue;
      const message = `metadata.${name} of document ${row} is ${describe(value)}; it is searched`;
      throw documentError(`${message} as text, so it must be text or an array of texts`, {
        ...{ row, path: `metadata.${name}` },
        got: detail(value),
      });
    }
  }

  #readAllMetadata(given: readonly unknown[] | undefined, count: number): Metadata[] {
    return Array.from({ length: count }, (_, row) => this.readMetadata(given?.[row], row));
  }

  #readTexts(given: readonly unknown[] | undefined, count: number): (string | undefined)[] {
    return Array.from({ length: count }, (_, row) => {
      const text = given?.[row];
      if (text === undefined || text === null) return undefined;
      if (typeof text !== 'string') {
        const message = `the text of document ${row} must be a string; got ${describe(text)}`;
        throw documentError(message, { row, path: 'text', got: detail(text) });
      }
      if (!text.isWellFormed()) {
        const message = `the text of document ${row} has half of a surrogate pair`;
        throw documentError(`${message}; pass text.toWellFormed()`, { row, path: 'text' });
      }
      return text;
    });
  }

  #readVectors(given: Vectors | undefined, count: number): Float32Array | undefined {
    const { vector } = this.#schema;
    if (!vector) {
      if (given === undefined) return undefined;
      throw noVectorsError('leave them out');
    }
    if (given === undefined && count > 0) throw missingVector(0);
    const missing = reading(
      () => (Array.isArray(given) ? given.indexOf(undefined) : -1),
      unreadable(0),
    );
    if (missing !== -1) throw missingVector(missing);
    const { dimension } = vector;
    const floats = readVectors(given ?? new Float32Array(0), readable(vector));
    if (floats.length === count * dimension) return floats;
    const got = floats.length / dimension;
    const message = `${count} documents have ${got} vectors; each must have one`;
    throw documentError(message, { expected: count, got });
  }

  /** The same, without the documents whose key comes once more later on. */
  #withoutRepeats(batch: Unencoded): Unencoded {
    if (new Set(batch.keys).size === batch.keys.length) return batch;
    const last = new Map(batch.keys.map((key, row) => [key, row]));
    const rows = batch.keys.flatMap((key, row) => (last.get(key) === row ? [row] : []));
    const dimension = this.#schema.vector?.dimension ?? 0;
    const { vectors } = batch;
    return {
      keys: rows.map((row) => batch.keys[row] as KeyText),
      metadata: rows.map((row) => batch.metadata[row] as Metadata),
      texts: rows.map((row) => batch.texts[row]),
      ...(vectors && { vectors: pickRows(vectors, rows, dimension) }),
    };
  }
}

function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [value];
}

/** What decides which vectors an index takes. */
function readable({ dimension, metric, precision, originals, rerank }: VectorOptions): VectorShape {
  return {
    dimension,
    ...(metric && { metric }),
    ...(precision && { precision }),
    ...(originals && { originals }),
    ...(rerank && { rerank }),
  };
}

type VectorShape = Parameters<typeof readVectors>[1];
type Unencoded = Pick<Batch, 'keys' | 'vectors' | 'metadata' | 'texts'>;

/** Text, some texts, or nothing. */
function isSearchable(value: unknown): boolean {
  if (value === undefined || value === null || typeof value === 'string') return true;
  return Array.isArray(value) && value.every((one) => typeof one === 'string');
}

function missingVector(row: number): CollectionError {
  return documentError(`document ${row} has no vector; all of this collection have one`, {
    ...{ row, path: 'vector' },
  });
}
