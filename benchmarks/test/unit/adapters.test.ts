// Every library that is measured, on few vectors: whether it is asked for what the contract says.
// A peer that is not installed is skipped; ours and the plain loop always run.
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bruteForceBatch, heldOut, recall, uniform, unitSphere } from '@nigh/testkit';
import { afterAll, describe, expect, type TestContext, test } from 'vitest';
import {
  type Adapter,
  type BuildOptions,
  type LaterSearch,
  type MeasuredIndex,
  nodesOf,
} from '../../compare/adapter.ts';
import { isInstalled } from '../../compare/installed.ts';
import { createBruteForce, createWritableBruteForce } from '../../compare/peers/brute-force.ts';
import { createEdgevec, createWritableEdgevec } from '../../compare/peers/edgevec.ts';
import { createHnswlibNode, createWritableHnswlibNode } from '../../compare/peers/hnswlib-node.ts';
import { createLancedb, createWritableLancedb } from '../../compare/peers/lancedb.ts';
import { createNigh, createWritableNigh } from '../../compare/peers/nigh.ts';
import { createSqliteVec, createWritableSqliteVec } from '../../compare/peers/sqlite-vec.ts';
import { createUsearch, createWritableUsearch } from '../../compare/peers/usearch.ts';
import { createWritableZvec, createZvec } from '../../compare/peers/zvec.ts';
import type { LaterOwnSearch, VectorsOf, WritableLibrary } from '../../compare/writable.ts';

type AnyAdapter = Adapter<LaterSearch>;
type AnyWritable = WritableLibrary<LaterOwnSearch>;
type Metric = 'l2' | 'cosine';

const K = 10;
const COUNT = 300;
const DIMENSION = 32;
const SEED = 20261121;
/** Wide enough for any graph of so few. */
const EF_SEARCH = 100;
const LEAST_RECALL = 0.9;
const CATEGORIES = Uint8Array.from({ length: COUNT }, (_, node) => (node * 37) % 100);
const LIMIT = 50;
const FILTER = { categories: CATEGORIES, limit: LIMIT };
/** Vectors replaced in one round: so many that a library has to tidy up. */
const ROUND = 120;
const SHAPE = { count: COUNT, dimension: DIMENSION, seed: SEED, queryCount: 20 };
const DATA = { l2: heldOut(uniform, SHAPE), cosine: heldOut(unitSphere, SHAPE) };
/** Of so few neighbors that a narrow search misses some. */
const GRAPH = { dimension: DIMENSION, M: 6, efConstruction: 50, seed: SEED, threads: 1 };

/** Of each, the package it comes from; null where it is there always. */
const ADAPTERS: readonly (readonly [string, string | null, () => AnyAdapter])[] = [
  ['nigh', null, () => createNigh()],
  ['nigh float16', null, () => createNigh('float16')],
  ['nigh int8', null, () => createNigh('int8')],
  ['javascript', null, createBruteForce],
  ['hnswlib-node', 'hnswlib-node', createHnswlibNode],
  ['usearch f32', 'usearch', () => createUsearch('f32')],
  ['usearch i8', 'usearch', () => createUsearch('i8')],
  ['zvec', '@zvec/zvec', () => createZvec('f32')],
  ['zvec int8', '@zvec/zvec', () => createZvec('int8')],
  ['edgevec', 'edgevec', createEdgevec],
  ['lancedb (hnswSq)', '@lancedb/lancedb', createLancedb],
  ['sqlite-vec', 'sqlite-vec', createSqliteVec],
];

const WRITABLE: readonly (readonly [string, string | null, () => AnyWritable])[] = [
  ['nigh', null, createWritableNigh],
  ['javascript', null, createWritableBruteForce],
  ['hnswlib-node', 'hnswlib-node', createWritableHnswlibNode],
  ['usearch f32', 'usearch', createWritableUsearch],
  ['zvec', '@zvec/zvec', createWritableZvec],
  ['edgevec', 'edgevec', createWritableEdgevec],
  ['lancedb (hnswSq)', '@lancedb/lancedb', createWritableLancedb],
  ['sqlite-vec', 'sqlite-vec', createWritableSqliteVec],
];

const folder = mkdtempSync(join(tmpdir(), 'nigh-adapters-'));
afterAll(() => rmSync(folder, { recursive: true }));

function skipWithout(from: string | null, { skip }: TestContext): void {
  skip(from !== null && !isInstalled(from), `${from} is not installed in benchmarks/compare`);
}

/** The nodes found for each query. */
async function ask(search: LaterSearch, efSearch: number): Promise<number[][]> {
  const found: number[][] = [];
  for (let query = 0; query < SHAPE.queryCount; query++) {
    found.push(nodesOf(await search(query, K, efSearch)));
  }
  return found;
}

/** The mean recall of what was found among the nodes that `accepted` says true of. */
function judge(
  found: readonly number[][],
  metric: Metric,
  accepted: (node: number) => boolean = () => true,
): number {
  const { vectors, queries } = DATA[metric];
  const accept = new Uint32Array(Math.ceil(COUNT / 32));
  for (let node = 0; node < COUNT; node++) {
    if (accepted(node)) accept[node >>> 5] = (accept[node >>> 5] as number) | (1 << (node & 31));
  }
  const asked = { dimension: DIMENSION, metric, k: K, accept };
  const exact = bruteForceBatch(vectors, queries, asked);
  const sum = exact.reduce((total, { nodes }, i) => total + recall(found[i] ?? [], nodes), 0);
  return sum / exact.length;
}

