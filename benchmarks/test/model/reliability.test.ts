// The short version of the proof that collections lose nothing, and proof that it would notice.
import { describe, expect, test } from 'vitest';
import { damageFiles } from '../../reliability/damage.ts';
import { PLANTED_FAULTS } from '../../reliability/faults.ts';
import { failCalls } from '../../reliability/file-errors.ts';
import { cutPower } from '../../reliability/power-cuts.ts';

describe('a collection', () => {
  test('survives power cuts in all modes, in its recovery too', async () => {
    const report = await cutPower({ writes: 40, seed: 3, every: 7 });
    expect(report.failures).toEqual([]);
    expect(report.recoveryCuts).toBeGreaterThan(0);
  });

  test('is consistent after power cuts where nothing is synced', async () => {
    const report = await cutPower({ writes: 20, seed: 4, every: 4, durability: 'os' });
    expect(report.failures).toEqual([]);
  });

  test('survives every kind of failed call', async () => {
    const report = await failCalls({ writes: 10, seed: 5, every: 11 });
    expect(report.failures).toEqual([]);
    expect(report.errors).toBeGreaterThan(report.runs / 2);
  });

  test('notices every changed byte', async () => {
    const report = await damageFiles({ seed: 6, bytes: 1000 });
    expect(report.failures).toEqual([]);
    expect(report.cut).toBeGreaterThan(0);
    expect(report.refused + report.cut).toBe(report.changes);
  });
});

// Processes run what is built: kills.e2e.test.ts plants those.
const found = Object.entries(PLANTED_FAULTS).filter(([, { check }]) => check !== 'kills');

test.each(found)('it is found when %s', async (_, { find }) => {
  expect(await find()).not.toEqual([]);
});
