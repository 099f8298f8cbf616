// Files of sealed segments whose checksums are right and whose contents are not: flags, factors of
// bits, halves, means and rotations that searches could not compute with. Refused on both targets.

import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { IndexOptions, LoadOptions } from '../../../src/index.ts';
import { VectorIndex } from '../../../src/index.ts';
import { loadOutcome, RewrittenFile, savedBytes, temporaryFolder } from './files.ts';
import { type ForgedRegion, floats, forge, segmentsOf, type Table, words } from './forge.ts';
import { SMALL } from './indexes.ts';

const COUNT = 50;
const DIMENSION = 37;
const folder = temporaryFolder();
const file = new RewrittenFile(join(folder, 'forged'));

const TARGETS: readonly LoadOptions[] = [
  { threads: 1, tier: 'javascript', memory: 'private' },
  { threads: 1, tier: 'simd' },
];

interface Parts {
  readonly region: Record<string, ForgedRegion>;
  readonly segment: Table;
  readonly table: Table;
}

type Change = (parts: Parts) => void;

/** What loading a file with changed regions, or a changed table, comes to on every target. */
async function outcomeOf(sound: Uint8Array, change: Change, inTable?: Change): Promise<string> {
  let region: Record<string, ForgedRegion> = {};
  const forged = forge(sound, {
    regions: (regions, table) => {
      region = regions[0]!;
      change({ region, segment: segmentsOf(table)[0]!, table });
    },
    table: (table) => inTable?.({ region, segment: segmentsOf(table)[0]!, table }),
  });
  file.write(forged);
  const outcomes: string[] = [];
  for (const options of TARGETS) outcomes.push(await loadOutcome(file.path, options));
  return [...new Set(outcomes)].join(' but ');
}

/** The bytes of a sealed index of normal vectors. */
async function sealed(options: Partial<IndexOptions>): Promise<Uint8Array> {
  const dimension = DIMENSION;
  const vectors = Float32Array.from({ length: COUNT * dimension }, (_, i) => {
    return Math.sin(i * i) + Math.cos(3 * i);
  });
  const index = await VectorIndex.build(vectors, {
    ...{ dimension, ...SMALL, allowLowDimension: true },
    ...options,
  });
  const bytes = await savedBytes(index, folder);
  await index.close();
  return bytes;
}

function refused(
  sound: () => Uint8Array,
  cases: Readonly<Record<string, Change>>,
  where: 'regions' | 'table' = 'regions',
): void {
  for (const [name, change] of Object.entries(cases)) {
    test(`${name} is refused`, async () => {
      const nothing: Change = () => undefined;
      const outcome =
        where === 'regions'
          ? await outcomeOf(sound(), change)
          : await outcomeOf(sound(), nothing, change);
      expect(outcome).toBe('SNAPSHOT_CORRUPT');
    });
  }
}

const setField =
  (name: string, value: unknown): Change =>
  ({ segment }) => {
    segment[name] = value;
  };

const setFloat =
  (name: string, index: number, value: number): Change =>
  ({ region }) => {
    floats(region[name]!)[index] = value;
  };

const PRECISIONS = [
  { precision: 'float16' },
  { precision: 'int8' },
  { precision: 'binary' },
  { precision: 'binary', originals: 'none' },
] as const;

