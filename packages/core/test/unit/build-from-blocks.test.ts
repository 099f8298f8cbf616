// Building from blocks that come one after another: the same bytes as building at once, whatever
// the blocks look like, and nothing left behind when their source fails.

import { clustered, clusteredSource } from '@nigh/testkit';
import { describe, expect, test } from 'vitest';
import { type IndexOptions, type Progress, VectorIndex } from '../../src/index.ts';
import type { Vectors } from '../../src/input/vectors.ts';
import { computeLayout } from '../../src/memory/layout.ts';
import { resolveOptions } from '../../src/options.ts';
import { layoutOptions } from '../../src/segments/segment-list.ts';
import { indexDigest, segmentsOf } from '../support/bulk.ts';

const DIMENSION = 10;
const COUNT = 1300;
const DATA = { count: COUNT, dimension: DIMENSION } as const;
const vectors = clustered(DATA);
const options: IndexOptions = {
  ...{ dimension: DIMENSION, capacity: COUNT, flatThreshold: 0, threads: 2 },
};

/** The vectors [first, end) as they are in the whole. */
function part(first: number, end: number): Float32Array {
  return vectors.subarray(first * DIMENSION, end * DIMENSION);
}

/** The vectors in blocks of these sizes, and a last one of all that is left. */
function* cut(sizes: readonly number[]): Generator<Float32Array> {
  let first = 0;
  for (const size of [...sizes, COUNT]) {
    const end = Math.min(COUNT, first + size);
    yield part(first, end);
    first = end;
  }
}

async function* arriving(blocks: Iterable<Vectors>): AsyncGenerator<Vectors> {
  for (const block of blocks) {
    await Promise.resolve();
    yield block;
  }
}

async function digestOfBuild(
  input: Vectors | AsyncIterable<Vectors>,
  more: Partial<IndexOptions> = {},
): Promise<string> {
  const index = await VectorIndex.build(input, { ...options, ...more });
  expect(index.count).toBe(COUNT);
  expect(index.verify()).toEqual([]);
  const digest = indexDigest(index);
  await index.close();
  return digest;
}

/** Blocks of 100 in one buffer, which is filled anew for the next as soon as that is asked for. */
async function* reusingOneBuffer(): AsyncGenerator<Float32Array> {
  const source = clusteredSource(DATA);
  const buffer = new Float32Array(100 * DIMENSION);
  for (let first = 0; first < COUNT; first += 100) {
    source.fill(buffer, first);
    yield buffer;
    buffer.fill(Number.NaN);
  }
}

function rows(block: Float32Array): number[][] {
  return Array.from({ length: block.length / DIMENSION }, (_, row) =>
    Array.from(block.subarray(row * DIMENSION, (row + 1) * DIMENSION)),
  );
}

/** Some as Float64Array, some as rows of either kind. */
function* ofAllKinds(): Generator<Vectors> {
  yield Float64Array.from(part(0, 300));
  yield rows(part(300, 301));
  yield rows(part(301, 700)).map((row) => Float32Array.from(row));
  yield part(700, COUNT);
}

describe('an index of blocks has the bytes of one built at once', () => {
  test.each<[string, () => AsyncIterable<Vectors>]>([
    ['one block', () => arriving([vectors])],
    ['even blocks', () => arriving(cut(Array(12).fill(100)))],
    ['uneven blocks', () => arriving(cut([1, 2, 999, 3]))],
    ['blocks of which some are empty', () => arriving(cut([0, 500, 0, 0, 800, 0]))],
    ['typed arrays and rows', () => arriving(ofAllKinds())],
    ['blocks whose buffer the producer uses again', reusingOneBuffer],
  ])('for %s', async (_, blocks) => {
    expect(await digestOfBuild(blocks())).toBe(await digestOfBuild(vectors));
  });

  test('for whole numbers in bytes', async () => {
    const bytes = Uint8Array.from(vectors, (value) => Math.round(Math.abs(value) * 40));
    const half = (COUNT / 2) * DIMENSION;
    const blocks = [
      bytes.subarray(0, half),
      Int8Array.from(bytes.subarray(half).map((b) => b >> 1)),
    ];
    const whole = Float32Array.from([...blocks[0], ...blocks[1]]);
    expect(await digestOfBuild(arriving(blocks))).toBe(await digestOfBuild(whole));
  });

  test('by cosine', async () => {
    const cosine = { metric: 'cosine' } as const;
    const blocks = arriving(cut([17, 400]));
    expect(await digestOfBuild(blocks, cosine)).toBe(await digestOfBuild(vectors, cosine));
  });

  test('in more than one segment', async () => {
    const { byteLength } = computeLayout(layoutOptions(resolveOptions(options), 600));
    const small = { segmentByteLimit: byteLength };
    const blocks = arriving(cut([333, 333, 333]));
    const index = await VectorIndex.build(vectors, { ...options, ...small });
    expect(segmentsOf(index).map(({ count }) => count)).toEqual([600, 600, 100]);
    await index.close();
    expect(await digestOfBuild(blocks, small)).toBe(await digestOfBuild(vectors, small));
  });
});

