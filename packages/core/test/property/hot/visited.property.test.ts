import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as F from '../../../src/hot/fields.ts';
import { fillSegment } from '../../support/bare-segment.ts';
import { TIER_TARGETS } from '../../support/targets.ts';

const CAPACITY = 50;

// A node to add, or -1: start anew.
const commands = fc.array(
  fc.oneof(
    { arbitrary: fc.nat(CAPACITY - 1), weight: 3 },
    { arbitrary: fc.constant(-1), weight: 2 },
  ),
  { minLength: 300, maxLength: 900 },
);

describe.each(TIER_TARGETS)('the visited set on the $tier tier', (target) => {
  const segment = fillSegment(new Float32Array(), { dimension: 3, capacity: CAPACITY }, target);
  const scratch = segment.scratch(2);
  const visited = scratch + segment.i32s[F.VISITED_WORD];

  test('agrees with a Set under any adds and resets, through many epochs', () => {
    fc.assert(
      fc.property(commands, (list) => {
        const { hot } = segment;
        let epoch = hot.visitedReset(scratch);
        let model = new Set<number>();
        const wrong = list.findIndex((node) => {
          if (node === -1) {
            epoch = hot.visitedReset(scratch);
            model = new Set();
            return epoch < 1 || epoch > 255;
          }
          const absent = !model.has(node);
          model.add(node);
          return Boolean(hot.visitedAdd(visited, epoch, node)) !== absent;
        });
        expect(wrong).toBe(-1);
      }),
      { numRuns: 100 },
    );
  });
});
