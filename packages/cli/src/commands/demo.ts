// `nigh demo`, what `npm start` runs: the whole life of an index in front of a newcomer's eyes.
// Each step says what happens before it happens and shows its numbers after; the report that is
// returned holds the same numbers for --json.

import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type Evaluation,
  type IndexStats,
  type Metric,
  type Problem,
  VectorIndex,
} from '@nigh/core';
import type { Command } from 'commander';

import type { CommandSpec, Work } from '../command.ts';
import { type BatchSpeed, type Measurement, measureBatch, measureExact } from '../demo-measure.ts';
import { type DemoInput, type DemoSource, openDemoSource } from '../demo-source.ts';
import { type ExactSpeed, explainEvaluation, renderEvaluation } from '../evaluation-table.ts';
import { ExitCode } from '../failure.ts';
import { knownEndings } from '../formats/open.ts';
import { ingest } from '../ingest.ts';
import { closingAfter, given, metricOption, threadsOption, wholeNumber } from '../options.ts';
import {
  formatBytes,
  formatCount,
  formatDuration,
  formatNumberOf,
  formatRate,
  formatRecall,
  type Paint,
} from '../render.ts';
import { renderBytes } from './inspect.ts';

const K = 10;
const EF_SEARCH: readonly number[] = [10, 20, 40, 80, 160];
/** The batch is measured at the smallest efSearch that reaches this recall. */
const GOOD_RECALL = 0.95;

export interface DemoReport {
  readonly metric: Metric;
  readonly queryCount: number;
  readonly build: { readonly milliseconds: number; readonly vectorsPerSecond: number };
  readonly evaluation: Evaluation;
  readonly exact: ExactSpeed;
  readonly batch: BatchSpeed;
  readonly file: FileStep;
  readonly stats: IndexStats;
}

interface FileStep {
  readonly byteLength: number;
  /** Milliseconds. */
  readonly saving: number;
  readonly loading: number;
  readonly verifying: number;
  readonly problems: readonly Problem[];
}

export const demoCommand: CommandSpec<DemoInput, DemoReport> = {
  name: 'demo',
  declare(command) {
    command
      .description('Build, search, save and check an index and show every number on the way.')
      .argument('[vectors]', `your own vectors (${knownEndings}); generated ones when left out`)
      .addOption(metricOption())
      .addOption(threadsOption())
      .option('--count <n>', 'how many vectors to generate', wholeNumber(10), 100_000)
      .option('--dimension <n>', 'components of generated vectors', wholeNumber(2), 128)
      .option('--seed <n>', 'seed of generated vectors', wholeNumber(0), 1);
  },
  parse(command: Command) {
    const [vectors] = command.args;
    return { ...command.opts<DemoInput>(), ...(vectors !== undefined && { vectors }) };
  },
  run: demo,
  render: renderEnd,
  exitCode: ({ file }) => (file.problems.length === 0 ? ExitCode.ok : ExitCode.failed),
};

