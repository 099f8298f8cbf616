import { describe, expect, test } from 'vitest';
import * as F from '../../../src/hot/fields.ts';
import { ScratchBlocks } from '../../../src/memory/scratch-blocks.ts';

function headerOf(count: number): Int32Array {
  const header = new Int32Array(F.HEADER_WORDS);
  header[F.SCRATCH_COUNT] = count;
  return header;
}

describe('scratch blocks', () => {
  test('are given to one claimer at a time, also through different objects', () => {
    const header = headerOf(5);
    const [a, b] = [new ScratchBlocks(header), new ScratchBlocks(header)];
    expect([a.claim(2), b.claim(2), a.claim(1)]).toEqual([[0, 1], [2, 3], [4]]);
    b.release([2]);
    expect(a.claim(1)).toEqual([2]);
  });

  test('are all given back when there are too few', () => {
    const blocks = new ScratchBlocks(headerOf(3));
    blocks.claim(1);
    expect(() => blocks.claim(3)).toThrow(
      expect.objectContaining({ code: 'CAPACITY_EXCEEDED', details: { expected: 3, got: 2 } }),
    );
    expect(blocks.claim(2)).toEqual([1, 2]);
  });

  test('have owner words inside the header, behind its fields', () => {
    expect(F.SCRATCH_OWNERS).toBeGreaterThan(F.VISITED_WORD);
    expect(F.SCRATCH_OWNERS + F.MAX_SCRATCH_COUNT).toBeLessThanOrEqual(F.HEADER_WORDS);
  });
});
