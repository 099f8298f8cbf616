// Sealing a segment: the graph stays, what is kept of the vectors changes, on every tier to the
// same bytes, and nothing has happened when it fails.

import { clustered } from '@nigh/testkit';
import { describe, expect, test, vi } from 'vitest';
import type { Progress } from '../../../src/build/runner.ts';
import { canSeal } from '../../../src/build/seal.ts';
import * as F from '../../../src/hot/fields.ts';
import type { RegionName } from '../../../src/memory/layout.ts';
import type { IndexOptions } from '../../../src/options.ts';
import type { Segment } from '../../../src/segments/segment.ts';
import { regionBytes } from '../../../src/snapshot/regions.ts';
import {
  fillSegment,
  linkBare,
  linkedSegment,
  problemsOf,
  sealBare,
  sharedBytes,
  wordOf,
} from '../../support/bare-segment.ts';
import { codesOf } from '../../support/naive.ts';
import { ALL_TARGETS, type Target } from '../../support/targets.ts';

const DIMENSION = 19;
// Builds of many vectors on the JavaScript tier too.
vi.setConfig({ testTimeout: 60_000 });

/** So many that a build numbers the slots of the graph by cluster. */
const COUNT = 1300;
/** Twenty rows are copies of others. */
const vectors = clustered({ count: COUNT, dimension: DIMENSION, seed: 4 });
vectors.copyWithin(0, 100 * DIMENSION, 120 * DIMENSION);

const GRAPH: readonly RegionName[] = [
  ...(['entryPoints', 'levels', 'tombstones', 'upperHeads'] as const),
  ...(['nodes', 'copies', 'rows', 'upperRows'] as const),
];
const KINDS: readonly Pick<IndexOptions, 'precision' | 'originals' | 'rerank'>[] = [
  { precision: 'float16' },
  { precision: 'int8' },
  { precision: 'int8', originals: 'memory', rerank: 'float16' },
  { precision: 'binary' },
  { precision: 'binary', rerank: 'float16' },
  { precision: 'binary', originals: 'none' },
];

function options(kind: (typeof KINDS)[number]) {
  return { dimension: DIMENSION, M: 6, allowLowDimension: true, ...kind } as const;
}

async function grown(kind: (typeof KINDS)[number], target?: Target): Promise<Segment> {
  return linkedSegment(vectors, options(kind), target);
}

function bytesOf(segment: Segment, name: RegionName): Uint8Array {
  return regionBytes(segment, name, segment.usedCounts());
}

