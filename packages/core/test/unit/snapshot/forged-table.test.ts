// Files whose checksums are right and whose table is not: every number in it is a claim. All must
// be refused as damaged before anything is reserved for what they claim.

import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { beforeAll, describe, expect, test } from 'vitest';
import { type LoadOptions, VectorIndex } from '../../../src/index.ts';
import { codeOf, loadOutcome, QUICK, RewrittenFile, savedBytes, temporaryFolder } from './files.ts';
import {
  bodyOf,
  encodeTable,
  entryOf,
  forge,
  sealPrefix,
  sealText,
  segmentsOf,
  type Table,
  takeApart,
} from './forge.ts';
import { testIndex } from './indexes.ts';

const folder = temporaryFolder();
const file = new RewrittenFile(join(folder, 'forged'));
let sound: Uint8Array;

beforeAll(async () => {
  sound = await savedBytes(await testIndex({ count: 60, unlinked: 5 }), folder);
});

/** What loading the sound file with another table comes to. */
function forgedOutcome(change: (table: Table) => void, options?: LoadOptions): Promise<string> {
  file.write(forge(sound, { table: change }));
  return loadOutcome(file.path, options);
}

/** Values of a field that were not refused as damage. */
async function acceptedValues(
  values: readonly unknown[],
  set: (table: Table, value: unknown) => void,
): Promise<string[]> {
  const misses: string[] = [];
  for (const value of values) {
    const outcome = await forgedOutcome((table) => set(table, value));
    if (outcome !== 'SNAPSHOT_CORRUPT') misses.push(`${JSON.stringify(value)}: ${outcome}`);
  }
  return misses;
}

// Written into the table as they stand between the signs: numbers JSON.stringify would not write.
const NO_NUMBERS = ['1', null, true, [], {}, [4], '@1e999@', '@-1e999@', 0.5, -1, 2 ** 53, 1e300];

test('a file forged without changes is the file', () => {
  expect(Buffer.compare(forge(sound, {}), sound)).toBe(0);
});

test('a file whose table is written in another way loads', async () => {
  const { table } = takeApart(sound);
  const reversed = (value: Table): Table => Object.fromEntries(Object.entries(value).reverse());
  expect(
    await forgedOutcome((fields) => {
      const entries = Object.entries(reversed(fields));
      for (const name of Object.keys(fields)) delete fields[name];
      Object.assign(fields, Object.fromEntries(entries));
    }),
  ).toBe('loaded');
  expect(Object.keys(table)[0]).toBe('dimension');
});

describe('options of the table', () => {
  const wrong: Readonly<Record<string, readonly unknown[]>> = {
    dimension: [...NO_NUMBERS, 0, 1, 3, 32768, 32769, 2 ** 31, 2 ** 32],
    metric: ['dot', 'L2', '', 0, null, ['l2'], '__proto__'],
    M: [...NO_NUMBERS, 0, 1, 2, 4, 128, 129, 2 ** 31],
    efConstruction: [...NO_NUMBERS, 0, 4097],
    quality: ['best', 'Fast', '', 1, null, ['fast'], '__proto__'],
    builder: ['partition', 'Insertion', '', 0, null, ['insertion'], '__proto__'],
    precision: ['float8', 'Int8', '', 1, null, ['int8'], '__proto__'],
    originals: ['none', 'disk', '', 0, null, true, '__proto__'],
    rerank: ['float16', 'int8', '', 0, null, '__proto__'],
    subspaces: [...NO_NUMBERS, 1, 2, 3],
    entry: ['level', 'Hubs', 'hubs', '', 0, null, ['levels'], '__proto__'],
    seed: [...NO_NUMBERS, 2 ** 32],
    capacity: [...NO_NUMBERS, 0, 2 ** 31],
    flatThreshold: [...NO_NUMBERS, 2 ** 31],
    segmentByteLimit: [...NO_NUMBERS, 0, 65535, 2 ** 32 + 1],
  };
  for (const [name, values] of Object.entries(wrong)) {
    test(`${name} that cannot be is refused`, async () => {
      const misses = await acceptedValues(values, (table, value) => {
        table[name] = value;
      });
      expect(misses).toEqual([]);
    });

    test(`${name} that is missing is refused`, async () => {
      const outcome = await forgedOutcome((table) => {
        delete table[name];
      });
      expect(outcome).toBe('SNAPSHOT_CORRUPT');
    });
  }

  test('that belong to the caller, or to nobody, are refused', async () => {
    const values = { ef: 1, constructor: 1, threads: 64, tier: 'javascript', memory: 'shared' };
    for (const [name, value] of Object.entries({ ...values, ['__proto__']: {} })) {
      const outcome = await forgedOutcome((table) => {
        Object.defineProperty(table, name, { value, enumerable: true });
      });
      expect(`${name} ${outcome}`).toBe(`${name} SNAPSHOT_CORRUPT`);
    }
  });

  test('capacity that no memory has reserves nothing beyond one segment', async () => {
    for (const options of [QUICK, { threads: 1 }]) {
      const before = process.memoryUsage().rss;
      const outcome = await forgedOutcome((table) => {
        table.capacity = 2 ** 31 - 1;
      }, options);
      expect(['loaded', 'OUT_OF_MEMORY', 'SNAPSHOT_CORRUPT']).toContain(outcome);
      expect(process.memoryUsage().rss - before).toBeLessThan(2 ** 28);
    }
  });
});

