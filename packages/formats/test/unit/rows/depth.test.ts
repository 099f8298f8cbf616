// How deep a text of JSON goes, told without making anything of it.
import { expect, test } from 'vitest';
import { textExceedsDepth } from '../../../src/rows/depth.ts';

test.each([
  ['[[[]]]', 3],
  ['{"a":[{}]}', 3],
  ['[[],[],[[]]]', 3],
  ['["[[[[[[",[[]]]', 3],
  ['["\\"[[[[[[",[[]]]', 3],
  ['["\\\\",[[]],"{{{{{{"]', 3],
  ['["a\\\\\\"[[[[",[[]]]', 3],
])('%s is so deep and no deeper', (text, depth) => {
  expect(() => JSON.parse(text)).not.toThrow();
  expect(textExceedsDepth(text, depth)).toBe(false);
  expect(textExceedsDepth(text, depth - 1)).toBe(true);
});

test.each(['"[[[[[', '["\\', '"\\"[[[['])('%j, which is no JSON, has an end', (text) => {
  expect(textExceedsDepth(text, 1)).toBe(false);
});
