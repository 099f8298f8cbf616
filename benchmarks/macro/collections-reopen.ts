/** Opening a collection: a clean one beside reading its files, and one whose process was killed. */
import { spawnSync } from 'node:child_process';
import { cp, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Collection } from '@nigh/collection';
import type { FilmFiles } from '../harness/films.ts';
import { interleave, samplesOf, time } from '../harness/run.ts';
import type { MeasuredReopen, MeasuredReplay } from './collections-report.ts';

const CRASH = join(import.meta.dirname, 'collections-crash-case.ts');

/** Opens it, and holds what is in it against what should be; closing stays outside the clock. */
async function timeOpen(folder: string, count: number): Promise<number> {
  const start = performance.now();
  const collection = await Collection.open(folder);
  const milliseconds = performance.now() - start;
  const found = collection.count();
  await collection.close();
  if (found !== count) throw new Error(`${found} documents came back, not ${count}`);
  return milliseconds;
}

/** One after the other: what somebody else would have to do at least. */
async function readAll(folder: string): Promise<number> {
  let bytes = 0;
  for (const name of await readdir(folder)) bytes += (await readFile(join(folder, name))).length;
  return bytes;
}

export async function measureReopen(
  folder: string,
  count: number,
  rounds: number,
): Promise<MeasuredReopen> {
  const bytes = await readAll(folder);
  const samples = await interleave(
    [
      { name: 'open', measure: () => timeOpen(folder, count) },
      { name: 'read', measure: () => time(() => readAll(folder)) },
    ],
    { rounds },
  );
  return { bytes, open: samplesOf(samples, 'open'), read: samplesOf(samples, 'read') };
}

/** @param folder that is not there yet */
export async function measureReplay(
  folder: string,
  files: FilmFiles,
  rounds: number,
): Promise<MeasuredReplay> {
  const { signal, stderr } = spawnSync(process.execPath, [CRASH, folder, JSON.stringify(files)]);
  if (signal !== 'SIGKILL') throw new Error(`the import was not killed: ${String(stderr)}`);
  const milliseconds: number[] = [];
  let bytes = 0;
  for (let round = 0; round < rounds; round++) {
    // Closing ends in a checkpoint, so every round has a copy of its own.
    const copy = `${folder}-${round}`;
    await cp(folder, copy, { recursive: true });
    bytes = await readAll(copy);
    milliseconds.push(await timeOpen(copy, files.count));
    await rm(copy, { recursive: true });
  }
  return { count: files.count, bytes, milliseconds };
}
