import { beforeEach, describe, expect, test } from 'vitest';
import {
  poolExpand,
  poolInsert,
  poolInsertOnce,
  poolKey,
  poolNext,
  poolNode,
  poolRejects,
  poolReopen,
  poolReset,
  poolSize,
} from '../../../src/hot/pool.ts';
import { bareMemory, bindTo } from '../../support/targets.ts';

const POOL = 16;
const memory = bareMemory({ tier: 'javascript', memory: 'private' }, 65536);

function pairs(): [number, number][] {
  return Array.from({ length: poolSize(POOL) }, (_, i) => [poolKey(POOL, i), poolNode(POOL, i)]);
}

beforeEach(() => {
  bindTo(memory);
  memory.i32s.fill(0x55555555);
  poolReset(POOL, 4);
});

describe('the sorted pool', () => {
  test('orders by key, then by node', () => {
    poolInsert(POOL, 5, 1);
    poolInsert(POOL, -5, 2);
    poolInsert(POOL, 5, 0);
    expect(pairs()).toEqual([
      [-5, 2],
      [5, 0],
      [5, 1],
    ]);
  });

  test('returns the position taken, and NONE for a pair behind a full pool', () => {
    const positions = [30, 10, 20, 40, 50, 5].map((key, i) => poolInsert(POOL, key, i));
    expect(positions).toEqual([0, 0, 1, 3, -1, 0]);
    expect(pairs().map(([key]) => key)).toEqual([5, 10, 20, 30]);
  });

  test('does not reject an equal key, which a smaller node may win', () => {
    for (let node = 1; node <= 4; node++) poolInsert(POOL, 7, node);
    expect(poolRejects(POOL, 7)).toBe(false);
    expect(poolRejects(POOL, 8)).toBe(true);
    expect(poolInsert(POOL, 7, 0)).toBe(0);
    expect(pairs().map(([, node]) => node)).toEqual([0, 1, 2, 3]);
  });

  test('writes nothing before itself nor behind its last pair', () => {
    const before = memory.i32s.slice(0, POOL);
    for (let node = 0; node < 20; node++) poolInsert(POOL, -node, node);
    expect(memory.i32s.slice(0, POOL)).toEqual(before);
    expect(memory.i32s[POOL + 2 + 2 * 4]).toBe(0x55555555);
  });

  test('finds the next pair to expand, and its size when there is none', () => {
    for (let node = 0; node < 3; node++) poolInsert(POOL, node, node);
    expect(poolExpand(POOL, 0)).toBe(0);
    expect(poolExpand(POOL, 1)).toBe(1);
    expect([poolNext(POOL, 0), poolNext(POOL, 2)]).toEqual([2, 2]);
    expect(poolExpand(POOL, 2)).toBe(2);
    expect(poolNext(POOL, 0)).toBe(3);
  });

  test('keeps the node number of an expanded pair, and its order among equals', () => {
    poolInsert(POOL, 1, 0x7ffffffe);
    poolExpand(POOL, 0);
    expect(poolNode(POOL, 0)).toBe(0x7ffffffe);
    expect(poolInsert(POOL, 1, 3)).toBe(0);
    expect(poolInsert(POOL, 1, 0x7fffffff)).toBe(2);
    expect(poolNext(POOL, 0)).toBe(0);
    expect(poolNext(POOL, 1)).toBe(2);
  });

  test('reopens with the nearest that fit, all to be expanded again', () => {
    for (let node = 0; node < 4; node++) poolInsert(POOL, node, node);
    for (let i = 0; i < 4; i++) poolExpand(POOL, i);
    poolReopen(POOL, 2);
    expect(pairs()).toEqual([
      [0, 0],
      [1, 1],
    ]);
    expect(poolNext(POOL, 0)).toBe(0);
    expect(poolRejects(POOL, 2)).toBe(true);
    poolReopen(POOL, 3);
    expect(poolRejects(POOL, 2)).toBe(false);
    expect(poolInsert(POOL, 2, 9)).toBe(2);
  });

  test('takes a pair once when asked to', () => {
    poolInsertOnce(POOL, 3, 1);
    poolInsertOnce(POOL, 3, 1);
    poolInsertOnce(POOL, 3, 2);
    poolExpand(POOL, 0);
    poolInsertOnce(POOL, 3, 1);
    expect(pairs()).toEqual([
      [3, 1],
      [3, 2],
    ]);
  });
});
