import { describe, expect, test } from 'vitest';
import * as F from '../../../src/hot/fields.ts';
import * as C from '../../../src/memory/control-words.ts';
import { ScratchBlocks } from '../../../src/memory/scratch-blocks.ts';

const controlBlock = (): Int32Array => new Int32Array(C.CONTROL_WORDS);
const refused = (got: number, expected = 1): unknown =>
  expect.objectContaining({ code: 'CAPACITY_EXCEEDED', details: { expected, got } });

describe('scratch blocks', () => {
  test('are given to one claimer at a time, also through different objects', () => {
    const control = controlBlock();
    const [a, b] = [new ScratchBlocks(control, 5), new ScratchBlocks(control, 5)];
    expect([a.claim(2), b.claim(2), a.claim(1)]).toEqual([[0, 1], [2, 3], [4]]);
    b.release([2]);
    expect(a.claim(1)).toEqual([2]);
  });

  test('are all given back when there are too few', () => {
    const blocks = new ScratchBlocks(controlBlock(), 3);
    blocks.claim(1);
    expect(() => blocks.claim(3)).toThrow(refused(2, 3) as Error);
    expect(blocks.claim(2)).toEqual([1, 2]);
  });

  test('that an index keeps are out of reach of others, and claimed first', () => {
    const control = controlBlock();
    const [owner, reader] = [new ScratchBlocks(control, 5), new ScratchBlocks(control, 5)];
    owner.keep(3);
    expect(reader.claim(2)).toEqual([3, 4]);
    for (let i = 0; i < 3; i++) {
      const blocks = owner.claim(3);
      expect(blocks.toSorted()).toEqual([0, 1, 2]);
      expect(() => reader.claim(1)).toThrow(refused(0) as Error);
      owner.release(blocks);
      expect(() => reader.claim(1)).toThrow(refused(0) as Error);
    }
    owner.giveBack();
    expect(reader.claim(3)).toEqual([0, 1, 2]);
  });
});

describe('a segment with fewer scratch blocks', () => {
  test('takes those beyond away, and a kept one is exchanged', () => {
    const control = controlBlock();
    const [owner, reader] = [new ScratchBlocks(control, 6), new ScratchBlocks(control, 6)];
    owner.keep(2);
    owner.claim(2);
    const other = new ScratchBlocks(control, 6);
    other.claim(2); // 2 and 3
    reader.keep(1);
    expect(reader.claim(1)).toEqual([4]);
    reader.release([4]);
    other.release([2]);
    reader.limitTo(4);
    expect(reader.claim(1)).toEqual([2]);
    expect(() => reader.claim(1)).toThrow(refused(0) as Error);
    reader.release([2]);
    expect(() => other.limitTo(4)).not.toThrow();
    expect(() => other.claim(1)).toThrow(refused(0) as Error); // 2 is kept
    expect(new ScratchBlocks(control, 6).claim(2)).toEqual([4, 5]); // 4 was given back
    reader.giveBack();
    expect(other.claim(1)).toEqual([2]);
  });

  test('leaves no kept block where there is none, and one is claimed when there is', () => {
    const control = controlBlock();
    const [first, reader] = [new ScratchBlocks(control, 3), new ScratchBlocks(control, 3)];
    const taken = first.claim(2);
    reader.keep(1);
    reader.limitTo(2);
    expect(() => reader.claim(1)).toThrow(refused(0) as Error);
    first.release(taken);
    const claimed = reader.claim(2);
    expect(claimed).toEqual([0, 1]);
    reader.release(claimed);
    reader.giveBack();
    expect(new ScratchBlocks(control, 3).claim(3)).toEqual([0, 1, 2]);
  });

  test('lets a block go that is in use when it is released, and not before', () => {
    const control = controlBlock();
    const blocks = new ScratchBlocks(control, 3);
    blocks.keep(3);
    const used = blocks.claim(3);
    blocks.limitTo(1);
    expect(() => new ScratchBlocks(control, 3).claim(1)).toThrow(refused(0) as Error);
    blocks.release(used);
    expect(blocks.claim(1)).toEqual([0]);
    expect(new ScratchBlocks(control, 3).claim(2)).toEqual([1, 2]);
  });

  test('is not made good by one with more', () => {
    const blocks = new ScratchBlocks(controlBlock(), 3);
    blocks.limitTo(2);
    blocks.limitTo(9);
    expect(() => blocks.claim(3)).toThrow(refused(2, 3) as Error);
  });
});

test('a control block has a word of its own for everything', () => {
  const words = [C.LIST_VERSION, C.LIST_CHANGING, C.SWITCHES, C.NEXT_NODE, C.SCRATCH_OWNERS];
  expect(new Set(words).size).toBe(words.length);
  expect(Math.max(...words)).toBe(C.SCRATCH_OWNERS);
  expect(C.CONTROL_WORDS).toBe(C.SCRATCH_OWNERS + F.MAX_SCRATCH_COUNT);
});