async function demo(input: DemoInput, work: Work): Promise<DemoReport> {
  const folder = await mkdtemp(join(tmpdir(), 'nigh-demo-'));
  work.ifCancelled('Cancelled: nothing is left behind.');
  const { paint } = work;
  work.say(`\n${paint.strong('nigh')}: nearest neighbors, step by step`);
  try {
    heading(work, '1. The vectors');
    const data = await openDemoSource(input);
    try {
      return await demoWith(data, { input, path: join(folder, 'demo.nigh') }, work);
    } finally {
      await data.close();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function demoWith(
  data: DemoSource,
  place: { readonly input: DemoInput; readonly path: string },
  work: Work,
): Promise<DemoReport> {
  const { metric, queries, queryCount, indexed } = data;
  const { dimension } = data.source;
  for (const line of data.description) work.say(`   ${line}`);
  const { threads } = place.input;
  const index = VectorIndex.create(given({ dimension, capacity: indexed, metric, threads }));
  const measured = await closingAfter(index, async () => {
    const build = await buildStep(index, data, work);
    const measurement = { index, queries, k: K, signal: work.signal };
    const search = await searchStep(measurement, work);
    heading(work, '4. Save it, load it, check it');
    const { signal, onProgress } = work;
    const { milliseconds: saving } = await timed(() =>
      index.save(place.path, { signal, onProgress }),
    );
    return { build, ...search, saving, stats: index.stats() };
  });
  const { saving, ...rest } = measured;
  const file = await fileStep(place.path, { saving, stats: rest.stats }, work);
  return { metric, queryCount, ...rest, file };
}

async function buildStep(
  index: VectorIndex,
  data: DemoSource,
  work: Work,
): Promise<DemoReport['build']> {
  const { signal, onProgress, paint } = work;
  const { indexed, readingPhase } = data;
  const threads = formatNumberOf(index.stats().threads, 'thread', 'threads');
  heading(work, '2. Build the index');
  work.say(`   Linking every vector to its near ones, on ${threads}.`);
  const times = await ingest(index, data.source, {
    rowCount: indexed,
    readingPhase,
    signal,
    onProgress,
  });
  const milliseconds = times.building;
  const vectorsPerSecond = indexed / (milliseconds / 1000);
  const rate = paint.good(`${formatRate(vectorsPerSecond)} vectors per second`);
  work.say(`   Built in ${formatDuration(milliseconds)}: ${rate}.`);
  return { milliseconds, vectorsPerSecond };
}

async function searchStep(
  measurement: Measurement,
  work: Work,
): Promise<Pick<DemoReport, 'evaluation' | 'exact' | 'batch'>> {
  const { index, queries, k } = measurement;
  const { signal, onProgress, paint } = work;
  heading(work, '3. Search it');
  const queryCount = formatCount(queries.length / index.dimension);
  work.say(
    `   Finding the ${k} nearest of ${queryCount} queries, and comparing with an exact scan.`,
  );
  const evaluation = await index.evaluate({
    k,
    queries,
    sample: queries.length / index.dimension,
    efSearch: EF_SEARCH,
    signal,
    onProgress,
  });
  const exact = await measureExact(measurement);
  work.say(`\n${renderEvaluation(evaluation, paint, { speed: exact, count: index.count })}\n`);
  work.say(paint.faint(explainEvaluation(evaluation)));
  const { points } = evaluation;
  const point = points.find(({ recall }) => recall >= GOOD_RECALL) ?? points.at(-1);
  if (point === undefined) throw new Error('the evaluation has no points');
  const batch = await measureBatch(measurement, point);
  const threads = formatNumberOf(index.stats().threads, 'thread', 'threads');
  const rate = paint.good(`${formatRate(batch.queriesPerSecond)} queries per second`);
  const recall = `recall@${k} ${formatRecall(batch.recall)}, efSearch ${batch.efSearch}`;
  work.say(`\n  Whole batches on ${threads}: ${rate} (${recall}).`);
  return { evaluation, exact, batch };
}

async function fileStep(
  path: string,
  saved: { readonly saving: number; readonly stats: IndexStats },
  work: Work,
): Promise<FileStep> {
  const { signal, onProgress, paint } = work;
  const { saving, stats } = saved;
  const { size: byteLength } = await stat(path);
  work.say(`   Saved in ${formatDuration(saving)}: ${formatBytes(byteLength)}.`);
  const { value: index, milliseconds: loading } = await timed(() =>
    VectorIndex.load(path, { signal, onProgress }),
  );
  return closingAfter(index, async () => {
    work.say(`   Loaded in ${formatDuration(loading)}.`);
    const { value: problems, milliseconds: verifying } = await timed(async () => index.verify());
    const nodes = formatCount(index.count);
    const verdict =
      problems.length === 0
        ? `${paint.good('sound')}: all links of ${nodes} nodes checked`
        : `${paint.bad('broken')}: ${problems.map(({ message }) => message).join('; ')}`;
    work.say(`   Verified in ${formatDuration(verifying)}, ${verdict}.\n`);
    work.say(renderBytes(stats.bytes, stats.count, paint));
    return { byteLength, saving, loading, verifying, problems };
  });
}

function renderEnd(_report: DemoReport, paint: Paint): string {
  return [
    '',
    paint.strong('Now with your own vectors:'),
    '  nigh build vectors.npy -o vectors.nigh',
    '  nigh search vectors.nigh --query queries.npy -k 10',
  ].join('\n');
}

function heading(work: Work, title: string): void {
  work.say(`\n${work.paint.strong(title)}`);
}

async function timed<T>(work: () => Promise<T>): Promise<{ value: T; milliseconds: number }> {
  const startedAt = performance.now();
  const value = await work();
  return { value, milliseconds: performance.now() - startedAt };
}
