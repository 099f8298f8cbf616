// Random sequences of everything that a living index takes, on an index and on a map of nodes to
// vectors, which must agree after each call. Sequences shrink; the seed stands in the failure and
// can be set with NIGH_SEED, the number of sequences with NIGH_RUNS.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Metric } from '@nigh/testkit';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type IndexOptions, VectorIndex } from '../../src/index.ts';
import { segmentBytes } from '../support/segment-bytes.ts';
import { FILTER_COMMANDS } from './living/filter-commands.ts';
import { MERGE_COMMANDS } from './living/merge-commands.ts';
import { type Command, closeReaders, type Model, type Real, settle } from './living/model.ts';
import { READER_COMMANDS } from './living/reader-commands.ts';
import { SEARCH_COMMANDS } from './living/search-commands.ts';
import { UPKEEP_COMMANDS } from './living/upkeep-commands.ts';
import { WRITE_COMMANDS } from './living/write-commands.ts';

const SEED = Number(process.env.NIGH_SEED ?? 1);
const RUNS = Number(process.env.NIGH_RUNS ?? 800);
/** Vectors there is room for in one of the small segments. */
const SMALL_SEGMENT = 150;

const folder = mkdtempSync(join(tmpdir(), 'nigh-living-'));
const ignore = (): void => undefined;
beforeAll(() => void process.on('warning', ignore)); // bits of random vectors warn
afterAll(() => {
  process.off('warning', ignore);
  rmSync(folder, { recursive: true, force: true });
});

/** What an index takes: another kind of command is another list here. */
const COMMANDS: readonly fc.Arbitrary<Command>[] = [
  ...WRITE_COMMANDS,
  ...SEARCH_COMMANDS,
  ...FILTER_COMMANDS,
  ...UPKEEP_COMMANDS,
  ...READER_COMMANDS,
  ...MERGE_COMMANDS,
];

/** What is kept of vectors, and whether those are the vectors themselves. */
interface Kept extends Pick<IndexOptions, 'precision' | 'originals' | 'rerank'> {
  readonly isExact: boolean;
}

const KEPT: readonly Kept[] = [
  { precision: 'float16', isExact: false },
  { precision: 'int8', isExact: false },
  { precision: 'int8', originals: 'memory', isExact: true },
  { precision: 'binary', originals: 'memory', isExact: true },
  { precision: 'binary', originals: 'none', isExact: false },
  { precision: 'pq', originals: 'memory', rerank: 'float16', isExact: false },
  { precision: 'pq', originals: 'none', isExact: false },
];

const settings = fc.record({
  dimension: fc.constantFrom(1, 2, 3, 17),
  metric: fc.constantFrom<Metric>('l2', 'cosine', 'dot'),
  flatThreshold: fc.constantFrom(0, 30),
  M: fc.constantFrom(2, 5, 16),
  builder: fc.constantFrom('partitions' as const, 'insertion' as const),
  entry: fc.constantFrom('levels' as const, 'hubs' as const),
  capacity: fc.constantFrom(1, 80, 1000),
  threads: fc.oneof(
    { weight: 15, arbitrary: fc.constant(1) },
    { arbitrary: fc.constant(2), weight: 1 },
  ),
  isSmall: fc.boolean(),
  kept: fc.oneof(
    { weight: 2, arbitrary: fc.constant<Kept>({ precision: 'float32', isExact: true }) },
    { weight: 1, arbitrary: fc.constantFrom(...KEPT) },
  ),
});

function createIndex(
  drawn: typeof settings extends fc.Arbitrary<infer T> ? T : never,
): VectorIndex {
  const { isSmall, kept, ...options } = drawn;
  const { isExact: _, ...precision } = kept;
  const { dimension, M } = options;
  const limit = isSmall ? { segmentByteLimit: segmentBytes(SMALL_SEGMENT, { dimension, M }) } : {};
  return VectorIndex.create({ ...options, ...precision, ...limit, allowLowDimension: true });
}

test('a living index agrees with a map under any sequence of calls', async () => {
  const commands = fc.commands<Model, Real, true>([...COMMANDS], { maxCommands: 16 });
  await fc.assert(
    fc.asyncProperty(settings, commands, async (drawn, sequence) => {
      const { dimension, metric, threads } = drawn;
      const { isExact, precision, rerank } = drawn.kept;
      const isCertain = precision !== 'binary';
      const isHalf = precision === 'float16' || rerank === 'float16';
      const model: Model = {
        dimension,
        metric,
        isExact,
        isCertain,
        isHalf,
        live: new Map(),
        nextNode: 0,
      };
      const index = createIndex(drawn);
      const real: Real = { index, threads, folder, pending: [], snapshots: [], attached: [] };
      try {
        await fc.asyncModelRun(() => ({ model, real }), sequence as Iterable<Command>);
        expect(await settle(real)).toEqual([]);
      } finally {
        await Promise.allSettled(real.pending);
        await closeReaders(real);
        await real.index.close();
      }
    }),
    { seed: SEED, numRuns: RUNS },
  );
});
