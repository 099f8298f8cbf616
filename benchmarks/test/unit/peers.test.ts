// Peers that are missing and peers that fail are different things to a result that is kept.
import { describe, expect, test } from 'vitest';
import type { Adapter } from '../../compare/adapter.ts';
import { nodesOf } from '../../compare/adapter.ts';
import { firstLine, loadFrom } from '../../compare/peers.ts';
import { loadDataSet } from '../../harness/data-sets.ts';

const adapter = (name: string): Adapter => ({
  ...{ name, from: 'a-package', version: '1.0.0', note: '', parameter: 'ef' },
  ...{ precision: 'float32', buildThreads: 'one', filter: null },
  prepareBuild: () => () => Promise.reject(new Error('nobody builds here')),
});
const working = { from: 'a-package', create: () => adapter('working') };
const failing = {
  from: 'a-package',
  create: () => {
    throw new Error('no binding for this machine\nand a stack');
  },
};

describe('loadFrom', () => {
  test('notes one that is installed and does not load, and goes on', () => {
    const loading = { sources: { failing, working }, isInstalled: () => true };
    const { adapters, failures } = loadFrom(true, loading);
    expect(adapters.map(({ name }) => name)).toEqual(['working']);
    expect(failures).toEqual([{ name: 'failing', reason: 'no binding for this machine' }]);
  });

  test('refuses to leave out one that is not installed where all are required', () => {
    const loading = { sources: { working }, isInstalled: () => false };
    expect(() => loadFrom(true, loading)).toThrow('a-package is not installed');
    expect(loadFrom(false, loading)).toEqual({ adapters: [], failures: [] });
  });
});

test('what a library found is read as numbers, whatever it counts with', () => {
  expect(nodesOf(BigUint64Array.of(3n, 1n))).toEqual([3, 1]);
  expect(firstLine('plain text')).toBe('plain text');
});

test('a set can be cut short, with queries behind what is left', () => {
  const short = loadDataSet('clustered 100k x 128', 20);
  const long = loadDataSet('clustered 100k x 128', 21);
  expect(short).toMatchObject({ count: 20, dimension: 128, metric: 'l2' });
  expect(long?.vectors.subarray(20 * 128)).toEqual(short?.queries.subarray(0, 128));
  expect(() => loadDataSet('no such set')).toThrow('no data set');
});
