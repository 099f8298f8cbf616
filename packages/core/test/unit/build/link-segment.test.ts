import { clustered } from '@nigh/testkit';
import { describe, expect, test } from 'vitest';
import { dropGraph, linkSegment } from '../../../src/build/link-segment.ts';
import { type Phase, writesGraph } from '../../../src/build/phases.ts';
import { evenWalk, type NodeWalk, walkNode } from '../../../src/build/walk.ts';
import * as F from '../../../src/hot/fields.ts';
import { fitCapacity, GROWING, MAX_SEGMENT_BYTES } from '../../../src/memory/layout.ts';
import { MAX_CAPACITY } from '../../../src/options.ts';
import type { Segment } from '../../../src/segments/segment.ts';
import {
  appendVectors,
  fillSegment,
  linkBare,
  linkedSegment,
  problemsOf,
  rowWord,
  runPhase,
  sharedBytes,
  taskOf,
  wordOf,
} from '../../support/bare-segment.ts';

describe('the order of insertion', () => {
  test('takes every node once', () => {
    const broken: number[] = [];
    for (const count of [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 100, 144, 1000, 1597, 4096, 6007]) {
      const walk = evenWalk(count);
      const nodes = Array.from({ length: count }, (_, i) => walkNode(walk, i));
      if (new Set(nodes).size !== count || nodes.some((node) => node >= count)) broken.push(count);
      if (walk.stride > walk.modulus) broken.push(count);
    }
    expect(broken).toEqual([]);
  });

  test('covers the whole range evenly with every prefix', () => {
    const walk = evenWalk(10_000);
    for (const prefix of [20, 100, 1000]) {
      const nodes = Array.from({ length: prefix }, (_, i) => walkNode(walk, i)).sort(
        (a, b) => a - b,
      );
      const gaps = nodes.map((node, i) => node - (nodes[i - 1] ?? 0));
      expect(Math.max(...gaps)).toBeLessThan((4 * 10_000) / prefix);
    }
  });

  test('is exact for the largest segment there can be', () => {
    const blocks = { scratchCount: 2, benchCount: 1 };
    const smallest = { dimension: 1, metric: 'l2', M: 2, ...blocks, ...GROWING } as const;
    const count = fitCapacity({ ...smallest, capacity: MAX_CAPACITY }, MAX_SEGMENT_BYTES);
    const walk = evenWalk(count);
    const exact = Number((BigInt(count - 1) * BigInt(walk.stride)) % BigInt(count));
    expect(walkNode(walk, count - 1)).toBe(exact);
    expect(count * walk.stride).toBeGreaterThan(2 ** 50);
  });
});

/** Links a segment and records what was run and reported. */
async function record(segment: Segment): Promise<{ phases: Phase[]; reports: string[] }> {
  const phases: Phase[] = [];
  const reports: string[] = [];
  await linkSegment({
    ...taskOf(segment),
    run: async (phase) => {
      phases.push(phase);
      runPhase(segment, phase);
    },
    report: (phase, done, total) => reports.push(`${phase} ${done}/${total}`),
  });
  return { phases, reports };
}

/** The first half of a walk. */
function half(walk: NodeWalk): NodeWalk {
  return { ...walk, count: walk.count >> 1 };
}

/** Everything a search reads of the graph, in the segment or in a copy of its bytes. */
function rowsOf(segment: Segment, bytes: Uint8Array = segment.u8s): Uint8Array {
  const neighbors: number[] = [];
  const words = new Int32Array(bytes.slice(0, 4 * wordOf(segment, 'vectors')).buffer);
  for (let node = 0; node < segment.count; node++) {
    const row = rowWord(segment, node);
    neighbors.push(...words.subarray(row, row + 1 + words[row]), words[wordOf(segment, 'levels')]);
  }
  return new Uint8Array(Int32Array.from(neighbors).buffer);
}

function batchSizes(phases: readonly Phase[]): number[] {
  return phases.flatMap((phase) => (phase.kind === 'link' ? [phase.walk.count] : []));
}