describe('counts of a segment', () => {
  const wrong: Readonly<Record<string, readonly unknown[]>> = {
    capacity: [...NO_NUMBERS, 0, 59, 2 ** 31 - 1, 2 ** 31],
    count: [...NO_NUMBERS, 0, 54, 59, 61, 68, 69, 2 ** 31],
    linked: [...NO_NUMBERS, 0, 54, 56, 60, 61],
    upperCount: [...NO_NUMBERS, 0, 1, 2 ** 31],
    maxLevel: [...NO_NUMBERS, 0, 24, 25, 255],
    firstCopy: [...NO_NUMBERS, 56, 2 ** 31],
    copyCount: [...NO_NUMBERS, 1, 54, 55, 2 ** 31],
    residual: ['1', null, true, [], {}, '@1e999@', '@-1e999@', -1, 0.1, 1e39, 1e-60],
    sealed: ['1', null, 0, 1, [], {}, true, 'false'],
    rotated: ['1', null, 0, 1, [], {}, true, 'false'],
    codeScale: ['1', null, true, [], {}, '@1e999@', '@-1e999@', -1, 0, 0.1, 1e39, 1e-60],
  };
  for (const [name, values] of Object.entries(wrong)) {
    test(`${name} that cannot be is refused`, async () => {
      const misses = await acceptedValues(values, (table, value) => {
        segmentsOf(table)[0]![name] = value;
      });
      expect(misses).toEqual([]);
    });

    test(`${name} that is missing is refused`, async () => {
      const outcome = await forgedOutcome((table) => {
        delete segmentsOf(table)[0]![name];
      });
      expect(outcome).toBe('SNAPSHOT_CORRUPT');
    });
  }
});

describe('curves of a segment', () => {
  const point = { efSearch: 10, recall: 0.5, assured: 0.25 };
  const curve = { k: 10, linked: 55, sample: 54, given: false, points: [point] };
  const wider = { efSearch: 20, recall: 0.75, assured: 0.5 };

  async function curvesOutcome(curves: unknown): Promise<string> {
    return forgedOutcome((table) => {
      segmentsOf(table)[0]!.curves = curves;
    });
  }

  test('that a calibration can leave are taken', async () => {
    const sounds = [
      [],
      [curve],
      [{ ...curve, points: [point, wider] }],
      [curve, { ...curve, k: 1, given: true }, { ...curve, k: 4096 }],
    ];
    for (const curves of sounds) expect(await curvesOutcome(curves)).toBe('loaded');
  });

  test('that cannot be are refused', async () => {
    const points = (...list: unknown[]) => [{ ...curve, points: list }];
    const wrong: Readonly<Record<string, unknown>> = {
      ...{ 'no list': {}, nothing: null, 'a number': [1], 'an empty one': [{}] },
      'too many': [1, 2, 3, 4].map((k) => ({ ...curve, k })),
      'two of a k': [curve, curve],
      'a field more': [{ ...curve, ef: 1 }],
      'given that is no flag': [{ ...curve, given: 1 }],
      'no points': points(),
      'too many points': points(
        ...Array.from({ length: 13 }, (_, i) => ({ ...point, efSearch: i + 1 })),
      ),
      'points that are none': points(null),
      'equal widths': points(point, point),
      'falling widths': points({ ...wider, efSearch: 30 }, { ...wider, efSearch: 29 }),
      'falling recall': points(wider, { ...point, efSearch: 30 }),
      'falling assurance': points(wider, { ...wider, efSearch: 30, assured: 0.25 }),
      'more assured than measured': points({ ...point, assured: 0.75 }),
      'a recall above 1': points({ ...point, recall: 1.5 }),
      'a recall that is no float32': points({ ...point, recall: 0.3 }),
      'a recall below 0': points({ ...point, assured: -0.5 }),
    };
    for (const [name, curves] of Object.entries(wrong)) {
      expect(`${name} ${await curvesOutcome(curves)}`).toBe(`${name} SNAPSHOT_CORRUPT`);
    }
    for (const field of ['k', 'linked', 'sample']) {
      for (const value of [...NO_NUMBERS, 0, 2 ** 31]) {
        const outcome = await curvesOutcome([{ ...curve, [field]: value }]);
        expect(`${field} ${value} ${outcome}`).toBe(`${field} ${value} SNAPSHOT_CORRUPT`);
      }
    }
    for (const value of [...NO_NUMBERS, 0, 4097]) {
      expect(await curvesOutcome(points({ ...point, efSearch: value }))).toBe('SNAPSHOT_CORRUPT');
    }
    expect(await curvesOutcome([{ ...curve, k: 4097 }])).toBe('SNAPSHOT_CORRUPT');
    expect(await curvesOutcome([{ ...curve, linked: 56 }])).toBe('SNAPSHOT_CORRUPT');
  });

  test('that are missing are refused', async () => {
    const outcome = await forgedOutcome((table) => {
      delete segmentsOf(table)[0]!.curves;
    });
    expect(outcome).toBe('SNAPSHOT_CORRUPT');
  });
});

