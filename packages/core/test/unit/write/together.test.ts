// Writes that are awaited together are linked together: by the first turn of the writer, as one
// batch. So what callers pay for writing singly is their calls, and not a look at the graph each.

import { gaussian } from '@nigh/testkit';
import { describe, expect, test } from 'vitest';
import { VectorIndex } from '../../../src/index.ts';

const DIMENSION = 6;
const OPTIONS = { dimension: DIMENSION, threads: 1, flatThreshold: 0, consolidateAt: 1 };
const GROUP = 64;
const row = (seed: number): Float32Array => gaussian({ count: 1, dimension: DIMENSION, seed });
const rows = Array.from({ length: GROUP }, (_, i) => row(100 + i));
const flat = Float32Array.from(rows.flatMap((one) => [...one]));

async function built(): Promise<VectorIndex> {
  const vectors = gaussian({ count: 300, dimension: DIMENSION, seed: 1 });
  return VectorIndex.build(vectors, { ...OPTIONS, capacity: 600 });
}

async function bytesOf(index: VectorIndex): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  await index.saveTo(async (bytes) => {
    pieces.push(bytes.slice());
  });
  await index.close();
  return Buffer.concat(pieces);
}

describe('writes of single vectors that are awaited together', () => {
  test('leave the bytes of one write of them all', async () => {
    const [singly, atOnce] = [await built(), await built()];
    const added = await Promise.all(rows.map((one) => singly.add(one)));
    expect(added.map(({ first }) => first)).toEqual(rows.map((_, i) => 300 + i));
    await atOnce.add(flat);
    await Promise.all(rows.map((one, i) => singly.update(3 * i, one)));
    await atOnce.update(
      rows.map((_, i) => 3 * i),
      flat,
    );
    expect(await bytesOf(singly)).toEqual(await bytesOf(atOnce));
  });

  test('are linked by the turn of the first, also those that come while it waits', async () => {
    const index = await built();
    const linkers = new Set<number>();
    const add = (i: number): Promise<unknown> =>
      index.add(rows[i], {
        onProgress: ({ phase }) => {
          if (phase === 'link') linkers.add(i);
        },
      });
    await Promise.all(rows.map((_, i) => add(i)));
    expect([...linkers]).toEqual([0]);
    expect(index.stats().linked).toBe(300 + GROUP);
    await index.close();
  });

  test('are in when one of them is aborted', async () => {
    const index = await built();
    const abort = new AbortController();
    const first = index.add(rows[0], { signal: abort.signal });
    const others = rows.slice(1).map((one) => index.add(one));
    abort.abort();
    await expect(first).rejects.toMatchObject({ code: 'ABORTED' });
    await Promise.all(others);
    expect(index.stats().linked).toBe(300 + GROUP);
    expect(index.verify()).toEqual([]);
    await index.close();
  });
});
