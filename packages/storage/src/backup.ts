// A snapshot that is written into another folder, which then is a store of its own.

import { StorageError, StorageErrorCode } from './errors.ts';
import type { FileSystem } from './file-system.ts';
import { LogWriter } from './log-writer.ts';
import { type Manifest, replaceManifest } from './manifest.ts';
import { logName } from './names.ts';
import { type SnapshotWriter, writeSnapshotFiles } from './snapshot-files.ts';

export interface BackupTarget {
  readonly files: FileSystem;
  readonly folder: string;
  /** Records up to this sequence are in what is written. */
  readonly sequence: number;
  readonly settings: unknown;
}

async function assertEmpty(files: FileSystem, folder: string): Promise<void> {
  const names = await files.list(folder);
  const found = names.find((name) => !name.startsWith('lock-'));
  if (found === undefined) return;
  throw new StorageError(
    StorageErrorCode.notEmpty,
    `${folder} is not empty, it has ${found}: a backup needs a folder of its own`,
    { folder, found },
  );
}

/** The manifest comes last: before it the folder is not a store, whatever happens. */
async function write(
  target: BackupTarget,
  produce: (writer: SnapshotWriter) => Promise<void>,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { files, folder, sequence, settings } = target;
  const number = 1;
  const log = { number, first: sequence + 1 };
  const written = await writeSnapshotFiles({ files, folder, number }, produce, signal);
  const manifest: Manifest = {
    settings,
    snapshot: { number, sequence, files: written.files },
    log,
  };
  try {
    const writer = await LogWriter.create(files, folder, log);
    await writer.close();
    await files.syncFolder(folder);
    await replaceManifest(files, folder, { manifest, number });
  } catch (error) {
    await written.undo();
    await files.remove(`${folder}/${logName(number)}`).catch(() => undefined);
    throw error;
  }
  await files.syncFolder(folder);
}

export async function writeBackup(
  target: BackupTarget,
  produce: (writer: SnapshotWriter) => Promise<void>,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { files, folder } = target;
  await files.makeFolder(folder);
  const lock = await files.lock(folder);
  try {
    await assertEmpty(files, folder);
    await write(target, produce, signal);
  } finally {
    await lock.release();
  }
}
