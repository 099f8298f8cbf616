// What is kept of vectors as codes stays what it was, however often segments are written anew:
// codes of codes would lose a little each time.

import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { clustered } from '@nigh/testkit';
import { afterAll, describe, expect, test } from 'vitest';
import { type IndexOptions, VectorIndex } from '../../../src/index.ts';
import {
  BYTES_PER_WORD,
  codeWord,
  nodeWord,
  normWord,
  vectorWord,
} from '../../../src/memory/layout.ts';
import { Segment } from '../../../src/segments/segment.ts';

const COUNT = 600;
const DIMENSION = 24;
const vectors = clustered({ count: COUNT, dimension: DIMENSION });

const folder = mkdtempSync(join(tmpdir(), 'nigh-ladder-'));
afterAll(() => rm(folder, { recursive: true, force: true }));

type Kept = Pick<IndexOptions, 'precision' | 'originals' | 'rerank'>;

const KEPT: readonly Kept[] = [
  { precision: 'float16' },
  { precision: 'int8' },
  { precision: 'binary', originals: 'none' },
  { precision: 'pq', originals: 'none' },
  { precision: 'binary', originals: 'memory' },
  { precision: 'pq', originals: 'memory', rerank: 'float16' },
];

function segmentsOf(index: VectorIndex): Segment[] {
  return index.share().segments.map((handle) => new Segment(handle));
}

function bytesAt({ u8s }: Segment, word: number, words: number): string {
  const start = word * BYTES_PER_WORD;
  return Buffer.from(u8s.slice(start, start + words * BYTES_PER_WORD)).toString('hex');
}

/** By node: what is kept of its vector, as bytes. */
function keptBytes(index: VectorIndex): Map<number, string> {
  const bytes = new Map<number, string>();
  for (const segment of segmentsOf(index)) {
    const { layout, i32s } = segment;
    expect(segment.sealed).toBe(true);
    const { codes } = layout;
    for (let slot = 0; slot < segment.count; slot++) {
      const local = i32s[nodeWord(layout, slot)];
      const vector = bytesAt(segment, vectorWord(layout, local), layout.vectorWords);
      const parts = [vector];
      // 7-bit codes beside float16 are no more than a guide to it, and made anew with the graph.
      if (codes !== 'int8') {
        parts.push(bytesAt(segment, codeWord(layout, slot), layout.codeWords));
        if (codes === 'fine') parts.push(bytesAt(segment, normWord(layout, slot), 1));
      }
      bytes.set(segment.numberOf(local), parts.join(' '));
    }
  }
  return bytes;
}

describe.each(KEPT)('of precision $precision, originals $originals', (kept) => {
  test('survivors of five consolidations are byte for byte what they were', async () => {
    const index = await VectorIndex.build(vectors, {
      ...{ dimension: DIMENSION, threads: 1, flatThreshold: 0, allowLowDimension: true },
      ...{ ...kept, consolidateAt: 1 },
    });
    const before = keptBytes(index);
    for (let round = 0; round < 5; round++) {
      index.remove(index.nodes().filter((node) => node % 7 === round));
      await index.consolidate();
      expect(index.stats().removed).toBe(0);
      expect(index.verify()).toEqual([]);
      for (const node of index.nodes().subarray(0, 5)) {
        expect(index.search(index.getVector(node), 1).nodes.length).toBe(1);
      }
    }
    const after = keptBytes(index);
    expect([...after.keys()].sort((a, b) => a - b)).toEqual(
      Array.from({ length: COUNT }, (_, node) => node).filter((node) => node % 7 > 4),
    );
    const changed = [...after].filter(([node, bytes]) => bytes !== before.get(node));
    expect(changed).toEqual([]);
    await index.close();
  });

  test('the last few stay what they are, below the least of a graph too', async () => {
    const index = await VectorIndex.build(vectors, {
      ...{ dimension: DIMENSION, threads: 1, flatThreshold: 500, allowLowDimension: true },
      ...{ ...kept, metric: 'cosine', consolidateAt: 1 },
    });
    const before = keptBytes(index);
    for (const left of [400, 10, 1]) {
      index.remove(index.nodes().subarray(left));
      await index.consolidate();
      expect(index.stats()).toMatchObject({ count: left, removed: 0, linked: left });
      const changed = [...keptBytes(index)].filter(([node, bytes]) => bytes !== before.get(node));
      expect(changed).toEqual([]);
      expect(index.verify()).toEqual([]);
    }
    await index.close();
  });

  test.each([0, 10_000])(
    'merged under cosine they have unit length, graphs from %i on',
    async (n) => {
      const given = { dimension: DIMENSION, threads: 1, flatThreshold: 0, allowLowDimension: true };
      const index = await VectorIndex.build(vectors, { ...given, ...kept, metric: 'cosine' });
      const merged = await VectorIndex.merge([index, index], {
        precision: 'float32',
        flatThreshold: n,
      });
      const lengths = [...merged].map(([, vector]) => Math.hypot(...vector));
      expect(lengths.filter((length) => Math.abs(length - 1) > 1e-5)).toEqual([]);
      const { nodes, distances } = merged.search(merged.getVector(9), 2, { efSearch: 200 });
      expect([...nodes]).toEqual([9, COUNT + 9]);
      expect(distances[1]).toBeLessThan(1e-6);
      const path = join(folder, 'merged');
      await merged.save(path);
      const loaded = await VectorIndex.load(path, { threads: 1 });
      expect(loaded.count).toBe(2 * COUNT);
      await Promise.all([index.close(), merged.close(), loaded.close()]);
    },
  );

  test('copies of few values make sound graphs again when most are gone', async () => {
    // On a line 7-bit codes give many vectors the same codes; which of them, depends on the rest.
    const line = Float32Array.from({ length: 800 }, (_, i) => ((i * 7919) % 800) / 100);
    const index = await VectorIndex.build(line, {
      ...{ dimension: 1, threads: 1, flatThreshold: 0, allowLowDimension: true },
      ...{ ...kept, consolidateAt: 1 },
    });
    for (const part of [3, 2, 5]) {
      index.remove(index.nodes().filter((node, i) => i % part === 0 && line[node] < 6));
      await index.consolidate();
      expect(index.verify()).toEqual([]);
    }
    await index.close();
  });
});
