// How work is cut into items and run on this thread: every item once, stopped between two, reported
// on the way. What the items do, and the pool, have tests elsewhere.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Job, jobItems, jobTotal } from '../../src/build/job.ts';
import { linkSegments } from '../../src/build/link-segments.ts';
import { itemCount, type Phase, phaseTotal } from '../../src/build/phases.ts';
import { type Crew, runWork } from '../../src/build/runner.ts';
import { evenWalk, walkNode } from '../../src/build/walk.ts';
import { CONTROL_WORDS } from '../../src/memory/control-words.ts';
import { resolveOptions } from '../../src/options.ts';
import { allocateBatch } from '../../src/search/batch-queries.ts';
import type { Segment } from '../../src/segments/segment.ts';
import { SegmentList } from '../../src/segments/segment-list.ts';
import { blocksOf } from '../support/bare-segment.ts';

const options = resolveOptions({ dimension: 4, threads: 1, capacity: 4000, flatThreshold: 0 });

/** A segment of `count` vectors on a line, nothing linked. */
function filledSegment(count: number): Segment {
  const list = SegmentList.open(options);
  const slots = list.stretch(count);
  slots.segment.vectors(0, count).forEach((_, i, floats) => {
    floats[i] = ((i * 7919) % 1009) / 100;
  });
  list.publish([slots]);
  return slots.segment;
}

/** This thread alone; the pool must not be asked for. */
function crewOf(segment: Segment): Crew {
  const pool = (): never => {
    throw new Error('one thread needs no pool');
  };
  return { segments: [segment], threads: 1, blocks: blocksOf(segment), pool };
}

function freeBlocks(segment: Segment): number {
  const blocks = blocksOf(segment);
  let free = 0;
  const claimed: number[] = [];
  for (;;) {
    try {
      claimed.push(...blocks.claim(1));
      free++;
    } catch {
      blocks.release(claimed);
      return free;
    }
  }
}

describe('a walk', () => {
  test('visits every node once', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3000 }), (count) => {
        const walk = evenWalk(count);
        const visited = Array.from({ length: count }, (_, i) => walkNode(walk, i));
        expect(new Set(visited).size).toBe(count);
        expect(Math.max(...visited)).toBe(count - 1);
      }),
      { seed: 1, numRuns: 60 },
    );
  });

  /** The largest gap between neighbors on the ring, for every prefix, as a multiple of the mean. */
  function worstGap(count: number): number {
    const walk = evenWalk(count);
    const before = Int32Array.from({ length: count }, (_, i) => (i + count - 1) % count);
    const after = Int32Array.from({ length: count }, (_, i) => (i + 1) % count);
    let gap = 1;
    let worst = 1;
    // From the whole walk back to its first node: taking one away joins the gaps beside it.
    for (let length = count; length > 1; length--) {
      worst = Math.max(worst, (gap * length) / count);
      const node = walkNode(walk, length - 1);
      after[before[node]] = after[node];
      before[after[node]] = before[node];
      gap = Math.max(gap, (after[node] - before[node] + count) % count || count);
    }
    return worst;
  }

  test('leaves no gap of four times the mean after any number of steps', () => {
    for (const count of [5100, 5730, 9060, 11_010, 14_130, 15_708]) {
      expect(worstGap(count)).toBeLessThan(4);
    }
    const counts = fc.integer({ min: 2, max: 20_000 });
    fc.assert(
      fc.property(counts, (count) => worstGap(count) < 4),
      { seed: 1, numRuns: 300 },
    );
  });

  test('is exact far beyond 32 bits', () => {
    const walk = { node: 3, count: 2 ** 31 - 1, stride: 2 ** 31 - 2, modulus: 2 ** 31 - 1 };
    expect(walkNode(walk, 4)).toBe(2 ** 31 - 2);
    expect(walkNode({ ...walk, stride: 1_327_217_884 }, 2_000_000)).toBe(
      Number((3n + 2_000_000n * 1_327_217_884n) % (2n ** 31n - 1n)),
    );
  });
});

describe('the items of a phase', () => {
  const walk = evenWalk(1000);
  const phases: readonly Phase[] = [
    { kind: 'encode', first: 100, end: 1300 },
    { kind: 'link', walk },
    { kind: 'apply', targets: 517 },
    { kind: 'repair', end: 1000 },
    { kind: 'apply', targets: 0 },
  ];

  test('cover it and do not depend on the threads', () => {
    expect(phases.map(phaseTotal)).toEqual([1200, 1000, 517, 1, 0]);
    expect(phases.map(itemCount)).toEqual([3, 63, 5, 1, 0]);
    const jobs: readonly Job[] = phases.map((phase) => ({ kind: 'phase', segment: 0, phase }));
    expect(jobs.map(jobItems)).toEqual([3, 63, 5, 1, 0]);
    expect(jobs.map(jobTotal)).toEqual([1200, 1000, 517, 1, 0]);
  });
});

