// Opens the store of a collection: its snapshot, and what was logged since.

import { StorageError, StorageErrorCode, Store, type StoredRecord } from '@nigh/storage';
import { Contents } from '../contents/contents.ts';
import type { Batch, Patches } from '../document.ts';
import { CollectionError, CollectionErrorCode, corruptError } from '../errors.ts';
import type { OpenRequest } from '../open-options.ts';
import { assertSameSchema, type Schema, schemaOfSettings, schemaToSettings } from '../schema.ts';
import { RecordType, readDeletions, readDocuments, readPatches } from '../write/log-records.ts';
import { DocumentReader } from '../write/read-documents.ts';
import { readContents } from './snapshot.ts';

/** A collection's files and what they hold. */
export interface Opened {
  readonly store: Store;
  readonly contents: Contents;
}

/** The batch of a record: as documents are that were let in. */
function asBatch(payload: Uint8Array, reader: DocumentReader, { vector }: Schema): Batch {
  const batch = readDocuments(payload);
  const expected = batch.keys.length * (vector?.dimension ?? 0);
  const got = batch.vectors?.length ?? 0;
  if (got !== expected) throw corruptError(`${got} components of vectors, not ${expected}`);
  if (new Set(batch.keys).size < batch.keys.length) throw corruptError('a key comes twice');
  for (const [row, metadata] of batch.metadata.entries()) reader.checkMetadata(metadata, row);
  return batch;
}

function asPatches(payload: Uint8Array, reader: DocumentReader): Patches {
  const patches = readPatches(payload);
  for (const [row, [, patch]] of patches.entries()) reader.checkMetadata(patch, row);
  return patches;
}

/** Does once more what one record says. */
async function apply(
  contents: Contents,
  reader: DocumentReader,
  { type, payload }: StoredRecord,
): Promise<void> {
  if (type === RecordType.documents) {
    await contents.write(asBatch(payload, reader, contents.schema));
  } else if (type === RecordType.metadata) await contents.patch(asPatches(payload, reader));
  else if (type === RecordType.deletions) await contents.remove(readDeletions(payload));
  else throw corruptError(`it is of unknown type ${type}`);
}

/** Does once more what the log says was done since the snapshot. */
async function replay(store: Store, contents: Contents): Promise<void> {
  const reader = new DocumentReader(contents.schema);
  for await (const record of store.records()) {
    try {
      await apply(contents, reader, record);
    } catch (error) {
      throw ofRecord(error, record.sequence);
    }
  }
  await contents.link();
}

/** An error about a record: what was logged could be applied once, so the record is another. */
function ofRecord(error: unknown, sequence: number): unknown {
  const { code } = error as { code?: unknown };
  if (code === 'OUT_OF_MEMORY') return error;
  const reason = error instanceof Error ? error.message : String(error);
  const message = `record ${sequence} of the log cannot be applied: ${reason}`;
  return new CollectionError(CollectionErrorCode.collectionCorrupt, message, { sequence }, error);
}

async function openContents(store: Store, request: OpenRequest): Promise<Contents> {
  const { asked, run } = request;
  if (store.isNew) {
    if (!request.schema) throw noSchema(store.folder, undefined);
    await store.initialize(schemaToSettings(request.schema));
    return Contents.create(request.schema, run);
  }
  const schema = schemaOfSettings(store.settings);
  assertSameSchema(schema, asked);
  const contents = store.snapshot
    ? await readContents(store.snapshot, schema, run)
    : await Contents.create(schema, run);
  try {
    await replay(store, contents);
    return contents;
  } catch (error) {
    await contents.close();
    throw error;
  }
}

/**
 * The collection in a folder, as its last acknowledged write left it.
 *
 * @throws {StorageError} LOCKED, MANIFEST_CORRUPT, LOG_CORRUPT, SNAPSHOT_CORRUPT, FILE_FAILED, ...
 * @throws {CollectionError} NO_SCHEMA, SCHEMA_MISMATCH, COLLECTION_CORRUPT
 */
export async function openStore(folder: string, request: OpenRequest): Promise<Opened> {
  const create = request.schema !== undefined;
  const store = await Store.open(folder, { ...request.store, create }).catch((error: unknown) => {
    const isNone = error instanceof StorageError && error.code === StorageErrorCode.notAStore;
    throw isNone && !create ? noSchema(folder, error) : error;
  });
  try {
    return { store, contents: await openContents(store, request) };
  } catch (error) {
    await store.close();
    throw error;
  }
}

function noSchema(folder: string, cause: unknown): CollectionError {
  return new CollectionError(
    CollectionErrorCode.noSchema,
    `there is no collection in ${folder} yet; say what it is made of: vector, fields, text`,
    { folder },
    cause,
  );
}
