// Changes of metadata, held against the documents they are for before they are logged: what is in
// the log must be possible to apply, now and at every opening.

import type { Metadata } from '@nigh/filter';
import type { Contents } from '../contents/contents.ts';
import { assertDocumentFits, MAX_DOCUMENT_UNITS } from '../contents/encode-documents.ts';
import { rowOfKey } from '../contents/read-row.ts';
import type { Patches } from '../document.ts';
import type { KeyText } from '../key.ts';
import { patchMetadata } from '../metadata.ts';

/** Whether a document could become too large by `bytes` of patches, as they are logged. */
export function mayOverflow(
  { keys, documents }: Contents,
  patches: Patches,
  bytes: number,
): boolean {
  const rows = patches.map(([key]) => keys.rowOf(key)).filter((row) => row !== -1);
  return rows.some((row) => documents.length(row) + bytes > MAX_DOCUMENT_UNITS);
}

/**
 * Every document is there, and none becomes too large.
 *
 * @param bytes those of the patches, and of others that are not in the contents yet
 * @throws {CollectionError} KEY_NOT_FOUND, INVALID_DOCUMENT
 */
export function assertPatches(contents: Contents, patches: Patches, bytes: number): void {
  const rows = patches.map(([key]) => rowOfKey(contents, key));
  if (!mayOverflow(contents, patches, bytes)) return;
  const { documents } = contents;
  const patched = new Map<KeyText, Metadata>();
  for (const [i, [key, patch]] of patches.entries()) {
    const row = rows[i] as number;
    const metadata = patchMetadata(patched.get(key) ?? documents.metadata(row), patch);
    patched.set(key, metadata);
    assertDocumentFits(JSON.stringify(metadata), documents.text(row), i);
  }
}
