import { clustered } from '@nigh/testkit';
import { beforeAll, describe, expect, test } from 'vitest';
import * as F from '../../../src/hot/fields.ts';
import type { Segment } from '../../../src/segments/segment.ts';
import { PROBLEM_KINDS, type ProblemKind } from '../../../src/verify/verify.ts';
import {
  appendVectors,
  copyCountOf,
  linkBare,
  linkedSegment,
  neighborsAt,
  problemsOf,
  rowWord,
  setRow,
  wordOf,
} from '../../support/bare-segment.ts';
import { TIER_TARGETS } from '../../support/targets.ts';

const COUNT = 300;
const LINKED = 290;
/** The last ten linked vectors are copies: two of node 0, one each of nodes 1 to 8. */
const FIRST_COPY = 280;

interface Damage {
  readonly name: string;
  readonly kind: ProblemKind;
  /** Damages the segment; the node that must be named. */
  plant(segment: Segment): number;
  /** Kinds that the damage brings with it. */
  readonly also?: readonly ProblemKind[];
  /** How often the damage is found, once unless given. */
  readonly times?: number;
}

function levelOf(segment: Segment, node: number): number {
  return segment.u8s[4 * wordOf(segment, 'levels') + node];
}

/** The first node from `first` on whose level is at least `level`, and at most `most`. */
function nodeOfLevel(segment: Segment, level: number, most = 99): number {
  for (let node = 100; node < LINKED; node++) {
    if (levelOf(segment, node) >= level && levelOf(segment, node) <= most) return node;
  }
  throw new Error(`no node has level ${level}`);
}

/** The row of a node on level 1. */
function upperRow(segment: Segment, node: number): number {
  const head = segment.i32s[wordOf(segment, 'upperHeads') + node];
  return wordOf(segment, 'upperRows') + head * segment.layout.upperRowWords;
}

/** Overwrites the first neighbor of a node on level 0. */
function replaceNeighbor(segment: Segment, node: number, neighbor: number): number {
  segment.i32s[rowWord(segment, node) + 1] = neighbor;
  return node;
}

/** Overwrites what a region of one word per slot says of `slot`. */
function setWord(segment: Segment, name: 'nodes' | 'copies', slot: number, value: number): number {
  segment.i32s[wordOf(segment, name) + slot] = value;
  return slot;
}