describe('regions of the table', () => {
  test('with other offsets, lengths, names or checksums are refused', async () => {
    const wrong: readonly (readonly [string, readonly unknown[]])[] = [
      ['name', ['codes', 'Vectors', '', null, 1, 'header', '__proto__']],
      ['byteOffset', [...NO_NUMBERS, 0, 24, 2 ** 31, 2 ** 32]],
      ['byteLength', [...NO_NUMBERS, 0, 4, 2 ** 31, 2 ** 32]],
      ['crc32', [...NO_NUMBERS, 0, 2 ** 32]],
    ];
    for (const [name, values] of wrong) {
      const misses = await acceptedValues(values, (table, value) => {
        entryOf(table, 'vectors')[name] = value;
      });
      expect(misses, name).toEqual([]);
    }
  });

  test('that are shifted, shrunk or grown are refused', async () => {
    for (const name of ['byteOffset', 'byteLength']) {
      for (const by of [-4, -1, 1, 4]) {
        const outcome = await forgedOutcome((table) => {
          const entry = entryOf(table, 'rows');
          entry[name] = (entry[name] as number) + by;
        });
        expect(`${name} ${by} ${outcome}`).toBe(`${name} ${by} SNAPSHOT_CORRUPT`);
      }
    }
  });

  test('that have changed places, sound as they are, are refused', async () => {
    const body = bodyOf(takeApart(sound));
    const { upperHeads, norms } = takeApart(sound).regions[0]!;
    expect(upperHeads!.bytes.length).toBe(norms!.bytes.length);
    const forged = forge(sound, {
      table: (table) => {
        const [first, second] = [entryOf(table, 'upperHeads'), entryOf(table, 'norms')];
        const { byteOffset } = first;
        first.byteOffset = second.byteOffset;
        second.byteOffset = byteOffset;
      },
    });
    const start = forged.length - body.length;
    const shift = start - (sound.length - body.length);
    forged.set(norms!.bytes, (upperHeads!.entry.byteOffset as number) + shift);
    forged.set(upperHeads!.bytes, (norms!.entry.byteOffset as number) + shift);
    file.write(forged);
    expect(await loadOutcome(file.path)).toBe('SNAPSHOT_CORRUPT');
  });

  test('that are longer than their counts say are refused', async () => {
    const { vectors } = takeApart(sound).regions[0]!;
    const forged = forge(sound, {
      regions: ([region]) => {
        region!.vectors!.bytes = new Uint8Array([...vectors!.bytes, 1, 2, 3, 4]);
      },
      table: (table) => {
        entryOf(table, 'vectors').crc32 = crc32(vectors!.bytes);
      },
    });
    file.write(forged);
    expect(await loadOutcome(file.path)).toBe('SNAPSHOT_CORRUPT');
  });

  test('in another order, missing, twice or none are refused', async () => {
    const changes: Readonly<Record<string, (regions: Table[]) => unknown>> = {
      'the first two exchanged': (regions) => regions.splice(0, 2, regions[1]!, regions[0]!),
      'the last missing': (regions) => regions.pop(),
      'the first missing': (regions) => regions.shift(),
      'the last twice': (regions) => regions.push({ ...regions.at(-1)! }),
      'one more': (regions) => regions.push({ ...regions.at(-1)!, name: 'edges', byteLength: 0 }),
      'a hole': (regions) => regions.splice(3, 1, null as unknown as Table),
      none: (regions) => regions.splice(0),
    };
    for (const [name, change] of Object.entries(changes)) {
      const outcome = await forgedOutcome((table) => {
        change(segmentsOf(table)[0]!.regions as Table[]);
      });
      expect(`${name}: ${outcome}`).toBe(`${name}: SNAPSHOT_CORRUPT`);
    }
  });

  test('that are no list are refused', async () => {
    const misses = await acceptedValues([null, {}, 'regions', 10, undefined], (table, value) => {
      segmentsOf(table)[0]!.regions = value;
    });
    expect(misses).toEqual([]);
  });
});

