/**
 * Saving and loading against plain reading and writing of the very same bytes: what nigh adds to
 * the file system. The file is in the page cache after the first round, for everybody alike. Plain
 * reads go to fresh shared memory, as load's do: most of the time is the system's, for fresh pages.
 * The first search is timed in processes of its own, each of which loads once.
 */
import { execFileSync } from 'node:child_process';
import { mkdtemp, open, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { VectorIndex } from '@nigh/core';
import { createData } from '../harness/data.ts';
import { readOptions } from '../harness/options.ts';
import { type Goal, publish, type Row } from '../harness/report.ts';
import { interleave, samplesOf, time } from '../harness/run.ts';
import { medianRatio, significant, summarize } from '../harness/stats.ts';

/** Pieces that plain reading may take; the fastest counts. */
const PLAIN_READS = [
  { name: 'reads of 1 MiB', piece: 1 << 20, ahead: 1 },
  { name: 'reads of 4 MiB', piece: 1 << 22, ahead: 1 },
  { name: 'reads of 16 MiB', piece: 1 << 24, ahead: 1 },
  { name: '3 reads of 1 MiB at a time', piece: 1 << 20, ahead: 3 },
  { name: '4 reads of 4 MiB at a time', piece: 1 << 22, ahead: 4 },
];
/** Fresh processes whose first search is timed. */
const PROCESSES = 25;

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
const { size } = await stat(path);
const samples = await measure();
await index.close();
const firsts = Array.from({ length: PROCESSES }, firstSearch);
await rm(folder, { recursive: true });
report();

function measure(): Promise<Map<string, number[]>> {
  return interleave(
    [
      { name: 'save', measure: () => time(() => index.save(path)) },
      { name: 'writeFile', measure: () => time(() => writeFile(copy, bytes)) },
      { name: 'load', measure: timeLoad },
      { name: 'readFile', measure: () => time(() => readFile(path)) },
      ...PLAIN_READS.map((plain) => ({ name: plain.name, measure: () => timeReads(plain) })),
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

/** Reads the file into fresh shared memory, `ahead` pieces at a time. */
async function timeReads({ piece, ahead }: { piece: number; ahead: number }): Promise<number> {
  const file = await open(path);
  const start = performance.now();
  const target = new Uint8Array(new SharedArrayBuffer(size));
  let next = 0;
  const read = async (): Promise<void> => {
    while (next < size) {
      const first = next;
      next = Math.min(size, first + piece);
      for (let done = first, end = next; done < end; ) {
        const { bytesRead } = await file.read(target, done, end - done, done);
        if (bytesRead === 0) throw new Error(`${path} ends early`);
        done += bytesRead;
      }
    }
  };
  await Promise.all(Array.from({ length: ahead }, read));
  const milliseconds = performance.now() - start;
  await file.close();
  return milliseconds;
}

/** Microseconds of the first search after a load, and of the median warm one. */
interface FirstSearch {
  readonly first: number;
  readonly warm: number;
}

function firstSearch(): FirstSearch {
  const program = join(import.meta.dirname, `first-search-case${extname(import.meta.filename)}`);
  return JSON.parse(execFileSync(process.execPath, [program, path], { encoding: 'utf8' }));
}

function firstSearchRow(): Row {
  const ascending = summarize(firsts.map(({ first }) => first));
  return {
    processes: PROCESSES,
    'first (us)': significant(ascending.median),
    min: significant(ascending.min),
    max: significant(ascending.max),
    'warm (us)': significant(summarize(firsts.map(({ warm }) => warm)).median),
    'times warm': significant(firstTimesWarm(), 3),
  };
}

function firstTimesWarm(): number {
  return medianRatio(
    firsts.map(({ first }) => first),
    firsts.map(({ warm }) => warm),
  );
}

/** Load's rate as a share of that of the fastest of some plain reads. */
function shareOf(plain: readonly { readonly name: string }[]): number {
  const load = samplesOf(samples, 'load');
  const shares = plain.map(({ name }) => medianRatio(samplesOf(samples, name), load));
  return significant(Math.min(...shares), 3);
}

function goals(): Goal[] {
  return [
    {
      goal: 'rate of load, of plain large reads one after another',
      measured: shareOf(PLAIN_READS.filter(({ ahead }) => ahead === 1)),
      required: 0.8,
      direction: 'at least',
    },
    {
      goal: 'first search after load in a fresh process, in warm ones',
      measured: significant(firstTimesWarm(), 3),
      required: 3,
      direction: 'at most',
    },
  ];
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
        'Plain reads go to fresh shared memory as those of load do, one at a time or several.',
        'The goal is measured against the fastest of those one at a time.',
        'The baseline reads (writes) the same bytes with readFile (writeFile) of node:fs/promises.',
        'The file is in the page cache: a cold disk would slow all of them down alike.',
        'Save asks the disk to keep the bytes if the format promises it; writeFile does not.',
      ],
      tables: {
        save: [row('save', 'writeFile'), row('writeFile', 'writeFile')],
        load: ['load', 'readFile', ...PLAIN_READS.map(({ name }) => name)].map((name) =>
          row(name, 'readFile'),
        ),
        firstSearch: [firstSearchRow()],
      },
      comparisons: [],
      goals: goals(),
    },
    options.save,
  );
}
