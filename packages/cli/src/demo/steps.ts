// The steps of the demo. Each says what happens before it happens and shows its numbers after.
// The build is evaluated within its own step, so that its speed never stands without a recall.

import { stat } from 'node:fs/promises';
import {
  DEFAULT_EF_SEARCH,
  type EvaluatePoint,
  type Evaluation,
  type IndexStats,
  type Problem,
  VectorIndex,
} from '@nigh/core';

import type { Work } from '../command.ts';
import { ingest } from '../ingest.ts';
import { closingAfter, EF_SEARCH_LIST } from '../options.ts';
import {
  describeRecall,
  type ExactSpeed,
  explainEvaluation,
  renderEvaluation,
} from '../output/evaluation-table.ts';
import { renderBytes } from '../output/memory-table.ts';
import { formatBytes, formatDuration, formatNumberOf, formatRate } from '../output/render.ts';
import { type BatchSpeed, measureBatch, measureExact } from './measure.ts';
import type { DemoSource } from './source.ts';

const K = 10;
/** The batch is measured at the smallest efSearch that reaches this recall. */
const GOOD_RECALL = 0.95;

export interface BuildStep {
  readonly milliseconds: number;
  readonly vectorsPerSecond: number;
}

/** Fills the index, builds it, and compares what it finds with an exact scan. */
export async function buildStep(
  index: VectorIndex,
  data: DemoSource,
  work: Work,
): Promise<{ build: BuildStep; evaluation: Evaluation }> {
  const { signal, onProgress, paint } = work;
  const { indexed, readingPhase, queries, queryCount } = data;
  heading(work, '2. Build the index');
  work.say(
    `  Each vector is linked to near ones, on ${threadsOf(index)}; a search follows the links.`,
  );
  work.say('  Then the queries are answered by the index and by an exact scan, and compared.');
  const times = await ingest(index, data.source, {
    rowCount: indexed,
    readingPhase,
    signal,
    onProgress,
  });
  const evaluation = await index.evaluate({
    k: K,
    queries,
    sample: queryCount,
    efSearch: EF_SEARCH_LIST,
    signal,
    onProgress,
  });
  const milliseconds = times.building;
  const vectorsPerSecond = indexed / (milliseconds / 1000);
  const point = pointAt(evaluation, ({ efSearch }) => efSearch === DEFAULT_EF_SEARCH);
  const rate = paint.good(`${formatRate(vectorsPerSecond)} vectors per second`);
  work.say(
    index.stats().linked === 0
      ? '  No links were needed: so few vectors are compared one by one as fast.'
      : `  Built in ${formatDuration(milliseconds)}: ${rate}, ${describeRecall(K, point)}.`,
  );
  return { build: { milliseconds, vectorsPerSecond }, evaluation };
}

/** Shows what was found at which speed, and measures what evaluate() does not. */
export async function searchStep(
  built: { index: VectorIndex; data: DemoSource; evaluation: Evaluation },
  work: Work,
): Promise<{ exact: ExactSpeed; batch: BatchSpeed }> {
  const { index, data, evaluation } = built;
  const { paint, signal } = work;
  const measurement = { index, queries: data.queries, k: K, signal };
  heading(work, '3. Search it');
  work.say(`  The ${K} nearest of each query, from a fast search to a thorough one.\n`);
  const exact = await measureExact(measurement);
  work.say(`${renderEvaluation(evaluation, paint, { speed: exact, count: index.count })}\n`);
  work.say(paint.faint(explainEvaluation(evaluation)));
  const point = pointAt(evaluation, ({ recall }) => recall >= GOOD_RECALL);
  const batch = await measureBatch(measurement, point);
  const rate = paint.good(`${formatRate(batch.queriesPerSecond)} queries per second`);
  work.say(
    `\n  All queries at once, on ${threadsOf(index)}: ${rate}, ${describeRecall(K, batch)}.`,
  );
  return { exact, batch };
}

/** Writes the index to a file. @returns milliseconds */
export async function saveStep(index: VectorIndex, path: string, work: Work): Promise<number> {
  const { signal, onProgress } = work;
  heading(work, '4. Save it, load it, check it');
  work.say('  One file holds vectors and links; loading checks its checksums.');
  const { milliseconds } = await timed(() => index.save(path, { signal, onProgress }));
  const { size } = await stat(path);
  work.say(`  Saved in ${formatDuration(milliseconds)}: ${formatBytes(size)}.`);
  return milliseconds;
}

export interface FileStep {
  readonly byteLength: number;
  /** Milliseconds. */
  readonly saving: number;
  readonly loading: number;
  readonly verifying: number;
  readonly problems: readonly Problem[];
}

/** Loads the file again and checks every link. */
export async function loadStep(
  path: string,
  saved: { readonly saving: number; readonly stats: IndexStats },
  work: Work,
): Promise<FileStep> {
  const { signal, onProgress, paint } = work;
  const { saving, stats } = saved;
  const { size: byteLength } = await stat(path);
  const { value: index, milliseconds: loading } = await timed(() =>
    VectorIndex.load(path, { signal, onProgress }),
  );
  return closingAfter(index, async () => {
    work.say(`  Loaded in ${formatDuration(loading)}.`);
    const { value: problems, milliseconds: verifying } = await timed(async () => index.verify());
    const nodes = formatNumberOf(index.count, 'node', 'nodes');
    const verdict =
      problems.length === 0
        ? `${paint.good('sound')}, all links of ${nodes} followed`
        : `${paint.bad('broken')}, ${problems.map(({ message }) => message).join('; ')}`;
    work.say(`  Verified in ${formatDuration(verifying)}: ${verdict}.\n`);
    work.say(renderBytes(stats.bytes, stats.count, paint));
    return { byteLength, saving, loading, verifying, problems };
  });
}

/** The title of a step. */
export function heading(work: Work, title: string): void {
  work.say(`\n${work.paint.strong(title)}`);
}

function threadsOf(index: VectorIndex): string {
  return formatNumberOf(index.stats().threads, 'thread', 'threads');
}

/** The first point that is as wanted, or else the most thorough one. */
function pointAt(
  { points }: Evaluation,
  isWanted: (point: EvaluatePoint) => boolean,
): EvaluatePoint {
  const point = points.find(isWanted) ?? points.at(-1);
  if (point === undefined) throw new Error('the evaluation has no points');
  return point;
}

async function timed<T>(work: () => Promise<T>): Promise<{ value: T; milliseconds: number }> {
  const startedAt = performance.now();
  const value = await work();
  return { value, milliseconds: performance.now() - startedAt };
}