describe.each(KINDS)('a segment sealed as %o', (kind) => {
  test('has the graph it had, and is sound', async () => {
    const source = await grown(kind);
    const before = sharedBytes(source).slice();
    const sealed = await sealBare(source);
    for (const name of GRAPH) expect(bytesOf(sealed, name)).toEqual(bytesOf(source, name));
    expect(sealed.usedCounts()).toMatchObject({ count: COUNT, linked: COUNT });
    const words = [F.MAX_LEVEL, F.ENTRY_COUNT, F.UPPER_COUNT, F.FIRST_COPY, F.COPY_COUNT];
    for (const word of words) expect(sealed.i32s[word]).toBe(source.i32s[word]);
    expect(sealed.i32s[F.COPY_COUNT]).toBeGreaterThanOrEqual(20);
    expect([sealed.sealed, sealed.capacity, canSeal(sealed)]).toEqual([true, COUNT, false]);
    expect(problemsOf(sealed)).toEqual([]);
    expect(Buffer.compare(sharedBytes(source), before)).toBe(0);
  });

  test('has the same bytes on every tier and memory', async () => {
    const all = await Promise.all(
      ALL_TARGETS.map(async (target) => {
        const { buffer, byteOffset, byteLength } = sharedBytes(
          await sealBare(await grown(kind, target)),
        );
        return Buffer.from(buffer, byteOffset, byteLength);
      }),
    );
    for (const bytes of all) expect(bytes.compare(all[0])).toBe(0);
  });

  test('keeps codes, halves or floats as they were', async () => {
    const source = await grown(kind);
    const sealed = await sealBare(source);
    const { codes, vectors: kept } = sealed.layout;
    const nodes = sealed.i32s.subarray(wordOf(sealed, 'nodes')).subarray(0, COUNT);
    expect(nodes.some((node, slot) => node !== slot)).toBe(true);
    if (codes === 'int8') {
      for (const name of ['codes', 'norms', 'means', 'rotation'] as const) {
        expect(bytesOf(sealed, name)).toEqual(bytesOf(source, name));
      }
      expect(sealed.f32s[F.CODE_SCALE]).toBe(source.f32s[F.CODE_SCALE]);
      expect(sealed.f32s[F.RESIDUAL]).toBeGreaterThanOrEqual(source.f32s[F.RESIDUAL]);
      expect(sealed.i32s[F.ROTATED]).toBe(source.i32s[F.ROTATED]);
      expect(codesOf(sealed, 5)).toEqual(codesOf(source, 5));
    } else if (codes === 'binary') {
      expect(sealed.i32s[F.ROTATED]).toBe(1);
    }
    if (kept === 'float32') expect(bytesOf(sealed, 'vectors')).toEqual(bytesOf(source, 'vectors'));
    if (kept === 'none') expect(bytesOf(sealed, 'vectors').length).toBe(0);
    if (kept !== 'float16') return;
    const scratch = sealed.scratch(0);
    for (let node = 0; node < COUNT; node++) {
      const start = wordOf(sealed, 'vectors') + node * sealed.layout.vectorWords;
      sealed.hot.decodeHalves(start, DIMENSION, scratch + F.POOL);
      source.vectors(node, 1).forEach((value, i) => {
        const error = Math.abs(sealed.f32s[scratch + F.POOL + i] - value);
        expect(error).toBeLessThanOrEqual(Math.max(2 ** -25, 2 ** -11 * Math.abs(value)));
      });
    }
  });

  test('reports its vectors once, up to all of them', async () => {
    const reports: Progress[] = [];
    await sealBare(await grown(kind), { onProgress: (progress) => reports.push(progress) });
    expect(new Set(reports.map(({ phase }) => phase))).toEqual(new Set(['write', 'calibrate']));
    const written = reports.filter(({ phase }) => phase === 'write');
    expect(written.at(-1)).toEqual({ phase: 'write', done: COUNT, total: COUNT });
  });

  test('is not there when it was aborted, or when a report threw', async () => {
    const source = await grown(kind);
    const before = sharedBytes(source).slice();
    const aborted = sealBare(source, { signal: AbortSignal.abort() });
    await expect(aborted).rejects.toMatchObject({ code: 'ABORTED' });
    const abort = new AbortController();
    const late = sealBare(source, { signal: abort.signal, onProgress: () => abort.abort() });
    await late.catch((error: { code: string }) => expect(error.code).toBe('ABORTED'));
    const failure = new Error('enough');
    const onProgress = (): void => {
      throw failure;
    };
    await expect(sealBare(source, { onProgress })).rejects.toBe(failure);
    expect(Buffer.compare(sharedBytes(source), before)).toBe(0);
    expect(canSeal(source)).toBe(true);
    expect(problemsOf(await sealBare(source))).toEqual([]);
  });
});

describe('verifying a sealed segment', () => {
  test.each(KINDS)('writes to no scratch block but its own two, as %o', async (kind) => {
    const sealed = await sealBare(await grown(kind));
    const from = sealed.scratch(2);
    const others = sealed.i32s.subarray(from, from + sealed.layout.scratchWords);
    others.fill(123456);
    const before = sharedBytes(sealed).slice();
    const bad =
      sealed.layout.codes === 'binary' ? wordOf(sealed, 'codes') : wordOf(sealed, 'norms');
    expect(problemsOf(sealed)).toEqual([]);
    expect(others.every((word) => word === 123456)).toBe(true);
    expect(Buffer.compare(sharedBytes(sealed), before)).toBe(0);
    sealed.i32s[bad] ^= 1;
    expect(problemsOf(sealed).map((problem) => problem.kind)).toEqual(['bad-norm']);
  });
});

describe('a segment can be sealed', () => {
  test('when all its vectors are linked, and not before', async () => {
    const segment = fillSegment(vectors.slice(0, 40 * DIMENSION), options({ precision: 'int8' }));
    expect(canSeal(segment)).toBe(false);
    await linkBare(segment);
    expect(canSeal(segment)).toBe(true);
    segment.publishLinked(39);
    expect(canSeal(segment)).toBe(false);
    expect(canSeal(fillSegment(new Float32Array(0), options({ precision: 'int8' })))).toBe(false);
  });
});

describe('equal vectors with zeros of other signs', () => {
  test.each(KINDS)('stay sound copies when sealed as %o', async (kind) => {
    const twice = Float32Array.from({ length: 60 * DIMENSION }, (_, i) => {
      const row = Math.floor(i / DIMENSION);
      if (i % DIMENSION === 0) return row % 2 === 0 ? 0 : -0;
      return 1 + ((row >> 1) % 10) + (i % DIMENSION);
    });
    const source = await linkedSegment(twice, options(kind));
    expect(source.i32s[F.COPY_COUNT]).toBe(50);
    expect(problemsOf(source)).toEqual([]);
    expect(problemsOf(await sealBare(source))).toEqual([]);
  });
});