describe('work on this thread', () => {
  const encode = (end: number): Job => ({
    ...{ kind: 'phase', segment: 0, phase: { kind: 'encode', first: 0, end } },
  });

  test('reports all that was done and gives its scratch blocks back', async () => {
    const segment = filledSegment(2000);
    segment.f32s[20] = 0.1;
    const free = freeBlocks(segment);
    const reports: number[] = [];
    await runWork(crewOf(segment), encode(2000), { onDone: (done) => reports.push(done) });
    expect(reports.at(-1)).toBe(2000);
    expect(freeBlocks(segment)).toBe(free);
  });

  test('does nothing after an abort, and gives its scratch blocks back', async () => {
    const segment = filledSegment(2000);
    const free = freeBlocks(segment);
    const reports: number[] = [];
    const watch = { signal: AbortSignal.abort(), onDone: (done: number) => reports.push(done) };
    const work = runWork(crewOf(segment), encode(2000), watch);
    await expect(work).rejects.toMatchObject({ code: 'ABORTED' });
    expect(reports).toEqual([]);
    expect(freeBlocks(segment)).toBe(free);
  });

  test('stops between two items when it is aborted on the way', async () => {
    const segment = filledSegment(4000);
    const plan = { k: 1, efSearch: 64, exact: true, exhaustive: false };
    const control = new Int32Array(CONTROL_WORDS);
    const batch = allocateBatch({ count: 20_000, dimension: 4, plan, control }, false);
    const controller = new AbortController();
    await new Promise((resolve) => setImmediate(resolve)); // a fresh slice
    setImmediate(() => controller.abort());
    const work = runWork(crewOf(segment), { kind: 'queries', batch }, controller);
    await expect(work).rejects.toMatchObject({ code: 'ABORTED' });
    const answered = batch.lengths.filter((length) => length === 1).length;
    expect(answered).toBeGreaterThan(0);
    expect(answered).toBeLessThan(20_000);
  });

  test('gives way between jobs that are each shorter than a slice', async () => {
    const segment = filledSegment(4000);
    const crew = crewOf(segment);
    let turns = 0;
    let over = false;
    const count = (): void => {
      turns++;
      if (!over) setImmediate(count);
    };
    setImmediate(count);
    const start = performance.now();
    while (turns <= 5 && performance.now() - start < 5000) {
      await runWork(crew, encode(500));
      await Promise.all([runWork(crew, encode(500)), runWork(crew, encode(500))]);
    }
    over = true;
    expect(turns).toBeGreaterThan(5);
  });

  test('gives its scratch blocks back when a callback throws', async () => {
    const segment = filledSegment(2000);
    const free = freeBlocks(segment);
    const onDone = (): void => {
      throw new Error('the callback failed');
    };
    await expect(runWork(crewOf(segment), encode(2000), { onDone })).rejects.toThrow('callback');
    expect(freeBlocks(segment)).toBe(free);
  });

  test('leaves no listener on a signal that lives on', async () => {
    const segment = filledSegment(100);
    const { signal } = new AbortController();
    let listeners = 0;
    const { addEventListener, removeEventListener } = signal;
    signal.addEventListener = (...args: Parameters<typeof addEventListener>) => {
      listeners++;
      addEventListener.apply(signal, args);
    };
    signal.removeEventListener = (...args: Parameters<typeof removeEventListener>) => {
      listeners--;
      removeEventListener.apply(signal, args);
    };
    for (let i = 0; i < 20; i++) await runWork(crewOf(segment), encode(100), { signal });
    expect(listeners).toBe(0);
  });
});

describe('linking', () => {
  test('leaves a segment below the threshold to be scanned', async () => {
    const segment = filledSegment(99);
    await linkSegments(crewOf(segment), { ...options, flatThreshold: 100 }, {});
    expect(segment.linked).toBe(0);
    await linkSegments(crewOf(segment), { ...options, flatThreshold: 99 }, {});
    expect(segment.linked).toBe(99);
  });

  test('leaves an empty segment alone', async () => {
    const segment = filledSegment(1);
    segment.publishCount(0);
    await linkSegments(crewOf(segment), options, {});
    expect(segment.linked).toBe(0);
  });
});