describe('segments of the table', () => {
  test('that are no list of segments are refused', async () => {
    const values = [null, {}, 'segments', 1, undefined, [], [null], [[]], [1], [{}]];
    const misses = await acceptedValues(values, (table, value) => {
      table.segments = value;
    });
    expect(misses).toEqual([]);
  });

  test('given twice, or 5,000 times, are refused', async () => {
    for (const times of [2, 5000]) {
      const outcome = await forgedOutcome((table) => {
        table.segments = Array.from({ length: times }, () => segmentsOf(table)[0]);
      });
      expect(outcome).toBe('SNAPSHOT_CORRUPT');
    }
  });

  test('that are empty and not the last are refused', async () => {
    const empty = takeApart(await savedBytes(await testIndex({ count: 0 }), folder));
    const forged = forge(sound, {
      regions: (regions, table) => {
        table.segments = [segmentsOf(empty.table)[0], ...segmentsOf(table)];
        regions.unshift(empty.regions[0]!);
      },
    });
    file.write(forged);
    expect(await loadOutcome(file.path)).toBe('SNAPSHOT_CORRUPT');
  });

  test('of which there are none, in a file that ends there, are refused', async () => {
    const { table } = takeApart(sound);
    file.write(sealText(encodeTable({ ...table, segments: [] }), new Uint8Array(0)));
    expect(await loadOutcome(file.path)).toBe('SNAPSHOT_CORRUPT');
  });
});

describe('a table that is no table', () => {
  async function textOutcome(text: string | Uint8Array): Promise<string> {
    const bytes = typeof text === 'string' ? new TextEncoder().encode(text) : text;
    file.write(sealText(bytes, bodyOf(takeApart(sound))));
    return loadOutcome(file.path);
  }

  test('is refused whatever it is', async () => {
    const texts = ['', ' ', '{', '[]', 'null', '1', '"table"', '{}', '{"dimension":2}', '\0'];
    for (const text of texts) {
      expect(`${text} ${await textOutcome(text)}`).toBe(`${text} SNAPSHOT_CORRUPT`);
    }
  });

  test('is refused when it is nested deeply', async () => {
    for (const depth of [1000, 1_000_000]) {
      expect(await textOutcome('['.repeat(depth) + ']'.repeat(depth))).toBe('SNAPSHOT_CORRUPT');
    }
    expect(await textOutcome('{"segments":'.repeat(100_000))).toBe('SNAPSHOT_CORRUPT');
  });

  test('is refused when it is not UTF-8', async () => {
    const { table } = takeApart(sound);
    const text = new TextEncoder().encode(JSON.stringify({ ...table, metric: 'l2' }));
    text[text.indexOf(0x6c)] = 0xff;
    expect(await textOutcome(text)).toBe('SNAPSHOT_CORRUPT');
  });

  test('is refused when its length is not in the file', async () => {
    const { length } = sound;
    for (const bytes of [length, length - 23, 2 ** 24, 2 ** 24 + 1, 2 ** 31, 2 ** 32 - 1]) {
      const forged = new Uint8Array(sound);
      new DataView(forged.buffer).setUint32(12, bytes, true);
      file.write(sealPrefix(forged));
      expect(`${bytes} ${await loadOutcome(file.path)}`).toBe(`${bytes} SNAPSHOT_CORRUPT`);
    }
  });

  test('is unsupported, not damaged, when the version is another', async () => {
    const { table } = takeApart(sound);
    const text = new TextEncoder().encode(JSON.stringify(table));
    for (const version of [0, 1, 2, 3, 5, 2 ** 31, 2 ** 32 - 1]) {
      file.write(sealText(text, bodyOf(takeApart(sound)), version));
      expect(await loadOutcome(file.path)).toBe('SNAPSHOT_UNSUPPORTED');
    }
  });
});

test('overrides that cannot be are the fault of the caller, not of the file', async () => {
  file.write(sound);
  for (const options of [{ threads: 0 }, { capacity: 0 }, { memory: 'private', threads: 2 }]) {
    const error = await VectorIndex.load(file.path, options as LoadOptions).catch(
      (e: unknown) => e,
    );
    expect(codeOf(error)).toBe('INVALID_OPTION');
  }
});
