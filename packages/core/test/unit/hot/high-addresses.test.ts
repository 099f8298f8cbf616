// The hot code beyond 2^31 bytes, where an address in bytes has its sign bit set. The memory is
// reserved whole, but only the pages touched here cost anything.

import { gaussian } from '@nigh/testkit';
import { describe, expect, test } from 'vitest';
import { bitsOf, runCodes, runFloats } from '../../support/kernel.contract.ts';
import { ALL_TARGETS, bareMemory } from '../../support/targets.ts';

const BYTES = 3 * 2 ** 30;
const WORDS_AT_2_31 = 2 ** 31 / 4;

describe.each(ALL_TARGETS)('beyond 2^31 bytes on the $tier tier, $memory memory', (target) => {
  const memory = bareMemory(target, BYTES);

  test('kernels give what they give at low addresses', () => {
    const vectors = gaussian({ count: 5, dimension: 37, seed: 1 });
    const rows = [1, 2, 3, 4].map((i) => vectors.slice(i * 37, (i + 1) * 37));
    const codes = [0, 1, 2, 3, 4].map((i) =>
      Int8Array.from({ length: 48 }, (_, j) => ((i + 1) * j) % 99),
    );
    // The last place lies across the border.
    for (const first of [WORDS_AT_2_31 + 1, BYTES / 4 - 1024, WORDS_AT_2_31 - 60]) {
      for (const kind of ['l2', 'dot'] as const) {
        const low = runFloats(memory, kind, [vectors.slice(0, 37), ...rows]);
        const high = runFloats(memory, kind, [vectors.slice(0, 37), ...rows], first);
        expect(bitsOf(high.singles)).toEqual(bitsOf(low.singles));
        expect(bitsOf(high.quad)).toEqual(bitsOf(low.quad));
      }
      const low = runCodes(memory, codes[0], codes.slice(1));
      expect(runCodes(memory, codes[0], codes.slice(1), first)).toEqual(low);
    }
  });

  test('the pool sorts and the visited bytes are set', () => {
    const { hot, i32s, u8s } = memory;
    const pool = WORDS_AT_2_31 + 100;
    hot.poolReset(pool, 3);
    for (const key of [5, -5, 0, 9]) hot.poolInsert(pool, key, key + 10);
    expect(Array.from(i32s.subarray(pool, pool + 8))).toEqual([3, 3, -5, 5, 0, 10, 5, 15]);
    const visited = WORDS_AT_2_31 + 5000;
    expect(Boolean(hot.visitedAdd(visited, 7, 1001))).toBe(true);
    expect(Boolean(hot.visitedAdd(visited, 7, 1001))).toBe(false);
    expect(u8s[4 * visited + 1001]).toBe(7);
  });
});
