// `nigh demo`, what `npm start` runs: the whole life of an index in front of a newcomer's eyes.
// The steps, and what they print, are in demo/steps.ts; the report that is returned holds the same
// numbers for --json.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Evaluation, type IndexStats, type Metric, VectorIndex } from '@nigh/core';
import { vectorEndings } from '@nigh/formats';
import type { Command } from 'commander';
import type { CommandSpec, Work } from '../command.ts';
import type { BatchSpeed } from '../demo/measure.ts';
import { type DemoInput, type DemoSource, openDemoSource } from '../demo/source.ts';
import {
  type BuildStep,
  buildStep,
  type FileStep,
  heading,
  loadStep,
  saveStep,
  searchStep,
} from '../demo/steps.ts';
import { ExitCode } from '../failure.ts';
import { closingAfter, given, metricOption, threadsOption, wholeNumber } from '../options.ts';
import type { ExactSpeed } from '../output/evaluation-table.ts';
import type { Paint } from '../output/render.ts';

export interface DemoReport {
  readonly metric: Metric;
  readonly queryCount: number;
  readonly build: BuildStep;
  readonly evaluation: Evaluation;
  readonly exact: ExactSpeed;
  readonly batch: BatchSpeed;
  readonly file: FileStep;
  readonly stats: IndexStats;
}

export const demoCommand: CommandSpec<DemoInput, DemoReport> = {
  name: 'demo',
  declare(command) {
    command
      .description('Build, search, save and check an index and show every number on the way.')
      .argument('[vectors]', `your own vectors (${vectorEndings}); generated ones when left out`)
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
  const { metric, queryCount, indexed } = data;
  const { dimension } = data.source;
  for (const line of data.description) work.say(`  ${line}`);
  const { threads } = place.input;
  const index = VectorIndex.create(given({ dimension, capacity: indexed, metric, threads }));
  const measured = await closingAfter(index, async () => {
    const built = await buildStep(index, data, work);
    const searched = await searchStep({ index, data, evaluation: built.evaluation }, work);
    const saving = await saveStep(index, place.path, work);
    return { ...built, ...searched, saving, stats: index.stats() };
  });
  const { saving, ...rest } = measured;
  const file = await loadStep(place.path, { saving, stats: rest.stats }, work);
  return { metric, queryCount, ...rest, file };
}

function renderEnd(_report: DemoReport, paint: Paint): string {
  return [
    '',
    paint.strong('Now with your own vectors:'),
    '  nigh build vectors.npy -o vectors.nigh',
    '  nigh search vectors.nigh --query queries.npy -k 10',
  ].join('\n');
}
