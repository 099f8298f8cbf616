// The arithmetic every published figure goes through.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bruteForceBatch } from '@nigh/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Child, ChildEnded, ChildHung } from '../../harness/child.ts';
import { firstReaching, speedsAtRecall } from '../../harness/curve.ts';
import { createData, createQueries } from '../../harness/data.ts';
import { groundTruth, meanRecall } from '../../harness/ground-truth.ts';
import { readOptions } from '../../harness/options.ts';
import { goalIsMet } from '../../harness/report.ts';
import { interleave } from '../../harness/run.ts';
import { median, medianRatio, percentile } from '../../harness/stats.ts';

describe('stats', () => {
  test('percentiles are samples, by nearest rank', () => {
    const samples = [5, 1, 4, 2, 3];
    expect([0, 50, 99, 100].map((percent) => percentile(samples, percent))).toEqual([1, 3, 5, 5]);
    expect(percentile([1, 2, 3, 4], 50)).toBe(2);
  });

  test('the median of an even number of samples lies between the two in the middle', () => {
    expect(median([4, 1, 3, 2])).toBe(2.5);
  });

  test('a ratio is taken by round, so a slow round cancels out', () => {
    expect(medianRatio([20, 2, 20], [10, 1, 10])).toBe(2);
    expect(() => medianRatio([1], [1, 2])).toThrow(RangeError);
  });
});

describe('speedsAtRecall', () => {
  const points = [
    { efSearch: 10, recall: 0.9, speeds: [400, 800] },
    { efSearch: 20, recall: 1, speeds: [100, 200] },
  ];

  test('interpolates every round in the logarithm of speed', () => {
    const speeds = speedsAtRecall(points, 0.95) ?? [];
    expect(speeds[0]).toBeCloseTo(200);
    expect(speeds[1]).toBeCloseTo(400);
  });

  test('takes the first point when that is above already, and nothing when none reaches it', () => {
    expect(speedsAtRecall(points, 0.5)).toEqual([400, 800]);
    expect(speedsAtRecall(points.slice(0, 1), 0.95)).toBeUndefined();
    expect(firstReaching(points, 0.95)?.efSearch).toBe(20);
  });
});

test('interleave runs everybody once per round and leaves the warm-up out', async () => {
  const order: string[] = [];
  const contestant = (name: string) => ({ name, measure: () => order.push(name) });
  const samples = await interleave(['a', 'b'].map(contestant), { rounds: 2 });
  expect(order).toEqual(['a', 'b', 'b', 'a', 'a', 'b']);
  expect(samples.get('a')).toEqual([4, 5]);
  expect(samples.get('b')).toEqual([3, 6]);
});

test('ground truth of every prefix is what the oracle finds', () => {
  const options = { count: 300, dimension: 8, queryCount: 10, seed: 3 };
  const { vectors, queries } = createData(options);
  expect(queries).toEqual(createQueries(options));
  const counts = [5, 100, 300];
  const truths = groundTruth(vectors, queries, { dimension: 8, k: 10, counts });
  for (const [i, count] of counts.entries()) {
    const prefix = vectors.subarray(0, count * 8);
    const exact = bruteForceBatch(prefix, queries, { dimension: 8, metric: 'l2', k: 10 });
    expect(truths[i]).toEqual(exact.map(({ nodes }) => nodes));
    expect(meanRecall(truths[i] ?? [], (query) => exact[query]?.nodes ?? [])).toBe(1);
  }
});

test('a goal is met at its limit, in its direction', () => {
  const goal = { goal: '', measured: 2, required: 2 };
  expect(goalIsMet({ ...goal, direction: 'at least' })).toBe(true);
  expect(goalIsMet({ ...goal, direction: 'at most' })).toBe(true);
  expect(goalIsMet({ ...goal, measured: 2.1, direction: 'at most' })).toBe(false);
});

describe('readOptions', () => {
  const read = (...args: string[]) => readOptions({ count: 5, rounds: 3 }, ['file'], args);

  test('has numbers with defaults, and texts that are left out', () => {
    expect(read()).toEqual({ count: 5, rounds: 3, save: false });
    const given = { count: 5, rounds: 1, file: 'a.npy', save: false };
    expect(read('--rounds', '1', '--file', 'a.npy')).toEqual(given);
    expect(() => read('--rounds', 'many')).toThrow('--rounds expects a number');
    expect(() => read('--round', '1')).toThrow();
  });

  test('keeps no run with changed parameters or a file of its own', () => {
    expect(read('--save').save).toBe(true);
    expect(() => read('--save', '--count', '5')).toThrow('leave out --count');
    expect(() => read('--save', '--file', 'a.npy')).toThrow('leave out --file');
  });
});

describe('a child', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'nigh-child-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const start = (onMessage: string) => {
    const program = join(folder, 'child.mjs');
    writeFileSync(program, `process.on('message', () => ${onMessage}); process.send({});`);
    return Child.start(program, {});
  };

  test('whose process has ended says so to every further question', async () => {
    const child = await start('process.exit(7)');
    await expect(child.ask({})).rejects.toThrow('a contestant ended with 7');
    await expect(child.ask({})).rejects.toThrow(ChildEnded);
    await child.stop();
  });

  test('that does not answer is ended', async () => {
    const child = await start('undefined');
    await expect(child.ask({}, 0.1)).rejects.toThrow(ChildHung);
    await child.stop();
    await expect(child.ask({})).rejects.toThrow('SIGKILL');
  });

  test('that failed with one question answers the next', async () => {
    const child = await start(
      `process.send(globalThis.asked ? { fine: 1 } : { failed: String((globalThis.asked = 1)) })`,
    );
    await expect(child.ask({})).rejects.toThrow('1');
    await expect(child.ask({})).resolves.toEqual({ fine: 1 });
    await child.stop();
  });
});