describe('linking by insertion', () => {
  const vectors = clustered({ count: 4000, dimension: 6 });
  const builder = 'insertion';

  test('doubles its batches from one up to 2 % of the nodes', async () => {
    const { phases, reports } = await record(fillSegment(vectors, { dimension: 6, M: 4, builder }));
    const sizes = batchSizes(phases);
    expect(sizes.slice(0, 8)).toEqual([1, 1, 2, 4, 8, 16, 32, 64]);
    expect(Math.max(...sizes)).toBe(80);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(4000);
    expect(reports).toContain('link 4000/4000');
    expect(reports.at(-1)).toBe('repair 4000/4000');
  });

  test('publishes nothing of a first build before its end', async () => {
    const segment = fillSegment(vectors.slice(0, 600), { dimension: 6, M: 4, builder });
    const seen = new Set<number>();
    await linkSegment({
      ...taskOf(segment),
      run: async (phase) => {
        seen.add(segment.linked);
        runPhase(segment, phase);
      },
    });
    expect([...seen]).toEqual([0]);
    expect(segment.linked).toBe(100);
  });

  test('adds later vectors in the order they came, behind those that are linked', async () => {
    const segment = fillSegment(vectors.slice(0, 6 * 900), {
      dimension: 6,
      M: 4,
      capacity: 1000,
      builder,
    });
    await linkBare(segment);
    const scale = segment.f32s[F.CODE_SCALE];
    appendVectors(segment, vectors.slice(6 * 900, 6 * 1000));
    const { phases } = await record(segment);
    const nodes = phases.flatMap((phase) =>
      phase.kind === 'link'
        ? Array.from({ length: phase.walk.count }, (_, i) => walkNode(phase.walk, i))
        : [],
    );
    expect(nodes).toEqual(Array.from({ length: 100 }, (_, i) => 900 + i));
    expect(batchSizes(phases)[0]).toBe(64);
    expect(segment.f32s[F.CODE_SCALE]).toBe(scale);
    expect(problemsOf(segment)).toEqual([]);
  });

  test('takes batches of 64 at most of what is added, however much that is', async () => {
    const options = { dimension: 6, M: 4, capacity: 4000, builder } as const;
    const segment = fillSegment(vectors.slice(0, 6 * 500), options);
    await linkBare(segment);
    appendVectors(segment, vectors.slice(6 * 500));
    const sizes = batchSizes((await record(segment)).phases);
    expect(Math.max(...sizes)).toBe(64);
    expect(sizes.length).toBe(Math.ceil(3500 / 64));
    expect(problemsOf(segment)).toEqual([]);
  });

  test('cuts a batch short whose edges would not fit', async () => {
    // Room for 395 upper rows: some 67 of the first 200 nodes and the 256 below.
    const segment = fillSegment(vectors.slice(0, 6 * 200), {
      dimension: 6,
      M: 4,
      capacity: 600,
      builder,
    });
    await linkBare(segment);
    appendVectors(segment, vectors.slice(6 * 200, 6 * 264));
    // Luck that no draw has: every new node is on level 4, with rows of its own there.
    for (let node = 200; node < 264; node++) {
      segment.u8s[4 * wordOf(segment, 'levels') + node] = 4;
      segment.i32s[wordOf(segment, 'upperHeads') + node] = segment.i32s[F.UPPER_COUNT];
      segment.i32s[F.UPPER_COUNT] += 4;
    }
    segment.i32s[F.LEVELED] = 264;
    const { upperCapacity, edgeCapacity, forward, M } = segment.layout;
    expect(segment.i32s[F.UPPER_COUNT]).toBeLessThanOrEqual(upperCapacity);
    const sizes = batchSizes((await record(segment)).phases);
    expect(sizes[0]).toBe(Math.floor(edgeCapacity / (forward + 4 * M)));
    expect(problemsOf(segment)).toEqual([]);
  });

  /**
   * Links until the phase number `stop`, which fails after a half of its work; which phase that
   * was, or undefined when all was done.
   */
  async function linkUntil(segment: Segment, stop: number): Promise<Phase | undefined> {
    let left = stop;
    let failed: Phase | undefined;
    const run = async (phase: Phase): Promise<void> => {
      if (left-- > 0) return runPhase(segment, phase);
      failed = phase;
      if (phase.kind === 'link') runPhase(segment, { ...phase, walk: half(phase.walk) });
      if (phase.kind === 'apply') runPhase(segment, { ...phase, targets: phase.targets >> 1 });
      // What the runner does when a thread dies while it writes rows.
      if (writesGraph(phase)) dropGraph(segment);
      throw new Error('stopped');
    };
    await linkSegment({ ...taskOf(segment), run }).catch(() => undefined);
    return failed;
  }

  test('that fails leaves an empty graph, and the same bytes when it is repeated', async () => {
    const some = vectors.slice(0, 6 * 200);
    const fresh = sharedBytes(await linkedSegment(some, { dimension: 6, M: 2, builder }));
    const differing: number[] = [];
    let stop = 0;
    for (; stop < 100; stop++) {
      const segment = fillSegment(some, { dimension: 6, M: 2, builder });
      if (!(await linkUntil(segment, stop))) break;
      expect(segment.linked).toBe(0);
      await linkBare(segment);
      expect(problemsOf(segment)).toEqual([]);
      if (Buffer.compare(rowsOf(segment), rowsOf(segment, fresh)) !== 0) differing.push(stop);
    }
    expect(differing).toEqual([]);
    expect(stop).toBeGreaterThan(10);
  });

  test('of more vectors that fails keeps what was published, and can be repeated', async () => {
    const failed: string[] = [];
    for (let stop = 0; stop < 30; stop++) {
      const segment = fillSegment(vectors.slice(0, 6 * 200), {
        ...{ dimension: 6, M: 2, capacity: 400, builder },
      });
      await linkBare(segment);
      appendVectors(segment, vectors.slice(6 * 200, 6 * 400));
      const phase = await linkUntil(segment, stop);
      if (!phase) break;
      failed.push(phase.kind);
      const batches = failed.filter((kind) => kind === 'mend').length;
      expect(segment.linked).toBe(writesGraph(phase) ? 0 : 200 + 64 * batches);
      // Whole batches are in the tree; a graph that was half-written has none.
      expect(segment.i32s[F.PARENTED]).toBe(phase.kind === 'link' ? segment.linked : 0);
      expect(problemsOf(segment)).toEqual([]);
      await linkBare(segment);
      expect(problemsOf(segment)).toEqual([]);
      expect(segment.linked).toBe(400);
    }
    const batch = ['link', 'apply', 'mend'];
    expect(failed).toEqual(['encode', 'grow', ...batch, ...batch, ...batch, ...batch]);
  });

  test('gives every node of an upper level rows of its own', async () => {
    const segment = await linkedSegment(vectors, { dimension: 6, M: 3, builder });
    const heads = wordOf(segment, 'upperHeads');
    const levels = segment.u8s.subarray(4 * wordOf(segment, 'levels'));
    const taken: number[] = [];
    for (let node = 0; node < 4000; node++) {
      for (let l = 0; l < levels[node]; l++) taken.push(segment.i32s[heads + node] + l);
    }
    expect(taken).toEqual(Array.from({ length: segment.i32s[F.UPPER_COUNT] }, (_, i) => i));
    expect(taken.length).toBeGreaterThan(1000);
  });

  test('makes the smallest node of the highest level the entry point', async () => {
    const segment = await linkedSegment(vectors, { dimension: 6, M: 4, builder });
    const levels = segment.u8s.subarray(4 * wordOf(segment, 'levels'));
    const highest = levels.subarray(0, 4000).reduce((most, level) => Math.max(most, level), 0);
    const first = levels.indexOf(highest);
    expect(segment.i32s[F.MAX_LEVEL]).toBe(highest);
    expect(segment.i32s[wordOf(segment, 'entryPoints')]).toBe(first);
  });
});

test.each(['partitions', 'insertion'] as const)(
  'linking by %s writes nothing beyond the vectors there are',
  async (builder) => {
    const vectors = clustered({ count: 200, dimension: 8, seed: 2 });
    const segment = fillSegment(vectors, { dimension: 8, capacity: 5000, builder });
    const words = (['upperHeads', 'edgeHeads'] as const).map(
      (name) => wordOf(segment, name) + 4000,
    );
    for (const word of words) segment.i32s[word] = -7;
    await linkBare(segment);
    expect(segment.linked).toBe(200);
    expect(words.map((word) => segment.i32s[word])).toEqual([-7, -7]);
  },
);
