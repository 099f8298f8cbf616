// An abort at any moment: the operation rejects with ABORTED and goes no further, the vectors are
// in, every answer is exact while they are unlinked, link() finishes the work, no thread lives on.

import { VectorIndex } from '@nigh/core';
import { clustered, heldOut } from '@nigh/testkit';
import { beforeAll, describe, expect, test } from 'vitest';
import { failureOf, inexactQueries } from './support/data.ts';

const COUNT = 4000;
const DIMENSION = 16;
const K = 10;
const data = heldOut(clustered, { count: COUNT, dimension: DIMENSION, queryCount: 40 });
const options = { dimension: DIMENSION, flatThreshold: 0, capacity: COUNT };
const BUILDERS = ['partitions', 'insertion'] as const;
type Builder = (typeof BUILDERS)[number];
const half = Math.floor(COUNT / 2) * DIMENSION;

/** A signal that aborts when a phase has come so far, and the other phases that went on after. */
function abortAt(phase: string, share: number) {
  const controller = new AbortController();
  const later = new Set<string>();
  const onProgress = (progress: { phase: string; done: number; total: number }): void => {
    const isOther = progress.phase !== phase;
    if (!controller.signal.aborted) {
      if (!isOther && progress.done >= share * progress.total) controller.abort();
    } else if (isOther && progress.done > 0) later.add(progress.phase);
  };
  return { work: { signal: controller.signal, onProgress }, later };
}

/** Recall of the graph against the exact scan of the same index, over the queries. */
function wrongShare(index: VectorIndex): number {
  return inexactQueries(index, data.queries, K).length / 40;
}

/** What a build that nobody disturbed gets wrong. */
const freshWrongShare: Partial<Record<Builder, number>> = {};

beforeAll(async () => {
  for (const builder of BUILDERS) {
    const index = await VectorIndex.build(data.vectors, { ...options, builder, threads: 2 });
    freshWrongShare[builder] = wrongShare(index);
    await index.close();
  }
});

/** Phases of a first build by each builder, and how much of them is done at the abort. */
const BUILDS: readonly (readonly [Builder, string, number])[] = [
  ['partitions', 'encode', 0],
  ['partitions', 'assign', 0],
  ['partitions', 'leaves', 0.5],
  ['partitions', 'select', 0],
  ['partitions', 'rows', 0],
  ['partitions', 'repair', 0],
  ['partitions', 'calibrate', 0.1],
  ['insertion', 'encode', 0],
  ['insertion', 'link', 0],
  ['insertion', 'link', 0.05],
  ['insertion', 'link', 0.5],
  ['insertion', 'link', 0.95],
  ['insertion', 'link', 1],
  ['insertion', 'repair', 0],
];

/** How many may be linked when a first build ends by an abort in phases that come late. */
const LINKED: Readonly<Record<string, readonly number[]>> = {
  repair: [COUNT],
  calibrate: [COUNT],
};

const MOMENTS: readonly (readonly [string, number])[] = [
  ['encode', 0],
  ['link', 0],
  ['link', 0.05],
  ['link', 0.5],
  ['link', 0.95],
  ['link', 1],
];

describe.each([1, 2])('on %i threads', (threads) => {
  test.each(BUILDS)('by %s, a build aborted in %s at %f leaves a sound index', async (...when) => {
    const [builder, phase, share] = when;
    const index = VectorIndex.create({ ...options, builder, threads });
    const { work, later } = abortAt(phase, share);
    const code = await failureOf(index.add(data.vectors, work));
    expect(code).toBe('ABORTED');
    expect(index.count).toBe(COUNT);
    const { linked } = index.stats();
    // The repair runs to its end; nothing else goes on. All or nothing is linked.
    expect(LINKED[phase] ?? (share < 1 ? [0] : [0, COUNT])).toContain(linked);
    expect([...later]).toEqual(phase === 'link' && linked === COUNT ? ['repair'] : []);
    expect(index.verify()).toEqual([]);
    if (linked === 0) expect(wrongShare(index)).toBe(0);
    await index.link();
    expect(index.stats().linked).toBe(COUNT);
    expect(index.verify()).toEqual([]);
    expect(wrongShare(index)).toBeLessThanOrEqual((freshWrongShare[builder] ?? 0) + 0.05);
    await index.close();
  });

  test.each(MOMENTS)('an add to a graph aborted in %s at %f keeps it', async (phase, share) => {
    const index = VectorIndex.create({ ...options, threads });
    await index.add(data.vectors.subarray(0, half));
    const { work, later } = abortAt(phase, share);
    const code = await failureOf(
      index.add(data.vectors.subarray(half), { ...work, rebuild: 'never' }),
    );
    // Also when all is linked: the graph has doubled, and is to be measured anew.
    expect(code).toBe('ABORTED');
    expect([...later]).toEqual([]);
    const { linked } = index.stats();
    expect(linked).toBeGreaterThanOrEqual(COUNT / 2);
    expect(linked).toBeLessThanOrEqual(share < 1 ? COUNT - 1 : COUNT);
    if (phase === 'encode') expect(linked).toBe(COUNT / 2);
    expect(index.verify()).toEqual([]);
    expect(wrongShare(index)).toBeLessThanOrEqual(0.1);
    await index.link();
    expect(index.stats().linked).toBe(COUNT);
    expect(index.verify()).toEqual([]);
    expect(wrongShare(index)).toBeLessThanOrEqual(0.1);
    await index.close();
  });

  test.each([0, 5, 20, 60, 120])('an abort after %i ms leaves all or nothing', async (delay) => {
    const index = VectorIndex.create({ ...options, threads });
    let isOver = false;
    let isLate = false;
    const onProgress = (): void => {
      isLate ||= isOver;
    };
    const signal = AbortSignal.timeout(delay);
    const code = await failureOf(index.add(data.vectors, { signal, onProgress }));
    isOver = true;
    const { linked } = index.stats();
    expect([undefined, 'ABORTED']).toContain(code);
    if (code === undefined) expect(linked).toBe(COUNT);
    else expect([0, COUNT]).toContain(linked);
    if (linked === 0) expect(wrongShare(index)).toBe(0);
    expect(index.verify()).toEqual([]);
    await index.close();
    expect(isLate).toBe(false);
  });
});

test('an operation whose signal was aborted before changes nothing', async () => {
  const index = VectorIndex.create({ ...options, threads: 2 });
  const signal = AbortSignal.abort(new Error('not wanted'));
  const error = await index.add(data.vectors, { signal }).catch((reason: unknown) => reason);
  expect(error).toMatchObject({ code: 'ABORTED', cause: { message: 'not wanted' } });
  expect(index.count).toBe(0);
  index.reserve(10).fill(1);
  expect(await failureOf(index.commit({ signal }))).toBe('ABORTED');
  expect(index.count).toBe(0);
  await index.commit();
  expect(index.count).toBe(10);
  await index.close();
});
