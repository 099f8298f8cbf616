// What the log keeps of a write: batches of documents, changes of metadata, and deletions. Records
// name documents by key, never by row, so that they mean the same whatever rows there are.
//
//   documents   count  dimension  keyBytes  documentBytes | lengths (key, metadata, text) of each |
//               floats of the vectors | keys | metadata and text of each
//   metadata,   the JSON of [key, patch] pairs, of keys
//   deletions
//
// Numbers are little-endian words of 32 bits.

import type { Metadata } from '@nigh/filter';
import { ABSENT, textBytes } from '../contents/document-table.ts';
import type { Batch, Patches } from '../document.ts';
import { corruptError } from '../errors.ts';
import { isKeyText, type KeyText } from '../key.ts';

export const RecordType = { documents: 1, metadata: 2, deletions: 3 } as const;
export type RecordType = (typeof RecordType)[keyof typeof RecordType];

/** A write, as the log gets it. */
export interface LogRecord {
  readonly type: RecordType;
  readonly parts: readonly Uint8Array[];
}

const HEAD_WORDS = 4;
const WORD_BYTES = 4;
const LENGTHS = 3;

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function bytesOf(array: Uint32Array | Float32Array): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

export function documentsRecord(batch: Batch): LogRecord {
  const { keys, vectors, bytes, starts, textLengths } = batch;
  const encoded = keys.map((key) => encoder.encode(key));
  const keyBytes = new Uint8Array(encoded.reduce((sum, key) => sum + key.length, 0));
  const table = new Uint32Array(LENGTHS * keys.length);
  let at = 0;
  for (const [row, key] of encoded.entries()) {
    keyBytes.set(key, at);
    at += key.length;
    const textLength = textLengths[row] as number;
    const length = (starts[row + 1] as number) - (starts[row] as number);
    table.set([key.length, length - textBytes(textLength), textLength], LENGTHS * row);
  }
  const dimension = vectors && keys.length > 0 ? vectors.length / keys.length : 0;
  const head = Uint32Array.of(keys.length, dimension, keyBytes.length, bytes.length);
  const floats = vectors ? bytesOf(vectors) : new Uint8Array(0);
  return {
    type: RecordType.documents,
    parts: [bytesOf(head), bytesOf(table), floats, keyBytes, bytes],
  };
}

export function metadataRecord(patches: Patches): LogRecord {
  return { type: RecordType.metadata, parts: [encoder.encode(JSON.stringify(patches))] };
}

export function deletionsRecord(keys: readonly KeyText[]): LogRecord {
  return { type: RecordType.deletions, parts: [encoder.encode(JSON.stringify(keys))] };
}

/** Reads the parts of a record one after another. */
class PayloadReader {
  readonly #payload: Uint8Array;
  #at = 0;

  constructor(payload: Uint8Array) {
    this.#payload = payload;
  }

  bytes(length: number): Uint8Array {
    if (this.#at + length > this.#payload.length) throw corruptError('a record ends early');
    this.#at += length;
    return this.#payload.subarray(this.#at - length, this.#at);
  }

  /** Words in memory of their own: a record may begin anywhere. */
  words(count: number): ArrayBuffer {
    return this.bytes(count * WORD_BYTES).slice().buffer as ArrayBuffer;
  }

  end(): void {
    if (this.#at === this.#payload.length) return;
    throw corruptError(`a record has ${this.#payload.length - this.#at} bytes too many`);
  }
}

function sum(lengths: Uint32Array, first: number): number {
  let total = 0;
  for (let i = first; i < lengths.length; i += LENGTHS) {
    total += textBytes(lengths[i] as number);
  }
  return total;
}

/**
 * The batch of a record.
 *
 * @throws {CollectionError} COLLECTION_CORRUPT
 */
export function readDocuments(payload: Uint8Array): Batch {
  const reader = new PayloadReader(payload);
  const [count = 0, dimension = 0, keyLength = 0, documentLength = 0] = new Uint32Array(
    reader.words(HEAD_WORDS),
  );
  const table = new Uint32Array(reader.words(LENGTHS * count));
  const vectors = new Float32Array(reader.words(count * dimension));
  const keyBytes = reader.bytes(keyLength);
  const bytes = reader.bytes(documentLength);
  reader.end();
  const found = [sum(table, 0), sum(table, 1) + sum(table, 2)];
  if (found[0] !== keyLength || found[1] !== documentLength) {
    throw corruptError('the lengths of a record do not add up');
  }
  const keys: KeyText[] = [];
  const metadata: Metadata[] = [];
  const texts: (string | undefined)[] = [];
  const starts = new Float64Array(count + 1);
  const textLengths = new Uint32Array(count);
  let [keyAt, at] = [0, 0];
  for (let row = 0; row < count; row++) {
    const [keyEnd = 0, metadataLength = 0, textLength = 0] = table.subarray(LENGTHS * row);
    keys.push(asKey(decode(keyBytes.subarray(keyAt, keyAt + keyEnd))));
    keyAt += keyEnd;
    metadata.push(asMetadata(parse(bytes.subarray(at, at + metadataLength))));
    at += metadataLength;
    const textEnd = at + textBytes(textLength);
    texts.push(textLength === ABSENT ? undefined : decode(bytes.subarray(at, textEnd)));
    at = textEnd;
    textLengths[row] = textLength;
    starts[row + 1] = at;
  }
  const documents = { keys, metadata, texts, bytes, starts, textLengths };
  return { ...documents, ...(dimension > 0 && { vectors }) };
}

function decode(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch (cause) {
    throw corruptError('a record is not UTF-8', { cause: String(cause) });
  }
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(decode(bytes));
  } catch (cause) {
    throw corruptError('a record is not JSON', { cause: String(cause) });
  }
}

function asKey(value: unknown): KeyText {
  if (typeof value === 'string' && isKeyText(value)) return value;
  throw corruptError('a record has a key that is none');
}

function asMetadata(value: unknown): Metadata {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as Metadata;
  }
  throw corruptError('a record has metadata that is no object');
}

function asArray(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw corruptError('a record has no list');
}

/** @throws {CollectionError} COLLECTION_CORRUPT */
export function readPatches(payload: Uint8Array): Patches {
  return asArray(parse(payload)).map((pair) => {
    const [key, patch] = asArray(pair);
    return [asKey(key), asMetadata(patch)] as const;
  });
}

/** @throws {CollectionError} COLLECTION_CORRUPT */
export function readDeletions(payload: Uint8Array): KeyText[] {
  return asArray(parse(payload)).map(asKey);
}