const DAMAGES: readonly Damage[] = [
  {
    name: 'a negative degree',
    kind: 'bad-degree',
    plant(segment) {
      segment.i32s[rowWord(segment, 120)] = -1;
      return 120;
    },
  },
  {
    name: 'a degree above the row',
    kind: 'bad-degree',
    plant(segment) {
      segment.i32s[rowWord(segment, 121)] = segment.layout.M0 + 1;
      return 121;
    },
  },
  {
    name: 'a degree above an upper row',
    kind: 'bad-degree',
    plant(segment) {
      const node = nodeOfLevel(segment, 1);
      segment.i32s[upperRow(segment, node)] = segment.layout.M + 1;
      return node;
    },
  },
  {
    name: 'a neighbor that is there but not linked',
    kind: 'bad-neighbor',
    plant: (segment) => replaceNeighbor(segment, 122, LINKED),
  },
  {
    name: 'a neighbor far out of memory',
    kind: 'bad-neighbor',
    plant: (segment) => replaceNeighbor(segment, 123, 0x7fffffff),
  },
  {
    name: 'a negative neighbor',
    kind: 'bad-neighbor',
    plant: (segment) => replaceNeighbor(segment, 124, -1),
  },
  {
    name: 'a neighbor that is a copy',
    kind: 'bad-neighbor',
    plant: (segment) => replaceNeighbor(segment, 132, FIRST_COPY),
  },
  {
    name: 'a node that is its own neighbor',
    kind: 'self-link',
    plant(segment) {
      const row = rowWord(segment, 125);
      setRow(segment, row, [...neighborsAt(segment, row).slice(0, 3), 125]);
      return 125;
    },
  },
  {
    name: 'a neighbor that stands twice in a row',
    kind: 'duplicate-neighbor',
    plant(segment) {
      const row = rowWord(segment, 126);
      const neighbors = neighborsAt(segment, row).slice(0, segment.layout.M0 - 1);
      setRow(segment, row, [...neighbors, neighbors[0]]);
      return 126;
    },
  },
  {
    name: 'a neighbor on level 1 that is only on level 0',
    kind: 'neighbor-below-level',
    plant(segment) {
      const node = nodeOfLevel(segment, 1);
      segment.i32s[upperRow(segment, node) + 1] = nodeOfLevel(segment, 0, 0);
      return node;
    },
  },
  {
    name: 'a level above the highest',
    kind: 'bad-level',
    plant(segment) {
      const node = nodeOfLevel(segment, 0, 0);
      segment.u8s[4 * wordOf(segment, 'levels') + node] = segment.i32s[F.MAX_LEVEL] + 1;
      return node;
    },
  },
  {
    name: 'upper rows that begin before the first',
    kind: 'bad-upper-row',
    plant(segment) {
      const node = nodeOfLevel(segment, 1);
      segment.i32s[wordOf(segment, 'upperHeads') + node] = -1;
      return node;
    },
  },
  {
    name: 'upper rows that end behind the last',
    kind: 'bad-upper-row',
    plant(segment) {
      const node = nodeOfLevel(segment, 1);
      const rows = segment.i32s[F.UPPER_COUNT] - levelOf(segment, node) + 1;
      segment.i32s[wordOf(segment, 'upperHeads') + node] = rows;
      return node;
    },
  },
  {
    name: 'an entry point that is no node',
    kind: 'bad-entry-point',
    plant(segment) {
      segment.i32s[wordOf(segment, 'entryPoints')] = LINKED;
      return LINKED;
    },
  },
  {
    name: 'an entry point below the highest level',
    kind: 'bad-entry-point',
    plant(segment) {
      const node = nodeOfLevel(segment, 0, 0);
      segment.i32s[wordOf(segment, 'entryPoints')] = node;
      return node;
    },
  },
  {
    name: 'a graph without an entry point',
    kind: 'bad-entry-point',
    plant(segment) {
      segment.i32s[F.ENTRY_COUNT] = 0;
      return segment.i32s[wordOf(segment, 'entryPoints')];
    },
  },
  {
    name: 'a node nobody links to',
    kind: 'unreachable',
    plant(segment) {
      for (let node = 0; node < LINKED; node++) {
        const row = rowWord(segment, node);
        const others = neighborsAt(segment, row).filter((neighbor) => neighbor !== 127);
        setRow(segment, row, others);
      }
      return 127;
    },
  },
  {
    name: 'a norm of other codes',
    kind: 'bad-norm',
    plant(segment) {
      segment.i32s[wordOf(segment, 'norms') + 128]++;
      return 128;
    },
  },
  {
    name: 'a code of eight bits',
    kind: 'bad-code',
    also: ['bad-norm'],
    plant(segment) {
      const bytes = 4 * segment.layout.codeWords;
      segment.u8s[4 * wordOf(segment, 'codes') + 129 * bytes + 5] = 128;
      return 129;
    },
  },
  {
    name: 'a tombstone of a node that is not there',
    kind: 'bad-tombstone',
    plant(segment) {
      segment.i32s[wordOf(segment, 'tombstones') + (COUNT >> 5)] = 1 << (COUNT & 31);
      return COUNT;
    },
  },
  {
    name: 'a tombstone of the last node there is room for',
    kind: 'bad-tombstone',
    plant(segment) {
      const last = segment.capacity - 1;
      segment.i32s[wordOf(segment, 'tombstones') + (last >> 5)] |= 1 << (last & 31);
      return last;
    },
  },
  {
    name: 'a slot of a node that is not linked',
    kind: 'bad-slot',
    plant: (segment) => setWord(segment, 'nodes', 130, LINKED),
  },
  {
    name: 'a slot of a negative node',
    kind: 'bad-slot',
    plant: (segment) => setWord(segment, 'nodes', 131, -1),
  },
  {
    name: 'a slot of a node that has one already',
    kind: 'bad-slot',
    plant: (segment) => setWord(segment, 'nodes', 133, 132),
  },
  {
    name: 'a copy nobody leads to',
    kind: 'bad-copy',
    plant(segment) {
      setWord(segment, 'copies', FIRST_COPY, 0);
      return FIRST_COPY + 1;
    },
  },
  {
    name: 'a copy that is led to twice, and one that is skipped',
    kind: 'bad-copy',
    times: 2,
    plant(segment) {
      setWord(segment, 'copies', 0, 1 + FIRST_COPY + 1);
      return FIRST_COPY;
    },
  },
  {
    name: 'a slot that leads to other codes',
    kind: 'bad-copy',
    plant: (segment) => setWord(segment, 'copies', 20, 1 + FIRST_COPY),
  },
  {
    name: 'a copy that leads back',
    kind: 'bad-copy',
    plant: (segment) => setWord(segment, 'copies', FIRST_COPY + 1, 1 + FIRST_COPY),
  },
  {
    name: 'a copy that only itself leads to',
    kind: 'bad-copy',
    times: 2,
    plant(segment) {
      setWord(segment, 'copies', 1, 0);
      return setWord(segment, 'copies', FIRST_COPY + 2, 1 + FIRST_COPY + 2);
    },
  },
  {
    name: 'a slot that leads to what is no copy',
    kind: 'bad-copy',
    plant: (segment) => setWord(segment, 'copies', 20, 1 + 21),
  },
  {
    name: 'a slot that leads out of memory',
    kind: 'bad-copy',
    plant: (segment) => setWord(segment, 'copies', 20, 0x7fffffff),
  },
  {
    name: 'a copy with neighbors',
    kind: 'bad-copy',
    plant(segment) {
      setRow(segment, rowWord(segment, FIRST_COPY), [5]);
      return FIRST_COPY;
    },
  },
  {
    name: 'a copy on an upper level',
    kind: 'bad-copy',
    plant(segment) {
      segment.u8s[4 * wordOf(segment, 'levels') + FIRST_COPY] = 1;
      return FIRST_COPY;
    },
  },
];

