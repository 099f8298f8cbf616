// Files whose checksums and table are right and whose regions are not: rows, levels, codes, norms,
// vectors and tombstones that would lead a search astray. Every one is refused at the load, on both
// targets of the hot code.

import { join } from 'node:path';
import { datasetOf } from '@nigh/testkit';
import { beforeAll, describe, expect, test } from 'vitest';
import { type LoadOptions, VectorIndex } from '../../../src/index.ts';
import { loadOutcome, RewrittenFile, savedBytes, temporaryFolder } from './files.ts';
import {
  type ForgedRegion,
  floats,
  forge,
  segmentsOf,
  type Table,
  takeApart,
  words,
} from './forge.ts';
import { SMALL, testIndex } from './indexes.ts';

const COUNT = 61;
const LINKED = 57;
const M = 3;
const ROW = 1 + 2 * M;
const UPPER_ROW = 1 + M;

const folder = temporaryFolder();
const file = new RewrittenFile(join(folder, 'forged'));
let sound: Uint8Array;

beforeAll(async () => {
  const index = await testIndex({ count: COUNT, unlinked: COUNT - LINKED }, { M });
  sound = await savedBytes(index, folder);
});

interface Parts {
  readonly region: Record<string, ForgedRegion>;
  readonly segment: Table;
  readonly levels: Uint8Array;
}

const TARGETS: readonly LoadOptions[] = [
  { threads: 1, tier: 'javascript', memory: 'private' },
  { threads: 1, tier: 'simd' },
];

/** What loading the file with changed regions comes to; the same on every target. */
async function forgedOutcome(
  change: (parts: Parts) => void,
  original: Uint8Array = sound,
): Promise<string> {
  const forged = forge(original, {
    regions: ([region], table) => {
      change({ region: region!, segment: segmentsOf(table)[0]!, levels: region!.levels!.bytes });
    },
  });
  file.write(forged);
  const outcomes: string[] = [];
  for (const options of TARGETS) outcomes.push(await loadOutcome(file.path, options));
  return [...new Set(outcomes)].join(' but ');
}

/** A node of exactly this level, or of at least it. */
function nodeOf(levels: Uint8Array, fits: (level: number) => boolean): number {
  const node = levels.findIndex((level, i) => i < LINKED && fits(level));
  if (node < 0) throw new Error('no node of the wanted level: change the seed of the index');
  return node;
}

type Case = readonly [name: string, change: (parts: Parts) => void];

function refused(cases: readonly Case[]): void {
  for (const [name, change] of cases) {
    test(`${name} is refused`, async () => {
      expect(await forgedOutcome(change)).toBe('SNAPSHOT_CORRUPT');
    });
  }
}

test('regions that are not changed load', async () => {
  expect(await forgedOutcome(() => undefined)).toBe('loaded');
});

/** Sets a word of row `node` of level 0: word 0 is the degree. */
const row =
  (node: number, word: number, value: number) =>
  ({ region }: Parts): void => {
    words(region.rows!)[node * ROW + word] = value;
  };

describe('a row of level 0', () => {
  refused([
    ['a degree above M0', row(4, 0, ROW)],
    ['a degree far above M0', row(LINKED - 1, 0, 2 ** 31 - 1)],
    ['a negative degree', row(4, 0, -1)],
    ['the least degree', row(0, 0, -(2 ** 31))],
    ['no neighbors at all', ({ region }) => words(region.rows!).fill(0)],
    ['a neighbor that is not linked', row(4, 1, LINKED)],
    ['a neighbor that does not exist', row(4, 1, COUNT)],
    ['a neighbor far outside', row(4, 1, 2 ** 31 - 1)],
    ['a negative neighbor', row(4, 1, -1)],
    ['a link to itself', row(4, 1, 4)],
    [
      'a neighbor twice',
      ({ region }) => {
        const rows = words(region.rows!);
        rows[4 * ROW + 2] = rows[4 * ROW + 1]!;
        rows[4 * ROW] = Math.max(2, rows[4 * ROW]!);
      },
    ],
    [
      'a node that nobody links to',
      ({ region }) => {
        const rows = words(region.rows!);
        for (let node = 0; node < LINKED; node++) {
          const own = Array.from(rows.subarray(node * ROW + 1, node * ROW + 1 + rows[node * ROW]!));
          const kept = own.filter((neighbor) => neighbor !== 30);
          rows.set([kept.length, ...kept], node * ROW);
        }
      },
    ],
  ]);
});

