// The slow checksum is what engines without zlib use; it must be the same function.

import { crc32 as zlibCrc32 } from 'node:zlib';
import { Random } from '@nigh/testkit';
import { expect, test } from 'vitest';
import { crc32, crc32ByTable } from '../../../src/snapshot/crc32.ts';

const random = new Random(7);
const bytes = Uint8Array.from({ length: 1000 }, () => random.integer(0, 256));

test('has the check value of CRC-32', () => {
  const digits = new TextEncoder().encode('123456789');
  expect(crc32(digits)).toBe(0xcbf43926);
  expect(crc32ByTable(digits)).toBe(0xcbf43926);
});

test('by table is that of zlib for any length, whole or in pieces', () => {
  for (const length of [0, 1, 3, 4, 255, 256, 1000]) {
    const data = bytes.subarray(0, length);
    const half = crc32ByTable(data.subarray(0, length >> 1));
    expect(crc32ByTable(data)).toBe(zlibCrc32(data));
    expect(crc32ByTable(data.subarray(length >> 1), half)).toBe(zlibCrc32(data));
  }
});
