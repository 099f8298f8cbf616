import { describe, expect, test } from 'vitest';
import * as F from '../../../src/hot/fields.ts';
import { fillSegment } from '../../support/bare-segment.ts';
import { TIER_TARGETS } from '../../support/targets.ts';

describe.each(TIER_TARGETS)('the visited set on the $tier tier', (target) => {
  test('is cleared when its epochs run out, whatever was in it', () => {
    const segment = fillSegment(new Float32Array(), { dimension: 2, capacity: 37 }, target);
    const { hot, i32s } = segment;
    const scratch = segment.scratch(1);
    const visited = scratch + i32s[F.VISITED_WORD];
    const epochs: number[] = [];
    const stale: number[] = [];
    for (let round = 0; round < 600; round++) {
      const epoch = hot.visitedReset(scratch);
      epochs.push(epoch);
      // In round r the nodes r, r + 1, r + 2 (modulo 37) are added; none may be there before.
      for (let i = 0; i < 3; i++) {
        const node = (round + i) % 37;
        if (!hot.visitedAdd(visited, epoch, node)) stale.push(round);
        if (hot.visitedAdd(visited, epoch, node)) stale.push(-round);
      }
    }
    expect(stale).toEqual([]);
    expect(epochs.slice(0, 3)).toEqual([1, 2, 3]);
    expect(epochs.slice(253, 257)).toEqual([254, 255, 1, 2]);
    expect(Math.max(...epochs)).toBe(255);
  });

  test('clears no byte of the block behind it', () => {
    const segment = fillSegment(new Float32Array(), { dimension: 2, capacity: 37 }, target);
    const { hot, i32s, u8s } = segment;
    const visited = segment.scratch(1) + i32s[F.VISITED_WORD];
    u8s.fill(9, 4 * segment.scratch(2), 4 * segment.scratch(2) + 64);
    u8s.fill(255, 4 * visited, 4 * visited + 37);
    i32s[segment.scratch(1) + F.EPOCH] = 255;
    hot.visitedReset(segment.scratch(1));
    const bytes = u8s.slice(4 * visited, 4 * visited + 37);
    expect(bytes.every((byte) => byte === 0)).toBe(true);
    expect(u8s[4 * segment.scratch(2)]).toBe(9);
  });
});
