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

  test('that an index keeps are out of reach of others, and claimed first', () => {
    const header = headerOf(5);
    const [owner, reader] = [new ScratchBlocks(header), new ScratchBlocks(header)];
    owner.keep(3);
    expect(reader.claim(2)).toEqual([3, 4]);
    for (let i = 0; i < 3; i++) {
      const blocks = owner.claim(3);
      expect(blocks.toSorted()).toEqual([0, 1, 2]);
      expect(() => reader.claim(1)).toThrow(expect.objectContaining({ code: 'CAPACITY_EXCEEDED' }));
      owner.release(blocks);
      expect(() => reader.claim(1)).toThrow(expect.objectContaining({ code: 'CAPACITY_EXCEEDED' }));
    }
    owner.giveBack();
    expect(reader.claim(3)).toEqual([0, 1, 2]);
  });

  test('that are kept stay so in the header of another first segment', () => {
    const [first, second] = [headerOf(4), headerOf(4)];
    const owner = new ScratchBlocks(first);
    owner.keep(2);
    const claimed = owner.claim(1);
    owner.moveTo(second);
    owner.release(claimed);
    expect(() => new ScratchBlocks(first).claim(1)).toThrowError(/all 4 scratch blocks/);
    expect(new ScratchBlocks(second).claim(2)).toEqual([2, 3]);
    expect(owner.claim(2).toSorted()).toEqual([0, 1]);
  });

  test('of a reader stay its own in both headers, and nobody else gets one from the old', () => {
    const [first, second] = [headerOf(4), headerOf(4)];
    const owner = new ScratchBlocks(first);
    owner.keep(2);
    const reader = new ScratchBlocks(first);
    reader.keep(1);
    owner.moveTo(second);
    expect(new ScratchBlocks(second).claim(1)).toEqual([3]);
    reader.giveBack();
    expect(new ScratchBlocks(first).claim(1)).toEqual([2]);
    expect(() => new ScratchBlocks(second).claim(1)).toThrowError(/all 4 scratch blocks/);
  });

  test('have owner words inside the header, behind its fields', () => {
    expect(F.SCRATCH_OWNERS).toBeGreaterThan(F.VISITED_WORD);
    expect(F.SCRATCH_OWNERS + F.MAX_SCRATCH_COUNT).toBeLessThanOrEqual(F.HEADER_WORDS);
  });
});
