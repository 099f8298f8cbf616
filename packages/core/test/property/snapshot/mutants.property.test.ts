// Sound snapshots with a few random fields changed and all checksums made right again: each is
// refused with an error of ours, or is an index that answers, takes vectors and saves. Fields are
// drawn by meaning (a degree, a level, a count), because random bytes of vectors change nothing.

import { join } from 'node:path';
import { datasetOf, gaussian, type Metric, Random } from '@nigh/testkit';
import { beforeAll, expect, test } from 'vitest';
import { type LoadOptions, VectorIndex, VectorIndexError } from '../../../src/index.ts';
import { RewrittenFile, savedBytes, temporaryFolder } from '../../unit/snapshot/files.ts';
import {
  type ForgedRegion,
  forge,
  segmentsOf,
  type Table,
  words,
} from '../../unit/snapshot/forge.ts';
import { SMALL, testIndex } from '../../unit/snapshot/indexes.ts';

const MUTANTS = process.env.NIGH_EXHAUSTIVE === '1' ? 20_000 : 900;
const PATIENCE = 3_600_000;
/** A mutant that takes longer would stop a server. */
const MAX_MS = 2000;
const DIMENSION = 3;
const seed = Number(process.env.NIGH_SEED ?? 1);

const folder = temporaryFolder();
const file = new RewrittenFile(join(folder, 'mutant'));
const originals: Uint8Array[] = [];

/** A file of an index in which every third vector is a copy. */
async function savedCopies(options: { metric: Metric; dimension: number }): Promise<Uint8Array> {
  const { metric, dimension } = options;
  const { vectors } = datasetOf('gaussian', { count: 60, dimension, seed: 2 }, metric);
  for (let row = 2; row < 60; row += 3) vectors.copyWithin(row * dimension, 0, dimension);
  const index = VectorIndex.create({ ...options, ...SMALL, capacity: 70 });
  await index.add(vectors);
  return savedBytes(index, folder);
}

beforeAll(async () => {
  for (const metric of ['l2', 'cosine', 'dot'] as const) {
    const options = { metric, dimension: DIMENSION };
    originals.push(await savedBytes(await testIndex({ count: 60, unlinked: 5 }, options), folder));
    originals.push(await savedCopies(options));
    const several = { ...options, capacity: 25 };
    originals.push(await savedBytes(await testIndex({ count: 60, unlinked: 2 }, several), folder));
  }
});

function pick<T>(random: Random, values: readonly T[]): T {
  return values[random.integer(0, values.length)]!;
}

/** Values at the borders of what a count can be, and a few in between. */
function anyNumber(random: Random, near: number): number {
  const borders = [0, 1, -1, 2, 24, 25, 255, 256, 2 ** 31 - 1, -(2 ** 31), near + 1, near - 1];
  return random.uniform() < 0.7 ? pick(random, borders) : random.integer(-5, 2 * near + 5);
}

const TABLE_FIELDS = ['dimension', 'M', 'efConstruction', 'seed', 'capacity', 'flatThreshold'];
const SEGMENT_FIELDS = [
  ...['capacity', 'count', 'linked', 'upperCount', 'maxLevel', 'codeScale'],
  ...['firstCopy', 'copyCount'],
];
const WORD_REGIONS = [
  'nodes',
  'copies',
  'entryPoints',
  'tombstones',
  'upperHeads',
  'norms',
  'rows',
  'upperRows',
];
const FLOAT_REGIONS = ['means', 'vectors'];
const FLOATS = [0, -0, 1e-45, 1e19, 1e30, 3.4e38, -3.4e38, Number.NaN, Number.POSITIVE_INFINITY];

/** Changes a word of a region; what is written differs by what the region holds. */
function mutateRegion(random: Random, regions: Record<string, ForgedRegion>): string {
  const name = pick(random, [...WORD_REGIONS, ...FLOAT_REGIONS, 'levels', 'codes', 'rows']);
  const { bytes } = regions[name]!;
  if (bytes.length === 0) return `${name} empty`;
  const word = random.integer(0, bytes.length / 4);
  if (FLOAT_REGIONS.includes(name)) {
    const value = random.uniform() < 0.5 ? pick(random, FLOATS) : random.normal();
    new Float32Array(bytes.buffer)[word] = value;
    return `${name} word ${word} = ${value}`;
  }
  if (name === 'levels' || name === 'codes') {
    const offset = random.integer(0, bytes.length);
    const value = pick(random, [0, 1, 2, 3, 24, 127, 128, 255]);
    bytes[offset] = value;
    return `${name} byte ${offset} = ${value}`;
  }
  const all = words(regions[name]!);
  const value = random.uniform() < 0.3 ? pick(random, [...all]) : anyNumber(random, 60);
  all[word] = value;
  return `${name} word ${word} = ${value}`;
}

