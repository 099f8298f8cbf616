import { describe, expect, test } from 'vitest';
import {
  isRepeatable,
  itemCount,
  type Phase,
  phaseTotal,
  writesGraph,
} from '../../../src/build/phases.ts';

const walk = { node: 0, count: 100, stride: 1, modulus: 100 };

describe('the items of a phase', () => {
  test.each<[Phase, number, number]>([
    [{ kind: 'encode', first: 10, end: 10 }, 0, 0],
    [{ kind: 'encode', first: 10, end: 11 }, 1, 1],
    [{ kind: 'encode', first: 0, end: 513 }, 513, 2],
    [{ kind: 'link', walk: { ...walk, count: 16 } }, 16, 1],
    [{ kind: 'link', walk: { ...walk, count: 17 } }, 17, 5],
    [{ kind: 'link', walk: { ...walk, count: 64 } }, 64, 16],
    [{ kind: 'link', walk }, 100, 17],
    [{ kind: 'link', walk: { ...walk, count: 4000, modulus: 4000 } }, 4000, 250],
    [{ kind: 'apply', targets: 0 }, 0, 0],
    [{ kind: 'apply', targets: 129 }, 129, 2],
    [{ kind: 'repair', end: 1_000_000 }, 1, 1],
    [{ kind: 'grow', end: 1_000_000 }, 1, 1],
    [{ kind: 'mend', walk, targets: 900, root: 3 }, 1, 1],
  ])('of %j depend on its size only', (phase, total, items) => {
    expect([phaseTotal(phase), itemCount(phase)]).toEqual([total, items]);
  });

  test('may be done twice unless they write the published graph', () => {
    const phases: readonly Phase[] = [
      { kind: 'encode', first: 0, end: 1 },
      { kind: 'link', walk },
      { kind: 'apply', targets: 1 },
      { kind: 'repair', end: 1 },
      { kind: 'grow', end: 1 },
      { kind: 'mend', walk, targets: 1, root: 0 },
    ];
    expect(phases.map(isRepeatable)).toEqual([true, true, false, false, false, false]);
    expect(phases.map(writesGraph)).toEqual([false, false, true, true, true, true]);
  });
});
