// A hundred processes that work on collections, each killed at a random time; a thousand by
// `pnpm --filter @nigh/benchmarks run reliability`. And proof that lost writes would be noticed.
import { expect, test } from 'vitest';
import { PLANTED_FAULTS } from '../../reliability/faults.ts';
import { killProcesses } from '../../reliability/kills.ts';

test('a hundred kills lose nothing that was acknowledged', { timeout: 600_000 }, async () => {
  const { kills, acknowledged, failures } = await killProcesses({ kills: 100, seed: 2, lanes: 3 });
  expect(failures).toEqual([]);
  expect(Object.values(kills).reduce((sum, count) => sum + count)).toBe(100);
  expect(kills.recovery).toBeGreaterThan(0);
  expect(acknowledged).toBeGreaterThan(0);
});

const planted = Object.entries(PLANTED_FAULTS).filter(([, { check }]) => check === 'kills');

test.each(planted)('it is found when %s', { timeout: 600_000 }, async (_, { find }) => {
  expect(await find()).not.toEqual([]);
});
