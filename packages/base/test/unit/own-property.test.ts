// Names that mean something to objects are names like any other.

import { expect, test } from 'vitest';
import { ownValue, setOwn } from '../../src/index.ts';

test.each(['a', '__proto__', 'constructor', 'toString'])('%s is absent until it is set', (name) => {
  const object: Record<string, unknown> = {};
  expect(ownValue(object, name)).toBe(undefined);
  setOwn(object, name, { b: 1 });
  expect(ownValue(object, name)).toEqual({ b: 1 });
  expect(JSON.stringify(object)).toBe(`{"${name}":{"b":1}}`);
  expect(Object.getPrototypeOf(object)).toBe(Object.prototype);
});
