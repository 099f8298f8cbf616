import { describe, expect, test } from 'vitest';
import { itemCount, type Phase, phaseTotal } from '../../../src/build/phases.ts';

const walk = { node: 0, count: 100, stride: 1, modulus: 100 };

describe('the items of a phase', () => {
  test.each<[Phase, number, number]>([
    [{ kind: 'encode', first: 10, end: 10 }, 0, 0],
    [{ kind: 'encode', first: 10, end: 11 }, 1, 1],
    [{ kind: 'encode', first: 0, end: 513 }, 513, 2],
    [{ kind: 'link', walk }, 100, 7],
    [{ kind: 'apply', targets: 0 }, 0, 0],
    [{ kind: 'apply', targets: 129 }, 129, 2],
    [{ kind: 'repair', end: 1_000_000 }, 1, 1],
  ])('of %j depend on its size only', (phase, total, items) => {
    expect([phaseTotal(phase), itemCount(phase)]).toEqual([total, items]);
  });
});
