import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { REAL_DATA_NAMES, realDataFolder, realDataSet } from '../../src/real-data.ts';

function npyFile(rows: number, dimension: number): Uint8Array {
  const text = `{'descr': '|u1', 'fortran_order': False, 'shape': (${rows}, ${dimension}), }`;
  const header = new TextEncoder().encode(`${text.padEnd(117)}\n`);
  const body = Uint8Array.from({ length: rows * dimension }, (_, i) => i);
  return Uint8Array.of(
    0x93,
    0x4e,
    0x55,
    0x4d,
    0x50,
    0x59,
    1,
    0,
    header.length,
    0,
    ...header,
    ...body,
  );
}

describe('real data', () => {
  const before = process.env.NIGH_DATA;
  let folder = '';

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'nigh-data-'));
    process.env.NIGH_DATA = folder;
  });

  afterEach(() => {
    if (before === undefined) delete process.env.NIGH_DATA;
    else process.env.NIGH_DATA = before;
    rmSync(folder, { recursive: true });
  });

  test('is undefined when the folder or a file is absent', () => {
    expect(REAL_DATA_NAMES.map(realDataSet)).toEqual([undefined, undefined, undefined, undefined]);
    process.env.NIGH_DATA = join(folder, 'missing');
    expect(realDataFolder()).toBeUndefined();
    expect(realDataSet('bigann10k')).toBeUndefined();
  });

  test('is read with its shape from the folder of NIGH_DATA', () => {
    mkdirSync(join(folder, 'bigann10k'));
    writeFileSync(join(folder, 'bigann10k', 'base_u8.npy'), npyFile(3, 2));
    expect(realDataSet('bigann10k')).toBeUndefined();
    writeFileSync(join(folder, 'bigann10k', 'query_u8.npy'), npyFile(1, 2));
    expect(realDataSet('bigann10k')).toEqual({
      name: 'bigann10k',
      metric: 'l2',
      dimension: 2,
      count: 3,
      vectors: Float32Array.of(0, 1, 2, 3, 4, 5),
      queryCount: 1,
      queries: Float32Array.of(0, 1),
      derived: false,
    });
  });

  test('is refused when queries have another dimension', () => {
    mkdirSync(join(folder, 'bigann10k'));
    writeFileSync(join(folder, 'bigann10k', 'base_u8.npy'), npyFile(3, 2));
    writeFileSync(join(folder, 'bigann10k', 'query_u8.npy'), npyFile(1, 3));
    expect(() => realDataSet('bigann10k')).toThrow('dimension 3');
  });
});
