// Random sequences of calls on an index and on a plain array, which must agree after each of them.
// Sequences shrink; the seed stands in the failure and can be set with NIGH_SEED.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DATASET_KINDS, type DatasetKind, datasetOf, type Metric } from '@nigh/testkit';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { VectorIndex } from '../../src/index.ts';
import { segmentBytes } from '../support/segment-bytes.ts';
import { contractProblems, createIndex, exactnessProblems } from './support.ts';

const SEED = Number(process.env.NIGH_SEED ?? 1);
const RUNS = Number(process.env.NIGH_RUNS ?? 400);
/** Vectors there is room for in one of the small segments. */
const SMALL_SEGMENT = 300;

const folder = mkdtempSync(join(tmpdir(), 'nigh-model-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Model {
  readonly dimension: number;
  readonly metric: Metric;
  rows: number[][];
}

interface Real {
  index: VectorIndex;
}

type Command = fc.AsyncCommand<Model, Real, true>;

function flat(model: Model): Float32Array {
  return Float32Array.from(model.rows.flat());
}

/** Everything that must hold after every command. */
function checkState(model: Model, { index }: Real): void {
  expect(index.count).toBe(model.rows.length);
  expect(index.verify()).toEqual([]);
  const { linked, count, capacity } = index.stats();
  expect(linked <= count && count <= capacity).toBe(true);
  if (model.rows.length === 0 || model.metric === 'cosine') return;
  const node = model.rows.length >> 1;
  expect([...index.getVector(node)]).toEqual(model.rows[node]);
}

/** A command of which the state is checked when it is done. */
function command(label: string, act: (model: Model, real: Real) => Promise<void>): Command {
  return {
    check: async () => true,
    run: async (model, real) => {
      await act(model, real);
      checkState(model, real);
    },
    toString: () => label,
  };
}

function rowsOf(vectors: Float32Array, dimension: number): number[][] {
  const count = vectors.length / dimension;
  return Array.from({ length: count }, (_, i) => [
    ...vectors.subarray(i * dimension, (i + 1) * dimension),
  ]);
}

interface Drawn {
  readonly kind: DatasetKind;
  readonly count: number;
  readonly seed: number;
}

function vectorsOf(model: Model, { kind, count, seed }: Drawn): Float32Array {
  const { dimension, metric } = model;
  const safe = kind === 'zeros' && metric === 'cosine' ? 'gaussian' : kind;
  return datasetOf(safe, { count, dimension, seed }, metric).vectors;
}

const add = (drawn: Drawn): Command =>
  command(`add(${fc.stringify(drawn)})`, async (model, { index }) => {
    const vectors = vectorsOf(model, drawn);
    const first = model.rows.length;
    const rows = rowsOf(vectors, model.dimension);
    const input = drawn.seed % 2 === 0 ? vectors : rows;
    expect(await index.add(input)).toEqual({ first, count: rows.length });
    model.rows.push(...rows);
  });

const reserveAndCommit = (drawn: Drawn): Command =>
  command(`reserve and commit(${fc.stringify(drawn)})`, async (model, { index }) => {
    const vectors = vectorsOf(model, { ...drawn, count: drawn.count + 1 });
    const first = model.rows.length;
    const rows = rowsOf(vectors, model.dimension);
    const room = index.reserve(rows.length);
    expect(room.length).toBe(vectors.length);
    room.set(vectors);
    expect(index.count).toBe(first);
    expect(await index.commit()).toEqual({ first, count: rows.length });
    model.rows.push(...rows);
  });

const addBad = (drawn: Drawn): Command =>
  command(`add with a bad row(${fc.stringify(drawn)})`, async (model, { index }) => {
    const vectors = vectorsOf(model, { ...drawn, count: drawn.count + 1 });
    const bad = drawn.seed % (drawn.count + 1);
    vectors[bad * model.dimension] = Number.NaN;
    const expected = { code: 'NOT_FINITE', details: { row: bad } };
    await expect(index.add(vectors)).rejects.toMatchObject(expected);
  });

const link = (): Command => command('link()', async (_, { index }) => index.link());

const search = (seed: number, k: number, efSearch: number): Command =>
  command(`search(seed ${seed}, k ${k}, efSearch ${efSearch})`, async (model, { index }) => {
    const query = vectorsOf(model, { kind: 'gaussian', count: 1, seed });
    const plain = { ...model, vectors: flat(model) };
    const exact = index.search(query, k, { exact: true });
    expect(exactnessProblems(exact, plain, query, k)).toEqual([]);
    const found = index.search(query, k, { efSearch });
    const expected = Math.min(k, model.rows.length);
    expect(contractProblems(found, k, model.rows.length)).toEqual([]);
    expect(found.nodes.length).toBe(expected);
    const batch = await index.searchBatch([query], k, { efSearch });
    expect(batch.k).toBe(expected);
    expect([...batch.nodes]).toEqual([...found.nodes]);
    expect([...batch.distances]).toEqual([...found.distances]);
  });

/** Searches by node and by distance, which the exhaustive search of the same index decides. */
const searchFurther = (seed: number, k: number): Command =>
  command(`searchNode and searchRange(seed ${seed}, k ${k})`, async (model, { index }) => {
    const count = model.rows.length;
    if (count === 0) return;
    const node = seed % count;
    const query = index.getVector(node);
    const all = index.search(query, count, { exact: true });
    const others = all.nodes.filter((other) => other !== node);
    const near = index.searchNode(node, k, { exact: true, vectors: true });
    expect([...near.nodes]).toEqual([...others.subarray(0, k)]);
    const vectors = [...near.nodes].flatMap((other) => [...index.getVector(other)]);
    expect([...(near.vectors ?? [])]).toEqual(vectors);
    const found = index.searchNode(node, k);
    expect(contractProblems(found, k, count)).toEqual([]);
    expect(found.nodes.includes(node)).toBe(false);
    const maxDistance = all.distances[Math.min(k, count) - 1];
    const within = all.nodes.filter((_, i) => all.distances[i] <= maxDistance);
    const range = index.searchRange(query, maxDistance, { exact: true });
    expect([...range.nodes]).toEqual([...within]);
    expect(contractProblems(index.searchRange(query, maxDistance), count, count)).toEqual([]);
  });

const calibrate = (k: number): Command =>
  command(`calibrate(k ${k})`, async (model, { index }) => {
    const { efSearch, expected } = await index.calibrate({ k: Math.min(k, 4096), sample: 20 });
    expect(expected).toBeGreaterThan(0);
    const { points } = await index.evaluate({ k: Math.min(k, 4096), sample: 1, recall: 0.95 });
    expect(points[0].efSearch).toBe(efSearch);
    if (model.rows.length === 0) return;
    const found = index.search(index.getVector(0), k, { recall: 0.95 });
    expect(contractProblems(found, k, model.rows.length)).toEqual([]);
  });

const saveAndLoad = (): Command =>
  command('save and load', async (_, real) => {
    const path = join(folder, 'model.nigh');
    await real.index.save(path);
    const { count, linked, segments, calibrated } = real.index.stats();
    await real.index.close();
    real.index = await VectorIndex.load(path, { threads: 1 });
    expect(real.index.stats()).toMatchObject({ count, linked, segments, calibrated });
  });

const drawn: fc.Arbitrary<Drawn> = fc.record({
  kind: fc.constantFrom(...DATASET_KINDS),
  count: fc.oneof(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 1, max: 250 })),
  seed: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
});
const k = fc.oneof(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 6000 }));

