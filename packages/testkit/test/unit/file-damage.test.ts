import { describe, expect, test } from 'vitest';
import {
  type Damage,
  everyDamage,
  regionSwaps,
  singleByteChanges,
  tailGarbage,
  truncations,
  zeroedRanges,
} from '../../src/file-damage.ts';

const ORIGINAL = Uint8Array.from({ length: 200 }, (_, i) => (i < 64 ? 0 : i));

function labels(damages: Iterable<Damage>): string[] {
  return Array.from(damages, ({ label }) => label);
}

describe('file damage', () => {
  test('always differs from the original, which stays as it was', () => {
    // A Buffer, as files are read into: its slices share memory, unlike those of a Uint8Array.
    const original = Buffer.from(ORIGINAL);
    const damages = [...everyDamage(original)];
    const same = damages.filter(({ bytes }) => original.equals(bytes));
    expect(labels(same)).toEqual([]);
    expect(original.equals(ORIGINAL)).toBe(true);
    for (const { bytes } of damages) bytes.fill(7);
    expect(original.equals(ORIGINAL)).toBe(true);
  });

  test('changes every byte of the range by each mask', () => {
    const damages = [...singleByteChanges(Uint8Array.of(1, 2, 3), { from: 1, masks: [1, 0x80] })];
    expect(damages.map(({ bytes }) => [...bytes])).toEqual([
      [1, 3, 3],
      [1, 0x82, 3],
      [1, 2, 2],
      [1, 2, 0x83],
    ]);
    expect([...singleByteChanges(ORIGINAL)].length).toBe(600);
  });

  test('cuts to every length from nothing to one byte less', () => {
    const lengths = Array.from(truncations(ORIGINAL), ({ bytes }) => bytes.length);
    expect(lengths).toEqual(Array.from({ length: 200 }, (_, i) => i));
  });

  test('appends behind an unchanged file', () => {
    const damages = [...tailGarbage(ORIGINAL, { lengths: [1, 8] })];
    expect(damages.map(({ bytes }) => bytes.length)).toEqual([201, 201, 201, 208, 208, 208]);
    const changed = damages.filter(
      ({ bytes }) => Buffer.compare(bytes.subarray(0, 200), ORIGINAL) !== 0,
    );
    expect(changed).toEqual([]);
    expect(labels(tailGarbage(new Uint8Array(0), { lengths: [1] })).length).toBe(2);
  });

  test('zeroes ranges up to the end, except those that are zero', () => {
    expect(labels(zeroedRanges(ORIGINAL))).toEqual([
      'bytes 64 to 128 zeroed',
      'bytes 128 to 192 zeroed',
      'bytes 192 to 200 zeroed',
    ]);
  });

  test('swaps near and far regions that differ', () => {
    const swaps = [...regionSwaps(Uint8Array.of(1, 1, 2, 2, 1, 1, 3, 3), { length: 2 })];
    expect(swaps.map(({ bytes }) => bytes.join(''))).toEqual([
      '22111133',
      '33221111',
      '11112233',
      '11223311',
    ]);
  });
});