/** Changes a number of the table. */
function mutateTable(random: Random, table: Table): string {
  const segment = pick(random, segmentsOf(table));
  const ofSegment = random.uniform() < 0.6;
  const target = ofSegment ? segment : table;
  const name = pick(random, ofSegment ? SEGMENT_FIELDS : TABLE_FIELDS);
  const value = anyNumber(random, Number(target[name]));
  target[name] = value;
  return `${ofSegment ? 'segment ' : ''}${name} = ${value}`;
}

interface Mutant {
  readonly bytes: Uint8Array;
  readonly label: string;
}

function mutate(random: Random): Mutant {
  const which = random.integer(0, originals.length);
  const labels = [`original ${which}`];
  const bytes = forge(originals[which]!, {
    regions: (regions, table) => {
      for (let left = random.integer(1, 4); left > 0; left--) {
        const inTable = random.uniform() < 0.3;
        labels.push(
          inTable ? mutateTable(random, table) : mutateRegion(random, pick(random, regions)),
        );
      }
    },
  });
  return { bytes, label: labels.join(', ') };
}

/** What is wrong with an answer, if anything. */
function wrongAnswer(index: VectorIndex, query: Float32Array): string | undefined {
  const { nodes, distances } = index.search(query, 10);
  if (nodes.length !== Math.min(10, index.count)) return `${nodes.length} results`;
  if (new Set(nodes).size !== nodes.length) return 'a node twice';
  if (!nodes.every((node) => node < index.count)) return 'a node that does not exist';
  if (distances.some(Number.isNaN)) return 'a distance that is no number';
  if (distances.some((distance, i) => distance < distances[i - 1]!))
    return 'distances out of order';
  return undefined;
}

/** Uses a loaded mutant as a program would; what went wrong, if anything. */
async function use(index: VectorIndex): Promise<string | undefined> {
  const problems = index.verify();
  if (problems.length > 0) return problems[0]!.message;
  const dimension = index.dimension;
  const queries = gaussian({ count: 20, dimension, seed: 3 });
  for (let i = 0; i < 20; i++) {
    const wrong = wrongAnswer(index, queries.subarray(i * dimension, (i + 1) * dimension));
    if (wrong !== undefined) return wrong;
  }
  const { count } = index;
  await index.add(queries);
  if (index.count !== count + 20) return 'vectors lost by an add';
  await index.save(join(folder, 'resaved'));
  await index.close();
  return undefined;
}

/** 'refused', 'used', or what went wrong. */
async function outcomeOf(options: LoadOptions): Promise<string> {
  let index: VectorIndex;
  try {
    index = await VectorIndex.load(file.path, options);
  } catch (error) {
    return error instanceof VectorIndexError ? 'refused' : `untyped at load: ${error}`;
  }
  try {
    return (await use(index)) ?? 'used';
  } catch (error) {
    return `loaded, then ${error}`;
  }
}

const TARGETS: readonly LoadOptions[] = [
  { threads: 1 },
  { threads: 1, tier: 'simd' },
  { threads: 1, tier: 'javascript', memory: 'private' },
];

test('mutants are refused, or are sound indexes', { timeout: PATIENCE }, async () => {
  const counts: Record<string, number> = { refused: 0, used: 0 };
  const misses: string[] = [];
  for (let run = 0; run < MUTANTS; run++) {
    const random = new Random(seed, run);
    const { bytes, label } = mutate(random);
    file.write(bytes);
    const options = pick(random, TARGETS);
    const start = performance.now();
    const outcome = await outcomeOf(options);
    const milliseconds = performance.now() - start;
    if (outcome in counts) counts[outcome]! += 1;
    else misses.push(`mutant ${run} (${label}, ${options.tier ?? 'default'} tier): ${outcome}`);
    if (milliseconds > MAX_MS) misses.push(`mutant ${run} (${label}): ${milliseconds} ms`);
  }
  expect(misses, `seed ${seed}`).toEqual([]);
  // Both must be common, or the mutants are all too coarse or all too fine.
  expect(counts.refused).toBeGreaterThan(MUTANTS / 10);
  expect(counts.used).toBeGreaterThan(MUTANTS / 10);
});