describe('an index of blocks', () => {
  test('is empty when no block comes', async () => {
    const index = await VectorIndex.build(arriving([]), options);
    expect([index.count, index.search(part(0, 1), 3).nodes.length]).toEqual([0, 0]);
    await index.close();
  });

  test('opens further segments for what goes beyond its capacity', async () => {
    const index = await VectorIndex.build(arriving(cut([600, 600])), { ...options, capacity: 500 });
    expect(segmentsOf(index).length).toBeGreaterThan(1);
    expect(index.verify()).toEqual([]);
    for (const node of [0, 499, 500, COUNT - 1]) {
      expect(index.search(part(node, node + 1), 1).nodes[0]).toBe(node);
    }
    await index.close();
  });

  test("reports what was read as phase 'read'", async () => {
    const read: number[] = [];
    const onProgress = ({ phase, done, total }: Progress): void => {
      if (phase !== 'read') return;
      expect(done).toBe(total);
      read.push(done);
    };
    const blocks = arriving(cut([100, 0, 200]));
    const index = await VectorIndex.build(blocks, { ...options, onProgress });
    await index.close();
    expect(read).toEqual([100, 100, 300, COUNT]);
  });
});

interface Source {
  readonly blocks: AsyncIterable<Vectors>;
  /** How many blocks were asked for, and whether the source was told that it is over. */
  readonly seen: { asked: number; closed: boolean };
}

/** A source that notes what is done with it. */
function noted(blocks: Iterable<Vectors>): Source {
  const seen = { asked: 0, closed: false };
  async function* notedBlocks(): AsyncGenerator<Vectors> {
    try {
      for (const block of blocks) {
        seen.asked++;
        yield block;
      }
    } finally {
      seen.closed = true;
    }
  }
  return { blocks: notedBlocks(), seen };
}

describe('building from blocks refuses', () => {
  test.each<[string, Vectors, string]>([
    ['rows of another dimension', [[1, 2, 3]], 'DIMENSION_MISMATCH'],
    ['a typed array that is no whole number of rows', part(0, 1).slice(1), 'DIMENSION_MISMATCH'],
    ['numbers that are not finite', part(0, 1).map(() => Number.NaN), 'NOT_FINITE'],
    ['what is no vectors', 'vectors' as unknown as Vectors, 'INVALID_VECTORS'],
  ])('%s, and asks for no further block', async (_, bad, code) => {
    const { blocks, seen } = noted([part(0, 100), bad, part(100, 200)]);
    await expect(VectorIndex.build(blocks, options)).rejects.toMatchObject({ code });
    expect(seen).toEqual({ asked: 2, closed: true });
  });

  test('to go on when the producer throws, with its error', async () => {
    const failure = new Error('the disk is gone');
    async function* failing(): AsyncGenerator<Vectors> {
      yield part(0, 100);
      throw failure;
    }
    await expect(VectorIndex.build(failing(), options)).rejects.toBe(failure);
  });

  test('to go on when it is aborted between two blocks', async () => {
    const controller = new AbortController();
    const { blocks, seen } = noted(cut(Array(12).fill(100)));
    const onProgress = ({ done }: { done: number }): void => {
      if (done === 300) controller.abort();
    };
    const work = { signal: controller.signal, onProgress };
    const built = VectorIndex.build(blocks, { ...options, ...work });
    await expect(built).rejects.toMatchObject({ code: 'ABORTED' });
    expect(seen).toEqual({ asked: 4, closed: true });
  });

  test('to begin when it is aborted already', async () => {
    const { blocks } = noted(cut([]));
    const built = VectorIndex.build(blocks, { ...options, signal: AbortSignal.abort() });
    await expect(built).rejects.toMatchObject({ code: 'ABORTED' });
  });

  test('to go on when the progress callback throws, with its error', async () => {
    const failure = new Error('nobody listens');
    const onProgress = (): void => {
      throw failure;
    };
    const { blocks, seen } = noted(cut([100, 100]));
    const built = VectorIndex.build(blocks, { ...options, onProgress });
    await expect(built).rejects.toBe(failure);
    expect(seen.closed).toBe(true);
  });

  test('options that are wrong before it asks for a block', async () => {
    const { blocks, seen } = noted(cut([]));
    const built = VectorIndex.build(blocks, { ...options, dimension: 0 });
    await expect(built).rejects.toMatchObject({ code: 'INVALID_OPTION' });
    expect(seen.asked).toBe(0);
  });
});