const commands = fc.commands<Model, Real, true>(
  [
    drawn.map(add),
    drawn.map(reserveAndCommit),
    drawn.map(addBad),
    fc.constant(null).map(link),
    fc.tuple(fc.nat(1000), k, fc.integer({ min: 1, max: 200 })).map((args) => search(...args)),
    fc.tuple(fc.nat(1000), k).map((args) => searchFurther(...args)),
    k.map(calibrate),
    fc.constant(null).map(saveAndLoad),
  ],
  { maxCommands: 14 },
);

const settings = fc.record({
  dimension: fc.constantFrom(1, 2, 3, 17),
  metric: fc.constantFrom<Metric>('l2', 'cosine', 'dot'),
  flatThreshold: fc.constantFrom(0, undefined),
  small: fc.boolean(),
  M: fc.constantFrom(2, 5, 16),
  builder: fc.constantFrom('partitions', 'insertion'),
  capacity: fc.constantFrom(1, 100, 1000),
});

test('an index agrees with a plain array under any sequence of calls', async () => {
  await fc.assert(
    fc.asyncProperty(settings, commands, async (drawnSettings, sequence) => {
      const { small, ...drawnOptions } = drawnSettings;
      const given = Object.entries(drawnOptions).filter(([, value]) => value !== undefined);
      const { dimension, metric, M } = drawnSettings;
      const segmentByteLimit = segmentBytes(SMALL_SEGMENT, { dimension, M });
      const limit = small ? { segmentByteLimit } : {};
      const real: Real = {
        index: createIndex(drawnSettings, { ...Object.fromEntries(given), ...limit }),
      };
      await fc.asyncModelRun(
        () => ({ model: { dimension, metric, rows: [] }, real }),
        sequence as Iterable<Command>,
      );
      await real.index.close();
    }),
    { seed: SEED, numRuns: RUNS },
  );
});
