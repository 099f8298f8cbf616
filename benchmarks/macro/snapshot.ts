/**
 * Saving and loading against plain reading and writing of the very same bytes: what nigh adds to
 * the file system. The file is in the page cache after the first round, for everybody alike.
 */
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { VectorIndex } from '@nigh/core';
import { createData } from '../harness/data.ts';
import { readOptions } from '../harness/options.ts';
import { publish, type Row } from '../harness/report.ts';
import { interleave, samplesOf, time } from '../harness/run.ts';
import { medianRatio, significant, summarize } from '../harness/stats.ts';

const options = readOptions({ count: 100_000, dimension: 128, seed: 1, rounds: 9 });
const { count, dimension, seed, rounds } = options;

const data = createData({ count, dimension, queryCount: 1, seed });
const folder = await mkdtemp(join(tmpdir(), 'nigh-snapshot-'));
const path = join(folder, 'index.nigh');
const copy = join(folder, 'copy');
console.log('building …');
const index = await VectorIndex.build(data.vectors, { dimension });
await index.save(path);
const bytes = await readFile(path);
const samples = await measure();
await index.close();
const { size } = await stat(path);
await rm(folder, { recursive: true });
report();

function measure(): Promise<Map<string, number[]>> {
  return interleave(
    [
      { name: 'save', measure: () => time(() => index.save(path)) },
      { name: 'writeFile', measure: () => time(() => writeFile(copy, bytes)) },
      { name: 'load', measure: timeLoad },
      { name: 'readFile', measure: () => time(() => readFile(path)) },
    ],
    { rounds },
  );
}

/** Closing the loaded index stays outside the timed part. */
async function timeLoad(): Promise<number> {
  const start = performance.now();
  const loaded = await VectorIndex.load(path);
  const milliseconds = performance.now() - start;
  if (loaded.count !== count) throw new Error(`loaded ${loaded.count} vectors of ${count}`);
  await loaded.close();
  return milliseconds;
}

function row(name: string, baseline: string): Row {
  const ours = samplesOf(samples, name);
  const { median, min, max } = summarize(ours);
  return {
    name,
    milliseconds: significant(median),
    min: significant(min),
    max: significant(max),
    megabytesPerSecond: significant(size / 1000 / median),
    [`times ${baseline}`]: significant(medianRatio(ours, samplesOf(samples, baseline)), 3),
  };
}

function report(): void {
  const { description } = data;
  publish(
    {
      program: 'snapshot',
      command: 'pnpm --filter @nigh/benchmarks run snapshot',
      data: { description, count, dimension, seed, fileBytes: size },
      parameters: { rounds },
      method: [
        'Load includes checking every checksum and making the index ready to search.',
        'The baseline reads (writes) the same bytes with readFile (writeFile) of node:fs/promises.',
        'The file is in the page cache: a cold disk would slow all of them down alike.',
        'Save asks the disk to keep the bytes if the format promises it; writeFile does not.',
      ],
      tables: {
        save: [row('save', 'writeFile'), row('writeFile', 'writeFile')],
        load: [row('load', 'readFile'), row('readFile', 'readFile')],
      },
      comparisons: [],
      goals: [],
    },
    options.save,
  );
}