test('every kind of damage is planted', () => {
  // Damaged in verify-hubs.test.ts, verify-parents.test.ts and verify-nodes.test.ts.
  const elsewhere: readonly ProblemKind[] = ['bad-hub', 'bad-parent', 'bad-number'];
  const planted = new Set<ProblemKind>([...DAMAGES.map(({ kind }) => kind), ...elsewhere]);
  expect(PROBLEM_KINDS.filter((kind) => !planted.has(kind))).toEqual([]);
});

describe.each(TIER_TARGETS)('verify on the $tier tier', (target) => {
  let segment: Segment;
  let sound: Uint8Array;

  beforeAll(async () => {
    const vectors = clustered({ count: COUNT, dimension: 20 });
    vectors.copyWithin(20 * FIRST_COPY, 0, 20);
    vectors.copyWithin(20 * (FIRST_COPY + 1), 0, 20 * (LINKED - FIRST_COPY - 1));
    const options = { dimension: 20, M: 6, capacity: 320 };
    segment = await linkedSegment(vectors.slice(0, 20 * LINKED), options, target);
    appendVectors(segment, vectors.slice(20 * LINKED));
    sound = segment.u8s.slice();
  });

  test('finds nothing wrong in a sound segment with tombstones of its nodes', () => {
    segment.u8s.set(sound);
    segment.i32s[wordOf(segment, 'tombstones') + 3] = -1;
    segment.i32s[F.REMOVED] = 32;
    expect(problemsOf(segment)).toEqual([]);
    expect(segment.count).toBe(COUNT);
    expect(segment.linked).toBe(LINKED);
    expect(copyCountOf(segment)).toBe(LINKED - FIRST_COPY);
  });

  test.each(DAMAGES)('finds $name', ({ kind, plant, also = [], times = 1 }) => {
    segment.u8s.set(sound);
    const node = plant(segment);
    const problems = problemsOf(segment);
    expect(problems.map((problem) => problem.kind)).toEqual(
      PROBLEM_KINDS.filter((name) => name === kind || also.includes(name)),
    );
    const found = problems.find((problem) => problem.kind === kind);
    expect(found).toMatchObject({ node, count: times });
    expect(found?.message).toContain(`node ${node}`);
  });

  test('counts every offender and names the first', () => {
    segment.u8s.set(sound);
    for (const node of [210, 140, 180]) segment.i32s[wordOf(segment, 'norms') + node]++;
    expect(problemsOf(segment)).toMatchObject([{ kind: 'bad-norm', count: 3, node: 140 }]);
  });

  test('reads no row of a graph whose levels are damaged', () => {
    segment.u8s.set(sound);
    segment.u8s.fill(255, 4 * wordOf(segment, 'levels'), 4 * wordOf(segment, 'levels') + LINKED);
    segment.i32s.fill(-1, wordOf(segment, 'rows'), wordOf(segment, 'rows') + 1000);
    expect(problemsOf(segment)).toMatchObject([{ kind: 'bad-level', count: LINKED, node: 0 }]);
  });

  test('finds nothing wrong in an empty segment, and entry points in it', async () => {
    const empty = await linkedSegment(new Float32Array(), { dimension: 3 }, target);
    expect(problemsOf(empty)).toEqual([]);
    empty.i32s[F.ENTRY_COUNT] = 1;
    expect(problemsOf(empty)).toMatchObject([{ kind: 'bad-entry-point' }]);
  });

  test('finds a segment sound again when it is linked anew', async () => {
    segment.u8s.set(sound);
    segment.i32s.fill(-1, wordOf(segment, 'rows'), wordOf(segment, 'rows') + 500);
    segment.publishLinked(0);
    await linkBare(segment);
    expect(problemsOf(segment)).toEqual([]);
    expect(segment.linked).toBe(COUNT);
  });
});
