import { describe, expect, test } from 'vitest';
import { bindHotCode, viewsOf } from '../../../src/engine/engine.ts';
import { VectorIndexError } from '../../../src/errors.ts';
import { allocateMemory } from '../../../src/memory/segment-memory.ts';
import { bareMemory } from '../../support/targets.ts';

describe('binding the hot code', () => {
  test.each(['relaxed', 'simd'] as const)('to memory that %s cannot run on is refused', (tier) => {
    const memory = allocateMemory({ kind: 'shared', wasm: false }, 65536, 1e9);
    const bind = (): unknown => bindHotCode(memory, viewsOf(memory.buffer), tier);
    expect(bind).toThrow(VectorIndexError);
    expect(bind).toThrow(
      expect.objectContaining({ code: 'UNSUPPORTED_RUNTIME', details: { tier } }),
    );
    expect(bind).toThrow(`'${tier}'`);
  });

  test('keeps memories apart, however calls alternate', () => {
    const memories = [1, 2, 3].map(() =>
      bareMemory({ tier: 'javascript', memory: 'private' }, 4096),
    );
    for (let round = 0; round < 3; round++) {
      memories.forEach(({ hot }, i) => {
        if (round === 0) hot.poolReset(10, 5);
        hot.poolInsert(10, 100 * i + round, i);
      });
    }
    const keys = memories.map(({ i32s }) => [i32s[10], i32s[12], i32s[14], i32s[16]]);
    expect(keys).toEqual([
      [3, 0, 1, 2],
      [3, 100, 101, 102],
      [3, 200, 201, 202],
    ]);
  });

  test('gives views of the whole memory', () => {
    const { i32s, f32s, i8s, u8s } = viewsOf(new ArrayBuffer(64));
    expect([i32s.length, f32s.length, i8s.length, u8s.length]).toEqual([16, 16, 64, 64]);
  });
});