type Kept = BuildOptions & { readonly metric: Metric; readonly folder: string };

function optionsIn(place: string, metric: Metric): Kept {
  return { ...GRAPH, metric, categories: CATEGORIES, folder: join(folder, place) };
}

function build(adapter: AnyAdapter, options: Kept): Promise<MeasuredIndex<LaterSearch>> {
  mkdirSync(options.folder);
  return adapter.prepareBuild(DATA[options.metric].vectors, options)();
}

/** Vectors of keys, of which there are as many as anybody asks for. */
const ENDLESS = uniform({ count: 3 * COUNT, dimension: DIMENSION, seed: SEED });

const vectorsOf: VectorsOf = (keys) => {
  const vectors = new Float32Array(keys.length * DIMENSION);
  for (const [i, key] of keys.entries()) {
    vectors.set(ENDLESS.subarray(key * DIMENSION, (key + 1) * DIMENSION), i * DIMENSION);
  }
  return vectors;
};

function range(first: number, end: number): Int32Array {
  return Int32Array.from({ length: end - first }, (_, i) => first + i);
}

/** Packages that look at every one of so few vectors. */
const SCANNING = ['nigh', '@zvec/zvec', 'javascript', 'sqlite-vec'];

/** It refuses its own files (peers/edgevec.ts). */
const OPENS_NOTHING = 'edgevec';

/** zvec finds nothing that is near in codes of 8 bits under l2. */
function metricsOf(name: string): readonly Metric[] {
  return name === 'zvec int8' ? ['cosine'] : ['l2', 'cosine'];
}

describe.each(ADAPTERS)('%s', (name, from, create) => {
  test.for(metricsOf(name))(
    'finds what is nearest under %s, more of it when asked wider',
    async (metric, context) => {
      skipWithout(from, context);
      const adapter = create();
      expect(adapter.name).toBe(name);
      const index = await build(adapter, optionsIn(`${name} ${metric}`, metric));
      const search = index.prepareSearch(DATA[metric].queries);
      const narrow = judge(await ask(search, K), metric);
      const wide = judge(await ask(search, EF_SEARCH), metric);
      expect(wide).toBeGreaterThanOrEqual(adapter.parameter === null ? 1 : LEAST_RECALL);
      if (SCANNING.includes(adapter.from)) expect(narrow).toBeGreaterThanOrEqual(LEAST_RECALL);
      else expect(narrow).toBeLessThan(wide);
      expect(judge(await ask(search, K), metric)).toBe(narrow);
      await index.close();
    },
  );

  test('answers the same when it was saved and opened', async (context) => {
    skipWithout(from, context);
    const adapter = create();
    const options = optionsIn(`${name} kept`, 'cosine');
    const index = await build(adapter, options);
    const saved = join(options.folder, 'saved');
    const path = index.path ?? saved;
    await index.save?.(path);
    const before = await ask(index.prepareSearch(DATA.cosine.queries), EF_SEARCH);
    await index.close();
    expect(existsSync(path)).toBe(true);
    expect(adapter.load === undefined).toBe(name === OPENS_NOTHING);
    const opened = await adapter.load?.(path, options);
    if (opened === undefined) return;
    const search = opened.prepareSearch(DATA.cosine.queries);
    expect(await ask(search, EF_SEARCH)).toEqual(before);
    await opened.close();
  });

  test('finds only what a filter lets through', async (context) => {
    skipWithout(from, context);
    const adapter = create();
    const index = await build(adapter, optionsIn(`${name} filtered`, 'cosine'));
    const search = index.prepareFilteredSearch?.(DATA.cosine.queries, FILTER);
    expect(search === undefined).toBe(adapter.filter === null);
    const found = search === undefined ? [] : await ask(search, EF_SEARCH);
    const accepted = (node: number): boolean => (CATEGORIES[node] as number) < LIMIT;
    expect(found.flat().filter((node) => !accepted(node))).toEqual([]);
    const least = search === undefined ? 0 : LEAST_RECALL;
    expect(judge(found, 'cosine', accepted)).toBeGreaterThanOrEqual(least);
    await index.close();
  });
});

describe.each(WRITABLE)('%s, written to', (name, from, create) => {
  test('finds what came and nothing that went', async (context) => {
    skipWithout(from, context);
    const library = create();
    expect(library.name).toBe(name);
    const settings = { ...GRAPH, efSearch: EF_SEARCH, keyLimit: 3 * COUNT, capacity: COUNT };
    const index = await library.prepare(settings)(range(0, COUNT), vectorsOf);
    const live = new Set(range(0, COUNT));
    for (let round = 0; round < 2; round++) {
      const removed = range(round * ROUND, (round + 1) * ROUND);
      const added = removed.map((key) => key + COUNT);
      for (const [i, key] of removed.entries()) {
        live.delete(key);
        live.add(added[i] as number);
      }
      const replacement = { removed, added, updates: round === 1 };
      expect(await index.prepareReplace(replacement, vectorsOf)()).toBe(0);
      expect(index.state().count ?? COUNT).toBe(COUNT);
      const search = index.prepareSearch(vectorsOf(added));
      const found: number[][] = [];
      for (const i of added.keys()) found.push(index.keysOf(await search(i, K)));
      expect(found.flat().filter((key) => !live.has(key))).toEqual([]);
      const missed = found.filter((keys, i) => keys[0] !== added[i]);
      expect(missed.length).toBeLessThanOrEqual((1 - LEAST_RECALL) * ROUND);
    }
    await index.close();
  });
});
