// What opening does when all logs have been read: it cuts what has to be cut, makes the rest
// durable, and says where the log goes on.

import type { CommitLogStart } from './commit-log.ts';
import type { FileSystem } from './file-system.ts';
import type { LogReplay } from './log-replay.ts';
import { type LogEnd, LogWriter } from './log-writer.ts';
import type { Manifest } from './manifest.ts';
import { logName } from './names.ts';
import { removeLeftovers } from './store-folder.ts';

export interface TakeUpPlan {
  readonly files: FileSystem;
  readonly folder: string;
  readonly manifest: Manifest;
  /** Numbers of the logs in the folder. */
  readonly numbers: readonly number[];
  /** Lets another manifest take the place of this one, durably. */
  readonly switchTo: (manifest: Manifest) => Promise<void>;
}

export async function takeUp(replay: LogReplay, plan: TakeUpPlan): Promise<CommitLogStart> {
  const end = replay.logs[replay.logs.length - 1];
  return end === undefined ? await beginAnew(replay, plan) : await goOn(replay, plan, end);
}

async function goOn(replay: LogReplay, plan: TakeUpPlan, end: LogEnd): Promise<CommitLogStart> {
  const { files, folder, manifest, numbers } = plan;
  // From the last to the first, so that whoever is interrupted here finds the same damage again.
  for (const number of [...replay.stray].sort((a, b) => b - a)) {
    await files.remove(`${folder}/${logName(number)}`);
  }
  // A process that was killed may have left names that no sync has kept yet.
  await files.syncFolder(folder);
  const writer = await LogWriter.takeUp(files, folder, end);
  await removeLeftovers(files, folder, { manifest, stray: [] });
  const { sequence } = replay;
  return { writer, older: replay.logs.slice(0, -1), sequence, highest: Math.max(...numbers) };
}

/** With a log of a new number: nothing is removed before the manifest does without it. */
async function beginAnew(replay: LogReplay, plan: TakeUpPlan): Promise<CommitLogStart> {
  const { files, folder, numbers } = plan;
  const { sequence } = replay;
  const number = Math.max(plan.manifest.log.number, ...numbers) + 1;
  const log = { number, first: sequence + 1 };
  const manifest = { ...plan.manifest, log };
  const writer = await LogWriter.create(files, folder, log);
  try {
    await files.syncFolder(folder);
    await plan.switchTo(manifest);
  } catch (error) {
    await writer.close().catch(() => undefined);
    throw error;
  }
  await removeLeftovers(files, folder, { manifest, stray: [] });
  return { writer, older: [], sequence, highest: number };
}
