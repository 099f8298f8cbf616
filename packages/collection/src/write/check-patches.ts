// Changes of metadata, held against the documents they are for before they are logged: what is in
// the log must be possible to apply, now and at every opening.

import type { Metadata } from '@nigh/filter';
import type { Contents } from '../contents/contents.ts';
import { assertDocumentFits, MAX_DOCUMENT_UNITS } from '../contents/encode-documents.ts';
import { rowOfKey } from '../contents/read-row.ts';
import type { Patches } from '../document.ts';
import type { KeyText } from '../key.ts';
import { patchMetadata } from '../metadata.ts';

/** What comes before patches and is not in the contents yet. */
interface Before {
  readonly earlier: readonly Patches[];
  /** Bytes of all of it and of the patches themselves, as they are logged. */
  readonly size: number;
}

/**
 * Every document is there, and none becomes too large.
 *
 * @throws {CollectionError} KEY_NOT_FOUND, INVALID_DOCUMENT
 */
export function assertPatches(
  contents: Contents,
  patches: Patches,
  { earlier, size }: Before,
): void {
  const { documents } = contents;
  const rows = patches.map(([key]) => rowOfKey(contents, key));
  if (rows.every((row) => documents.length(row) + size <= MAX_DOCUMENT_UNITS)) return;
  const patched = new Map<KeyText, Metadata>();
  const lay = (key: KeyText, patch: Metadata, row: number): Metadata => {
    const metadata = patchMetadata(patched.get(key) ?? documents.metadata(row), patch);
    patched.set(key, metadata);
    return metadata;
  };
  for (const [key, patch] of earlier.flat()) lay(key, patch, rowOfKey(contents, key));
  for (const [i, [key, patch]] of patches.entries()) {
    const row = rows[i] as number;
    assertDocumentFits(JSON.stringify(lay(key, patch, row)), documents.text(row), i);
  }
}
