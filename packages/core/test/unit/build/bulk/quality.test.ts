// What the qualities mean in numbers, and that these fit the memory a build has.

import { describe, expect, test } from 'vitest';
import {
  levelParameters,
  MAX_FANOUT,
  upperLevelParameters,
} from '../../../../src/build/bulk/quality.ts';
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

describe.each(QUALITIES)("the parameters of '%s'", (quality) => {
  test.each([MIN_M, 16, MAX_M])('fit a bench for M %i', (M) => {
    const onLevel0 = SHAPES.map((shape) => levelParameters(quality, shape, 2 * M));
    for (const parameters of [...onLevel0, upperLevelParameters(M)]) {
      const cap = onLevel0.includes(parameters) ? 2 * M : M;
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
});

test.each(SHAPES)("'fast' has a vector in fewer leaves than 'balanced' (%s)", (shape) => {
  const [fast, balanced, high] = QUALITIES.map((quality) => {
    const { fanout, splitFanout } = levelParameters(quality, shape, 32);
    return fanout * splitFanout;
  });
  expect(fast).toBeLessThan(balanced);
  expect(balanced).toBeLessThanOrEqual(high);
});
