// What the demo does with a person's own file: which rows it keeps out, which metric it picks.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { openDemoSource } from '../../../src/demo/source.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nigh-demo-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Writes a .fbin file; its path. */
async function write(name: string, vectors: Float32Array, dimension: number): Promise<string> {
  const path = join(folder, name);
  const header = Uint32Array.of(vectors.length / dimension, dimension);
  await writeFile(path, Buffer.concat([header, vectors].map((part) => Buffer.from(part.buffer))));
  return path;
}

const generated = { count: 500, dimension: 8, seed: 1 };

async function open(name: string, vectors: Float32Array, dimension: number) {
  const path = await write(name, vectors, dimension);
  const source = await openDemoSource({ ...generated, vectors: path });
  await source.close();
  return source;
}

test('one row in a hundred, at the end of the file, is kept out as queries', async () => {
  const vectors = Float32Array.from({ length: 400 * 3 }, (_, i) => i);
  const source = await open('a.fbin', vectors, 3);
  expect(source).toMatchObject({ indexed: 396, queryCount: 4, metric: 'l2' });
  expect([...source.queries]).toEqual([...vectors.subarray(396 * 3)]);
});

test('vectors of length 1 are compared by angle, and the person is told', async () => {
  const vectors = Float32Array.from({ length: 50 * 2 }, (_, i) => [0.6, 0.8][i % 2]);
  const source = await open('a.fbin', vectors, 2);
  expect(source.metric).toBe('cosine');
  expect(source.description.join(' ')).toContain('the vectors have length 1');
});

test('one vector of another length is enough for l2', async () => {
  const vectors = Float32Array.from({ length: 50 * 2 }, (_, i) => [0.6, 0.8][i % 2]);
  vectors[60] = 0.7;
  expect((await open('a.fbin', vectors, 2)).metric).toBe('l2');
});

test('a metric that was asked for is kept', async () => {
  const path = await write('a.fbin', Float32Array.of(0.6, 0.8, 0.6, 0.8), 2);
  const source = await openDemoSource({ ...generated, vectors: path, metric: 'dot' });
  await source.close();
  expect(source.metric).toBe('dot');
});

test('a single vector leaves nothing to search for', async () => {
  await expect(open('a.fbin', Float32Array.of(1, 2), 2)).rejects.toThrow('one vector');
});

test('generated queries are rows that the index does not hold', async () => {
  const { source, queries, queryCount, indexed } = await openDemoSource(generated);
  const rows = new Float32Array((indexed + queryCount) * 8);
  await source.read(rows, 0, indexed + queryCount);
  expect([indexed, queryCount]).toEqual([500, 50]);
  expect(queries).toEqual(rows.subarray(indexed * 8));
});
