// What a calibration measures, against the plain way: every distance computed, the graph searched
// once more with what is to be hidden cut out of it.

import { clustered, duplicates, gaussian, integers, unequalNorms } from '@nigh/testkit';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Phase } from '../../../src/build/phases.ts';
import { calibrateSegment, widthsFor } from '../../../src/calibrate/calibrate-segment.ts';
import type { Curve } from '../../../src/calibrate/curve.ts';
import type { CalibrationWork } from '../../../src/calibrate/items.ts';
import * as F from '../../../src/hot/fields.ts';
import type { Metric } from '../../../src/index.ts';
import { nodeWord, rowWord } from '../../../src/memory/layout.ts';
import type { Segment } from '../../../src/segments/segment.ts';
import { linkedSegment, runPhase as runAll } from '../../support/bare-segment.ts';
import { TIER_TARGETS } from '../../support/targets.ts';

const DIMENSION = 24;
const COUNT = 1500;
const shape = { count: COUNT, dimension: DIMENSION };

const SHAPES: readonly (readonly [string, Metric, Float32Array])[] = [
  ['clustered vectors under l2', 'l2', clustered(shape)],
  ['gaussian vectors under cosine', 'cosine', gaussian(shape)],
  ['unequal norms under dot', 'dot', unequalNorms(shape)],
  ['whole numbers with many ties', 'l2', integers({ ...shape, range: 1 })],
  ['a third of copies', 'l2', duplicates({ ...shape, fraction: 0.3 })],
];

interface Outcome {
  readonly curve: Curve;
  readonly work: CalibrationWork;
}

async function calibrate(
  segment: Segment,
  settings: { readonly k?: number; readonly sample?: number; readonly floats?: Float32Array },
): Promise<Outcome> {
  let last: Phase | undefined;
  const run = async (phase: Phase): Promise<void> => {
    last = phase;
    runAll(segment, phase);
  };
  const task = { segment, seed: 1, shared: false, run, report: () => undefined };
  const curve = await calibrateSegment(task, {
    ...{ k: 10, sample: 64, budget: Number.POSITIVE_INFINITY },
    ...settings,
  });
  return { curve: curve as Curve, work: (last as { work: CalibrationWork }).work };
}

/** Distances of the vector at `slot` to all nodes that have other codes, ascending, as searched. */
function distancesOf(segment: Segment, slot: number): number[] {
  const { hot, i32s, layout } = segment;
  const node = i32s[nodeWord(layout, slot)];
  const scratch = segment.scratch(2);
  segment.f32s.set(segment.vectors(node, 1), scratch + F.QUERY);
  const out = scratch + F.POOL;
  hot.measureRange(scratch, 0, segment.count, out);
  const all = Array.from(segment.f32s.subarray(out, out + segment.count));
  const alike = new Set<number>();
  for (let other = 0; other < segment.count; other++) {
    if (hot.haveSameCodes(slot, other)) alike.add(i32s[nodeWord(layout, other)]);
  }
  return all.filter((_, other) => !alike.has(other)).sort((a, b) => a - b);
}

describe.each(SHAPES)('%s', (_, metric, vectors) => {
  let segment: Segment;
  beforeAll(async () => {
    segment = await linkedSegment(vectors, { dimension: DIMENSION, metric });
  });

  test.each([1, 10, 40])('are measured against the true %i nearest', async (k) => {
    const { work } = await calibrate(segment, { k });
    expect(work.count).toBeGreaterThanOrEqual(63);
    for (const [i, slot] of work.slots.entries()) {
      expect(work.radii[i]).toBe(Math.fround(distancesOf(segment, slot)[k - 1]));
      expect(work.expected[i]).toBe(k);
    }
  });

  test('are all found by the widest beam, and the curve rises', async () => {
    const { curve, work } = await calibrate(segment, {});
    expect(curve).toMatchObject({ k: 10, linked: COUNT, sample: work.count, given: false });
    expect(curve.points.map(({ efSearch }) => efSearch)).toEqual(
      widthsFor(10).slice(0, curve.points.length),
    );
    for (const [i, { recall, assured }] of curve.points.entries()) {
      expect(assured).toBeLessThan(recall);
      if (i > 0) expect(recall).toBeGreaterThanOrEqual(curve.points[i - 1].recall);
    }
    expect(curve.points.at(-1)?.recall).toBeGreaterThan(0.97);
  });

  test('give the same curve on every tier', async () => {
    const few = vectors.subarray(0, 400 * DIMENSION);
    const curves: Curve[] = [];
    for (const target of TIER_TARGETS) {
      const other = await linkedSegment(few, { dimension: DIMENSION, metric }, target);
      curves.push((await calibrate(other, {})).curve);
    }
    for (const curve of curves) expect(curve).toEqual(curves[0]);
  });
});

