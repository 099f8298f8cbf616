// Reads every checksum of a store without changing anything, also while another process has it
// open.

import { StorageError } from './errors.ts';
import type { FileSystem } from './file-system.ts';
import { LogReplay } from './log-replay.ts';
import { nodeFileSystem } from './node-file-system.ts';
import { SnapshotReader } from './snapshot-files.ts';
import { type FolderContents, readFolder } from './store-folder.ts';
import { resolveFolder, withTypedErrors } from './typed-files.ts';

/** What is broken in the folder of a store. */
export interface Problem {
  /**
   * `damage`: something that was kept is not readable. `tail`: bytes behind the last record that
   * opening would cut; a writer at work, or one that was killed, leaves them too.
   */
  readonly kind: 'damage' | 'tail';
  /** The code of the error that opening would throw; `LOG_CORRUPT` for a tail. */
  readonly code: string;
  /** What is broken, in words. */
  readonly message: string;
  /** The file. */
  readonly path: string | undefined;
  /** Where in the file, in bytes. */
  readonly offset: number | undefined;
}

/** Rounds in which a writer has switched the manifest while we read. */
const MAX_ROUNDS = 5;

function problemOf(error: unknown): Problem {
  if (!(error instanceof StorageError)) throw error;
  const { path, offset } = error.details;
  return {
    kind: 'damage',
    code: error.code,
    message: error.message,
    path: typeof path === 'string' ? path : undefined,
    offset: typeof offset === 'number' ? offset : undefined,
  };
}

async function attempt(problems: Problem[], work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    problems.push(problemOf(error));
  }
}

async function verifyLogs(
  files: FileSystem,
  folder: string,
  contents: FolderContents,
): Promise<Problem[]> {
  const { manifest, logs: numbers } = contents;
  if (manifest === undefined) return [];
  const problems: Problem[] = [];
  const replay = new LogReplay({ files, folder, manifest, numbers, isPointInTime: false });
  await attempt(problems, async () => {
    for await (const _ of replay.records());
    if (replay.droppedBytes === 0) return;
    const message = `${replay.droppedBytes} bytes behind the last whole record`;
    const { path, offset } = replay.tail ?? {};
    problems.push({ kind: 'tail', code: 'LOG_CORRUPT', message, path, offset });
  });
  return problems;
}

async function verifyOnce(files: FileSystem, folder: string): Promise<[Problem[], string]> {
  const problems: Problem[] = [];
  let contents: FolderContents | undefined;
  await attempt(problems, async () => {
    contents = await readFolder(files, folder);
  });
  const entry = contents?.manifest?.snapshot;
  if (entry !== undefined) {
    const reader = new SnapshotReader(files, folder, entry);
    for (const name of reader.names) await attempt(problems, () => reader.verifyFile(name));
  }
  if (contents !== undefined) problems.push(...(await verifyLogs(files, folder, contents)));
  return [problems, JSON.stringify(contents?.manifest ?? null)];
}

/**
 * What is wrong with the store in a folder: every checksum of its manifest, snapshot and logs is
 * read. Files that the owner wrote byte by byte are held against their size and the checksum of
 * their beginning. Takes no lock.
 *
 * @returns nothing when all is well; no store is no problem
 */
export async function verifyStore(
  folder: string,
  files: FileSystem = nodeFileSystem,
): Promise<Problem[]> {
  const typed = withTypedErrors(files);
  const whole = resolveFolder(typed, folder);
  let [problems, manifest] = await verifyOnce(typed, whole);
  for (let round = 1; problems.length > 0 && round < MAX_ROUNDS; round++) {
    const before = manifest;
    [problems, manifest] = await verifyOnce(typed, whole);
    if (manifest === before) break;
  }
  return problems;
}