describe('a row of an upper level', () => {
  /** Sets a word of the first upper row of the first node that has one. */
  const upper =
    (word: number, value: number | ((node: number, levels: Uint8Array) => number)) =>
    ({ region, levels }: Parts): void => {
      const node = nodeOf(levels, (level) => level > 0);
      const head = words(region.upperHeads!)[node]!;
      const wanted = typeof value === 'number' ? value : value(node, levels);
      words(region.upperRows!)[head * UPPER_ROW + word] = wanted;
      if (word > 0) words(region.upperRows!)[head * UPPER_ROW] = Math.max(word, 1);
    };
  refused([
    ['a degree above M', upper(0, M + 1)],
    ['a negative degree', upper(0, -1)],
    ['a neighbor outside', upper(1, LINKED)],
    ['a negative neighbor', upper(1, -5)],
    ['a link to itself', upper(1, (node) => node)],
    [
      'a neighbor of a lower level',
      upper(1, (_, levels) => nodeOf(levels, (level) => level === 0)),
    ],
  ]);
});

describe('levels and upper rows', () => {
  const head =
    (value: number) =>
    ({ region, levels }: Parts): void => {
      words(region.upperHeads!)[nodeOf(levels, (level) => level > 0)] = value;
    };
  const level =
    (value: number, fits: (level: number) => boolean) =>
    ({ levels }: Parts): void => {
      levels[nodeOf(levels, fits)] = value;
    };
  refused([
    ['an upper row beyond those there are', head(2 ** 20)],
    [
      'the upper row after the last',
      ({ region, segment, levels }) =>
        head(segment.upperCount as number)({ region, segment, levels }),
    ],
    ['a negative upper row', head(-1)],
    ['the most negative upper row', head(-(2 ** 31))],
    ['a level above the highest', level(24, (old) => old === 0)],
    ['a level of 255', level(255, (old) => old === 0)],
    [
      'a highest level that no node has',
      ({ segment }) => {
        segment.maxLevel = (segment.maxLevel as number) + 1;
      },
    ],
    [
      'a highest level below that of a node',
      ({ segment }) => {
        segment.maxLevel = (segment.maxLevel as number) - 1;
      },
    ],
    [
      'a level raised above its upper rows',
      ({ region, segment, levels }) => {
        const last = Math.max(...levels.subarray(0, LINKED));
        const node = nodeOf(levels, (old) => old === 0);
        levels[node] = last;
        words(region.upperHeads!)[node] = (segment.upperCount as number) - last + 1;
      },
    ],
  ]);
});

describe('the entry point', () => {
  const entry =
    (value: number | ((levels: Uint8Array) => number)) =>
    ({ region, levels }: Parts): void => {
      words(region.entryPoints!)[0] = typeof value === 'number' ? value : value(levels);
    };
  refused([
    ['a node that is not linked', entry(LINKED)],
    ['a negative node', entry(-1)],
    ['a node far outside', entry(2 ** 31 - 1)],
    ['a node of a low level', entry((levels) => nodeOf(levels, (level) => level === 0))],
  ]);
});

describe('numbers of vectors and codes', () => {
  const vector =
    (value: number, node = 7) =>
    ({ region }: Parts): void => {
      floats(region.vectors!)[2 * node + 1] = value;
    };
  const code =
    (offset: number, value: number) =>
    ({ region }: Parts): void => {
      region.codes!.bytes[offset] = value;
    };
  refused([
    ['NaN in a vector', vector(Number.NaN)],
    ['NaN in a vector that is not linked', vector(Number.NaN, COUNT - 1)],
    ['Infinity in a vector', vector(Number.POSITIVE_INFINITY)],
    ['-Infinity in a vector', vector(Number.NEGATIVE_INFINITY)],
    ['a component whose square is no float', vector(1e30)],
    ['a code of 128', code(16, 128)],
    [
      'a code of 128 with the norm of such a code',
      ({ region }) => {
        const old = region.codes!.bytes[16]!;
        region.codes!.bytes[16] = 128;
        words(region.norms!)[1]! += 128 * 128 - old * old;
      },
    ],
    ['a code of 255', code(0, 255)],
    ['a code beyond the dimension', code(15, 200)],
    [
      'another code than its norm belongs to',
      ({ region }) => {
        region.codes!.bytes[3 * 16]! ^= 1;
      },
    ],
    [
      'a wrong norm',
      ({ region }) => {
        words(region.norms!)[5]! += 1;
      },
    ],
    [
      'a negative norm',
      ({ region }) => {
        words(region.norms!)[5] = -1;
      },
    ],
    [
      'NaN in a mean',
      ({ region }) => {
        floats(region.means!)[1] = Number.NaN;
      },
    ],
    [
      'Infinity in a mean',
      ({ region }) => {
        floats(region.means!)[0] = Number.POSITIVE_INFINITY;
      },
    ],
    [
      'a tombstone of a node that does not exist',
      ({ region }) => {
        words(region.tombstones!)[1]! |= 1 << (COUNT - 32);
      },
    ],
    ['tombstones of all nodes there could be', ({ region }) => words(region.tombstones!).fill(-1)],
  ]);
});

