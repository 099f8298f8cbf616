// What the qualities mean in numbers, and that these fit the memory a build has.

import { describe, expect, test } from 'vitest';
import { levelParameters, MAX_FANOUT } from '../../../../src/build/bulk/quality.ts';
import { candidateWidth } from '../../../../src/build/bulk/workspace.ts';
import {
  LEAF_NEIGHBORS,
  LIST_WORDS,
  MAX_DEGREE,
  MAX_POINTS,
  MAX_POOL,
} from '../../../../src/hot/fields.ts';
import { MAX_M, MIN_M, QUALITIES } from '../../../../src/options.ts';

const SHAPES = ['distinct', 'crowded', 'small'] as const;
const LEVELS = SHAPES.flatMap((shape) => [0, 1, 5].map((level) => ({ level, shape })));

describe.each(QUALITIES)("the parameters of '%s'", (quality) => {
  test.each([MIN_M, 16, MAX_M])('fit a bench for M %i', (M) => {
    for (const { level, shape } of LEVELS) {
      const cap = level === 0 ? 2 * M : M;
      const parameters = levelParameters(quality, { level, cap, shape });
      const { fanout, forwardLimit, splitFanout } = parameters;
      expect(fanout).toBeLessThanOrEqual(MAX_FANOUT);
      expect(splitFanout).toBeLessThanOrEqual(LEAF_NEIGHBORS);
      expect(forwardLimit).toBeGreaterThan(0);
      expect(forwardLimit).toBeLessThanOrEqual(Math.min(cap, MAX_DEGREE));
      expect(MAX_POINTS * MAX_FANOUT).toBeLessThanOrEqual(LIST_WORDS);
      const width = candidateWidth(parameters);
      expect(2 + fanout * width).toBeLessThanOrEqual(LIST_WORDS);
      expect(4 * forwardLimit).toBeLessThanOrEqual(MAX_POOL);
    }
  });

  test('are the same on all upper levels', () => {
    const upper = LEVELS.filter(({ level }) => level > 0).map((where) =>
      levelParameters(quality, { ...where, cap: 16 }),
    );
    expect(new Set(upper.map((parameters) => JSON.stringify(parameters))).size).toBe(1);
  });
});

test.each(SHAPES)("'fast' has a vector in fewer leaves than 'balanced' (%s)", (shape) => {
  const [fast, balanced, high] = QUALITIES.map((quality) => {
    const where = { level: 0, cap: 32, shape };
    const { fanout, splitFanout } = levelParameters(quality, where);
    return fanout * splitFanout;
  });
  expect(fast).toBeLessThan(balanced);
  expect(balanced).toBeLessThanOrEqual(high);
});
