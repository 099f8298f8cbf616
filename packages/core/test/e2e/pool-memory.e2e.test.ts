// Threads that wait collect no garbage: they are replaced when they may hold memory that was let
// go.
import { expect, test } from 'vitest';
import { WorkerPool } from '../../src/build/pool.ts';

const MUCH = 2 ** 24;

test('threads are replaced once enough was let go since they started', async () => {
  const pool = new WorkerPool([0]);
  const first = pool.start();
  pool.letGo(MUCH - 1);
  expect(pool.start()).toBe(first);
  pool.letGo(1);
  const second = pool.start();
  expect(second).not.toBe(first);
  pool.letGo(MUCH - 1); // what others held does not count
  expect(pool.start()).toBe(second);
  await pool.close();
  expect([first, second].map(({ threads }) => threads.length)).toEqual([0, 0]);
});

test('nothing is started to be replaced', async () => {
  const pool = new WorkerPool([0]);
  pool.letGo(MUCH);
  pool.letGo(MUCH);
  const threads = pool.start();
  pool.letGo(MUCH - 1);
  expect(pool.start()).toBe(threads);
  await pool.close();
});
