// Changes of metadata, held against the documents they are for before they are logged: what is in
// the log must be possible to apply, now and at every opening.

import type { Metadata } from '@nigh/filter';
import type { Contents } from '../contents/contents.ts';
import { assertDocumentFits, MAX_DOCUMENT_UNITS } from '../contents/encode-documents.ts';
import { rowOfKey } from '../contents/read-row.ts';
import type { Patches } from '../document.ts';
import type { KeyText } from '../key.ts';
import { patchMetadata } from '../metadata.ts';

/**
 * Every document is there, and none becomes too large.
 *
 * @param size bytes of all patches together, as they are logged
 * @throws {CollectionError} KEY_NOT_FOUND, INVALID_DOCUMENT
 */
export function assertPatches(contents: Contents, patches: Patches, size: number): void {
  const { documents } = contents;
  const rows = patches.map(([key]) => rowOfKey(contents, key));
  const isSmall = (row: number): boolean =>
    documents.bytes(row).length + size <= MAX_DOCUMENT_UNITS;
  if (rows.every(isSmall)) return;
  const patched = new Map<KeyText, Metadata>();
  for (const [i, [key, patch]] of patches.entries()) {
    const row = rows[i] as number;
    const metadata = patchMetadata(patched.get(key) ?? documents.metadata(row), patch);
    assertDocumentFits(JSON.stringify(metadata), documents.text(row), i);
    patched.set(key, metadata);
  }
}