describe('slots', () => {
  const slot =
    (place: number, value: number) =>
    ({ region }: Parts): void => {
      words(region.nodes!)[place] = value;
    };
  refused([
    ['a node that is not linked', slot(5, LINKED)],
    ['a negative node', slot(5, -1)],
    ['a node far outside', slot(5, 2 ** 31 - 1)],
    ['a node that has a slot already', slot(5, 6)],
  ]);
});

describe('copies', () => {
  /** Vectors 40 to 59 are copies, two of each of the first ten. */
  const FIRST_COPY = 40;
  let copied: Uint8Array;

  beforeAll(async () => {
    const { vectors } = datasetOf('gaussian', { count: 60, dimension: 2, seed: 2 });
    for (const from of [40, 50]) vectors.copyWithin(2 * from, 0, 20);
    const index = VectorIndex.create({ dimension: 2, capacity: 60, ...SMALL });
    await index.add(vectors);
    copied = await savedBytes(index, folder);
  });

  async function copiedOutcome(change: (parts: Parts) => void): Promise<string> {
    return forgedOutcome(change, copied);
  }

  test('that are not changed load', async () => {
    const [region] = takeApart(copied).regions;
    expect(words(region!.copies!).filter((link) => link !== 0)).toHaveLength(20);
    expect(await copiedOutcome(() => undefined)).toBe('loaded');
  });

  const link =
    (slot: number, value: number) =>
    ({ region }: Parts): void => {
      words(region.copies!)[slot] = value;
    };
  const neighbor =
    (slot: number, word: number, value: number) =>
    ({ region }: Parts): void => {
      words(region.rows!)[slot * ROW + word] = value;
    };
  const wrong: readonly Case[] = [
    ['a copy nobody leads to', link(FIRST_COPY, 0)],
    ['a link back', link(FIRST_COPY + 10, 1 + FIRST_COPY)],
    ['a link to itself', link(FIRST_COPY + 10, 1 + FIRST_COPY + 10)],
    ['a link to what is no copy', link(20, 1 + 21)],
    ['a link to other codes', link(20, 1 + FIRST_COPY)],
    ['a link out of the segment', link(20, 61)],
    ['a link far outside', link(20, 2 ** 31 - 1)],
    ['a link of nothing but its sign', link(20, -(2 ** 31))],
    ['a copy with neighbors', neighbor(FIRST_COPY, 0, 1)],
    ['a neighbor that is a copy', neighbor(4, 1, FIRST_COPY)],
    ['an entry point that is a copy', ({ region }) => words(region.entryPoints!).fill(FIRST_COPY)],
    [
      'copies that begin earlier',
      ({ segment }) => {
        segment.firstCopy = FIRST_COPY - 1;
      },
    ],
  ];
  for (const [name, change] of wrong) {
    test(`${name} is refused`, async () => {
      expect(await copiedOutcome(change)).toBe('SNAPSHOT_CORRUPT');
    });
  }
});

test('vectors without direction or of another length are refused under cosine', async () => {
  const index = await testIndex({ count: 40 }, { metric: 'cosine', dimension: 3 });
  const cosine = await savedBytes(index, folder);
  for (const values of [
    [0, 0, 0],
    [3e38, 3e38, 3e38],
    [2, 0, 0],
  ]) {
    const forged = forge(cosine, {
      regions: ([region]) => floats(region!.vectors!).set(values, 9),
    });
    file.write(forged);
    expect(`${values} ${await loadOutcome(file.path)}`).toBe(`${values} SNAPSHOT_CORRUPT`);
  }
});

test('a small file that claims much empty room is loaded or refused in no time', async () => {
  const shape = { dimension: 1, M: 2, flatThreshold: 10 };
  const single = await savedBytes(await testIndex({ count: 1, unlinked: 1 }, shape), folder);
  const times = 250;
  const forged = forge(single, {
    regions: (regions, table) => {
      const [segment] = segmentsOf(table);
      segment!.capacity = 40_000_000; // nearly as many as 4 GiB hold
      table.segments = Array.from({ length: times }, () => structuredClone(segment));
      while (regions.length < times) regions.push(structuredClone(regions[0]!));
    },
  });
  file.write(forged);
  const start = performance.now();
  const outcome = await loadOutcome(file.path, { threads: 1 });
  expect(['loaded', 'SNAPSHOT_CORRUPT', 'OUT_OF_MEMORY']).toContain(outcome);
  expect(performance.now() - start).toBeLessThan(5000);
});
