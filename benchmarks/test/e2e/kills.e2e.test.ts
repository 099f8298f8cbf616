// A hundred processes that work on a collection, each killed at a random time; a thousand by
// `npm run reliability --workspace benchmarks`.
import { expect, test } from 'vitest';
import { killProcesses } from '../../reliability/kills.ts';

test('a hundred kills lose nothing that was acknowledged', { timeout: 600_000 }, async () => {
  const report = await killProcesses({ kills: 100, seed: 2 });
  expect(report.failures).toEqual([]);
  expect(report.load + report.checkpoint + report.recovery).toBe(100);
  expect(report.acknowledged).toBeGreaterThan(0);
});