describe.each(PRECISIONS)('a sealed file of %o', (precise) => {
  let sound: Uint8Array;
  beforeAll(async () => {
    sound = await sealed(precise);
  });

  test('loads when nothing is changed', async () => {
    expect(await outcomeOf(sound, () => undefined)).toBe('loaded');
  });

  refused(
    () => sound,
    {
      'a flag that says it is not sealed': setField('sealed', false),
      'a flag that is a number': setField('sealed', 1),
      'fewer linked than there are': setField('linked', COUNT - 1),
      'a capacity for more': setField('capacity', COUNT + 1),
      'a rotation said to be there or not, against its region': ({ segment }) => {
        segment.rotated = !segment.rotated;
      },
      'a negative residual': setField('residual', -1),
      'an infinite residual': setField('residual', '@1e999@'),
      'a residual that is no float32': setField('residual', 0.1),
      'another precision': ({ table }) => {
        table.precision = table.precision === 'binary' ? 'int8' : 'binary';
      },
      'a precision whose segments are never sealed': ({ table }) => {
        Object.assign(table, { precision: 'float32', originals: 'memory', rerank: 'float32' });
      },
      'other originals': ({ table }) => {
        table.originals = table.originals === 'none' ? 'memory' : 'none';
      },
      'another rerank': ({ table }) => {
        table.rerank = table.rerank === 'float16' ? 'float32' : 'float16';
        table.originals = 'memory';
      },
      subspaces: ({ table }) => {
        table.subspaces = 2;
      },
    },
    'table',
  );

  refused(() => sound, {
    'NaN in a mean': setFloat('means', 5, Number.NaN),
    'Infinity in a mean': setFloat('means', DIMENSION - 1, Number.POSITIVE_INFINITY),
    'a missing row of codes': ({ region }) => {
      region.codes!.bytes = new Uint8Array(region.codes!.bytes.slice(4));
    },
    'a degree above M0': ({ region }) => {
      words(region.rows!)[0] = 7;
    },
  });
});

describe('bits', () => {
  let sound: Uint8Array;
  const PLANES = 4;
  const ROW = PLANES + 3;
  beforeAll(async () => {
    sound = await sealed({ precision: 'binary' });
  });

  const setWord =
    (row: number, word: number, change: (old: number) => number): Change =>
    ({ region }) => {
      const codes = words(region.codes!);
      codes[row * ROW + word] = change(codes[row * ROW + word]!);
    };
  const INFINITE = 0x7f800000;
  refused(() => sound, {
    'a bit more than is counted': setWord(3, 0, (word) => (word === -1 ? 0 : word | (word + 1))),
    'a bit beyond the dimension': setWord(0, 3, () => 1),
    'another count of bits': setWord(COUNT - 1, 6, (word) => word ^ 1),
    'an infinite base': setWord(2, 4, () => INFINITE),
    'a base of NaN': setWord(2, 4, () => INFINITE + 1),
    'a negative base': setWord(2, 4, (word) => word | ~0x7fffffff),
    'an infinite factor': setWord(9, 5, () => INFINITE),
    'a negative factor': setWord(9, 5, (word) => word | ~0x7fffffff),
    'an infinite error': setWord(1, 6, (word) => INFINITE | (word & 0xffff)),
    'a negative error': setWord(1, 6, (word) => word | ~0x7fffffff),
    'NaN in a rotation': setFloat('rotation', 0, Number.NaN),
    'Infinity in the last of a rotation': setFloat('rotation', 4 * DIMENSION - 1, -Infinity),
    'NaN in an original': setFloat('vectors', 11, Number.NaN),
    'NaN in the last original': setFloat('vectors', COUNT * DIMENSION - 1, Number.NaN),
  });
});

describe('halves', () => {
  let sound: Uint8Array;
  beforeAll(async () => {
    sound = await sealed({ precision: 'float16' });
  });

  const setHalf =
    (half: number, bits: number): Change =>
    ({ region }) => {
      new Uint16Array(region.vectors!.bytes.buffer)[half] = bits;
    };
  const last = COUNT * (DIMENSION + 1) - 1;
  refused(() => sound, {
    'an infinite half, the lower of its word': setHalf(0, 0x7c00),
    'an infinite half, the upper of its word': setHalf(1, 0xfc00),
    'a half that is no number': setHalf(2 * 77, 0x7e01),
    'an infinite last half': setHalf(last - 1, 0xfc00),
    'what is no number behind the last component': setHalf(last, 0x7fff),
  });

  test('of the largest magnitude load', async () => {
    expect(await outcomeOf(sound, setHalf(0, 0xfbff))).toBe('loaded');
  });
});

describe('a whole segment of float32', () => {
  let sound: Uint8Array;
  beforeAll(async () => {
    sound = await sealed({ capacity: COUNT });
  });

  refused(
    () => sound,
    {
      'a flag that says it is sealed': ({ segment }) => {
        Object.assign(segment, { sealed: true, capacity: COUNT });
      },
    },
    'table',
  );
});
