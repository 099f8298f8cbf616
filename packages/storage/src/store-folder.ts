// What is in the folder of a store: which files are ours, which of them count, and which are left
// over from something that was interrupted.

import { StorageError, StorageErrorCode } from './errors.ts';
import type { FileSystem } from './file-system.ts';
import { LOG_HEADER_BYTES } from './log-format.ts';
import { type Manifest, readManifest } from './manifest.ts';
import { isTemporary, logName, logNumber, MANIFEST, snapshotNumber } from './names.ts';
import { withFile } from './typed-files.ts';

export interface FolderContents {
  readonly manifest: Manifest | undefined;
  /** Numbers of all logs there. */
  readonly logs: readonly number[];
  /** The highest number that a snapshot or a manifest under way has, or 0. */
  readonly highestSnapshot: number;
}

function isNumber(value: number | undefined): value is number {
  return value !== undefined;
}

/**
 * Reads the manifest and the names of a folder.
 *
 * @throws {StorageError} `MANIFEST_CORRUPT` when it is damaged, or gone while what it named is
 * there
 */
export async function readFolder(files: FileSystem, folder: string): Promise<FolderContents> {
  const manifest = await readManifest(files, folder);
  const names = await files.list(folder);
  const logs = names.map(logNumber).filter(isNumber);
  const snapshots = names.map(snapshotNumber).filter(isNumber);
  if (manifest === undefined) await assertUnused(files, folder, names);
  const highestSnapshot = Math.max(0, manifest?.snapshot?.number ?? 0, ...snapshots);
  return { manifest, logs, highestSnapshot };
}

/** A new store writes its manifest before anything that would be missed. */
async function assertUnused(
  files: FileSystem,
  folder: string,
  names: readonly string[],
): Promise<void> {
  let used = names.find((name) => snapshotNumber(name) !== undefined && !isTemporary(name));
  for (const name of names) {
    if (used !== undefined) break;
    if (logNumber(name) === undefined) continue;
    const size = await withFile(files, `${folder}/${name}`, (file) => file.size());
    if (size > LOG_HEADER_BYTES) used = name;
  }
  if (used === undefined) return;
  const path = `${folder}/${MANIFEST}`;
  throw new StorageError(
    StorageErrorCode.manifestCorrupt,
    `${path} is gone, and ${used} is there: restore the folder from a backup, or, if it is an ` +
      'unfinished backup itself, remove it',
    { path, offset: 0, found: used },
  );
}

/** Whether a file of ours counts for a store of this manifest. */
function isKnown(name: string, manifest: Manifest | undefined): boolean {
  if (isTemporary(name)) return false;
  const log = logNumber(name);
  if (log !== undefined) return manifest !== undefined && log >= manifest.log.number;
  const snapshot = snapshotNumber(name);
  return snapshot === undefined || snapshot === manifest?.snapshot?.number;
}

/**
 * Removes what the manifest does not know and interrupted work has left. What cannot be removed
 * stays until the next time: nothing depends on it. `stray` are logs that nothing belongs to.
 */
export async function removeLeftovers(
  files: FileSystem,
  folder: string,
  state: { readonly manifest: Manifest | undefined; readonly stray: readonly number[] },
): Promise<void> {
  const stray = new Set(state.stray.map(logName));
  const names = await files.list(folder).catch(() => []);
  for (const name of names) {
    if (isKnown(name, state.manifest) && !stray.has(name)) continue;
    await files.remove(`${folder}/${name}`).catch(() => undefined);
  }
}