test('more queries than are screened at a time have their true neighbors too', async () => {
  const segment = await linkedSegment(clustered(shape), { dimension: DIMENSION });
  const { work } = await calibrate(segment, { sample: 300 });
  expect(work.count).toBeGreaterThanOrEqual(299);
  for (const i of [0, 127, 128, 129, 256, work.count - 1]) {
    expect(work.radii[i]).toBe(distancesOf(segment, work.slots[i])[9]);
  }
});

test('hubs hide as other slots do', async () => {
  const options = { dimension: DIMENSION, entry: 'hubs' } as const;
  const segment = await linkedSegment(clustered(shape), options);
  const hubs = segment.i32s.subarray(segment.i32s[F.HUBS]).subarray(0, segment.i32s[F.HUB_COUNT]);
  const { curve, work } = await calibrate(segment, { sample: 500 });
  const hidden = [...work.slots.entries()].filter(([, slot]) => hubs.includes(slot));
  expect(hidden.length).toBeGreaterThan(3);
  expect(work.slots).not.toContain(hubs[0]);
  for (const [i, slot] of hidden) expect(work.radii[i]).toBe(distancesOf(segment, slot)[9]);
  expect(hidden.reduce((sum, [i]) => sum + work.hits[i], 0)).toBeGreaterThan(9 * hidden.length);
  expect(curve.points.at(-1)?.recall).toBeGreaterThan(0.97);
});

test('given queries are held against every vector', async () => {
  const segment = await linkedSegment(clustered(shape), { dimension: DIMENSION });
  const floats = clustered({ count: 20, dimension: DIMENSION, seed: 9 });
  const { curve, work } = await calibrate(segment, { floats });
  expect(curve).toMatchObject({ given: true, sample: 20 });
  const scratch = segment.scratch(2);
  for (let i = 0; i < 20; i++) {
    segment.f32s.set(floats.subarray(i * DIMENSION, (i + 1) * DIMENSION), scratch + F.QUERY);
    const out = scratch + F.POOL;
    segment.hot.measureRange(scratch, 0, COUNT, out);
    const all = segment.f32s.slice(out, out + COUNT).sort();
    expect(work.radii[i]).toBe(all[9]);
  }
});

test('codes that say nothing leave the answer right: everything is measured', async () => {
  // All codes but those of one outlier are nearly the same, so that no limit keeps anybody out.
  const vectors = gaussian({ count: 600, dimension: 8 });
  vectors[0] = 1e5;
  const segment = await linkedSegment(vectors, { dimension: 8 });
  if (segment.linked === 0) return;
  const { work } = await calibrate(segment, {});
  for (const [i, slot] of work.slots.entries()) {
    expect(work.radii[i]).toBe(distancesOf(segment, slot)[9]);
  }
});

describe('a search without a slot', () => {
  test('is the search of the graph with the slot cut out', async () => {
    const segment = await linkedSegment(clustered(shape), { dimension: DIMENSION });
    const { hot, i32s, layout, linked } = segment;
    const scratch = segment.scratch(0);
    const results = (): Int32Array => {
      const found = hot.finishResults(scratch);
      return i32s.slice(scratch + F.RESULTS, scratch + F.RESULTS + 2 + 2 * found);
    };
    // Slots on level 0 only: their rows are all there is to cut.
    const slots = [17, 400, 1203].filter((slot) => segment.u8s[4 * i32s[F.LEVELS] + slot] === 0);
    for (const slot of slots) {
      const node = i32s[nodeWord(layout, slot)];
      segment.f32s.set(segment.vectors(node, 1), scratch + F.QUERY);
      hot.resultsReset(scratch, 10);
      hot.searchWithout(scratch, 40, 40, linked, slot);
      const without = results();
      expect([...without]).not.toContain(node);
      const start = rowWord(layout, 0);
      const rows = i32s.slice(start, start + linked * layout.rowWords);
      for (let other = 0; other < linked; other++) {
        const row = rowWord(layout, other);
        const kept = [...i32s.subarray(row + 1, row + 1 + i32s[row])].filter((n) => n !== slot);
        i32s[row] = kept.length;
        i32s.set(kept, row + 1);
      }
      hot.resultsReset(scratch, 10);
      hot.searchGraph(scratch, 40, 40, linked);
      expect(results()).toEqual(without);
      i32s.set(rows, start);
    }
    expect(slots.length).toBeGreaterThan(0);
  });

  test('hides it from that search only', async () => {
    const segment = await linkedSegment(clustered(shape), { dimension: DIMENSION });
    const { hot, i32s, layout, linked } = segment;
    const scratch = segment.scratch(0);
    const node = i32s[nodeWord(layout, 99)];
    segment.f32s.set(segment.vectors(node, 1), scratch + F.QUERY);
    hot.resultsReset(scratch, 1);
    hot.searchWithout(scratch, 40, 40, linked, 99);
    hot.resultsReset(scratch, 1);
    hot.searchGraph(scratch, 40, 40, linked);
    hot.finishResults(scratch);
    expect(i32s[scratch + F.RESULTS + 3]).toBe(node);
  });
});
