// Snapshots and logs that were made on purpose: every checksum is right, and what they say is not.
// Opening refuses them by code, or the collection is sound; nothing crashes, hangs or answers
// wrong.

import { type Image, NighError } from '@nigh/base';
import { VectorIndexError } from '@nigh/core';
import { Store } from '@nigh/storage';
import { Random, SimulatedDisk } from '@nigh/testkit';
import { describe, expect, test } from 'vitest';
import { Collection, type OpenOptions, type StoredDocument } from '../../src/index.ts';
import { RecordType } from '../../src/write/log-records.ts';

const PATH = '/c';
const OPTIONS: OpenOptions = {
  vector: { dimension: 2, capacity: 64 },
  fields: { year: 'number', name: 'string', tags: 'string[]', flag: 'boolean', when: 'date' },
  text: ['text'],
  threads: 1,
};

type Images = Record<string, Image>;

/** A disk with a collection that has a snapshot of some documents, of which one was deleted. */
async function diskOf(): Promise<SimulatedDisk> {
  const disk = new SimulatedDisk();
  const collection = await Collection.open(PATH, { ...OPTIONS, files: disk });
  for (let i = 0; i < 8; i++) {
    await collection.upsert({
      ...{ key: i % 2 ? i : `key ${i}`, vector: [i, 1], text: `alpha beta${i}` },
      metadata: {
        year: i,
        name: `n${i % 3}`,
        tags: ['a', `t${i}`],
        flag: i > 3,
        when: new Date(i),
      },
    });
  }
  await collection.delete(3);
  await collection.checkpoint();
  await collection.close();
  return disk;
}

/** Writes the snapshot anew, as the storage does, with some of its tables changed. */
async function forge(
  disk: SimulatedDisk,
  change: (file: string, images: Images) => Images,
): Promise<void> {
  const store = await Store.open(PATH, { files: disk });
  for await (const _ of store.records());
  const reader = store.snapshot;
  if (reader === undefined) throw new Error('there is no snapshot');
  const index = await reader.open('index');
  const bytes = new Uint8Array(index.size);
  await index.read(bytes, 0);
  await index.close();
  const tables = change('tables', await reader.readImages('tables'));
  const text = change('text', await reader.readImages('text'));
  await store.writeSnapshot(await store.rotate(), store.settings, async (writer) => {
    await writer.file('index', (write) => write(bytes, 0));
    await writer.images('tables', tables);
    await writer.images('text', text);
  });
  await store.close();
}

const isTyped = (error: unknown): boolean =>
  error instanceof NighError || error instanceof VectorIndexError;

/** What everything that reads answers; errors by code. */
async function use(collection: Collection): Promise<void> {
  const calls: (() => unknown)[] = [
    () => collection.search({ vector: [1, 1], text: 'alpha beta2', k: 20, texts: true }),
    () => collection.search({ text: 'alpha', k: 20, filter: { year: { $gt: 2 } } }),
    () => collection.search({ vector: [2, 2], filter: { tags: 'a' } }),
    () => collection.count({ name: 'n1', flag: true }),
    () => collection.count({ when: { $gte: new Date(3) } }),
    async () => {
      const all: StoredDocument[] = [];
      for await (const one of collection.documents({ vectors: true })) all.push(one);
    },
    () => collection.get('key 2'),
    () => collection.verify(),
    () => collection.update({ key: 'key 2', metadata: { year: 77 } }),
    () =>
      collection.upsert([
        { key: 'key 4', vector: [5, 5] },
        { key: 'new', vector: [6, 6] },
      ]),
    () => collection.delete({ filter: { year: 5 } }),
    () => collection.compact(),
    () => collection.stats(),
  ];
  for (const call of calls) {
    try {
      await call();
    } catch (error) {
      if (!isTyped(error)) throw error;
    }
  }
}

/** Opens what was forged; what opens is used. Whether it opened. */
async function tryOut(disk: SimulatedDisk): Promise<string> {
  let collection: Collection;
  try {
    collection = await Collection.open(PATH, { files: disk, threads: 1 });
  } catch (error) {
    if (!isTyped(error)) throw error;
    return (error as NighError).code;
  }
  await use(collection);
  await collection.close();
  return 'opened';
}

const withArray = (image: Image, name: string, array: Image['arrays'][string]): Image => ({
  ...image,
  arrays: { ...image.arrays, [name]: array },
});
const withHeader = (image: Image, name: string, value: number): Image => ({
  ...image,
  header: { ...image.header, [name]: value },
});

const NUMBERS = [0, 1, 2, 7, 8, 255, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1, -1, 0.5, Number.NaN];

/** One thing of the tables changed, whatever it is. */
function mutate(images: Images, random: Random): Images {
  const pick = <T>(list: readonly T[]): T => list[random.integer(0, list.length)] as T;
  const names = Object.keys(images);
  const name = pick(names);
  const image = images[name] as Image;
  const arrays = Object.keys(image.arrays);
  const draw = random.integer(0, 10);
  if (draw === 0) {
    const { [name]: _, ...others } = images;
    return others;
  }
  if (draw === 1) return { ...images, [name]: images[pick(names)] as Image };
  if (draw <= 3 || arrays.length === 0) {
    const header = Object.keys(image.header);
    if (header.length === 0) return images;
    return { ...images, [name]: withHeader(image, pick(header), pick(NUMBERS)) };
  }
  const arrayName = pick(arrays);
  const array = image.arrays[arrayName] as Image['arrays'][string];
  if (draw === 4) {
    const shorter = array.slice(0, random.integer(0, array.length + 1));
    return { ...images, [name]: withArray(image, arrayName, shorter) };
  }
  if (draw === 5) {
    const other = pick(arrays);
    const swapped = withArray(image, arrayName, image.arrays[other] as typeof array);
    return { ...images, [name]: withArray(swapped, other, array) };
  }
  const copy = array.slice();
  for (let i = random.integer(1, 4); i > 0 && copy.length > 0; i--) {
    copy[random.integer(0, copy.length)] = pick(NUMBERS);
  }
  return { ...images, [name]: withArray(image, arrayName, copy) };
}

describe('a forged snapshot', () => {
  test('of random changes is refused by code, or used without a crash', async () => {
    const seed = Number(process.env.NIGH_SEED ?? 1);
    const runs = Number(process.env.NIGH_RUNS ?? 150);
    const whole = await diskOf();
    const outcomes = new Map<string, number>();
    for (let run = 0; run < runs; run++) {
      const random = new Random(seed, run);
      const disk = whole.image('kept');
      const file = random.uniform() < 0.7 ? 'tables' : 'text';
      await forge(disk, (name, images) => (name === file ? mutate(images, random) : images));
      const outcome = await tryOut(disk).catch((error: unknown) => {
        throw new Error(`run ${run} of seed ${seed}: ${String(error)}`, { cause: error });
      });
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    }
    expect(outcomes.size, JSON.stringify([...outcomes])).toBeGreaterThan(2);
  }, 120_000);

  /** The table of documents with other bytes in the place of the metadata of the first. */
  function withFirstMetadata(images: Images, json: string): Images {
    const image = images.documents as Image;
    const bytes = (image.arrays['block-0'] as Uint8Array).slice();
    const lengths = image.arrays.lengths as Uint32Array;
    const texts = image.arrays.textLengths as Uint32Array;
    const length = (lengths[0] as number) - (texts[0] as number);
    bytes.set(new TextEncoder().encode(json.padEnd(length)));
    return { ...images, documents: withArray(image, 'block-0', bytes) };
  }

  const JSONS = [
    '{',
    '[]',
    '5',
    'null',
    '"text"',
    '\x00',
    '{"year":"text"}',
    '{"when":"never"}',
    '{"when":[5]}',
  ];
  test.for(JSONS)('with metadata %s is told where it is read', async (json) => {
    const disk = await diskOf();
    await forge(disk, (file, images) =>
      file === 'tables' ? withFirstMetadata(images, json) : images,
    );
    const collection = await Collection.open(PATH, { files: disk, threads: 1 });
    expect(await collection.verify()).not.toEqual([]);
    if (!json.startsWith('{"')) {
      const read = async (): Promise<unknown> => collection.get('key 0');
      await expect(read()).rejects.toMatchObject({ code: 'COLLECTION_CORRUPT' });
      const search = collection.search({ text: 'beta0' });
      await expect(search).rejects.toMatchObject({ code: 'COLLECTION_CORRUPT' });
    }
    expect(collection.get('key 2')?.metadata.year).toBe(2);
    await use(collection);
    await collection.close();
  });

  test('in which fewer documents have metadata than keys is refused', async () => {
    const disk = await diskOf();
    await forge(disk, (file, images) => {
      if (file !== 'tables') return images;
      const { header, arrays } = images.documents as Image;
      const shorter = ['starts', 'lengths', 'textLengths'].map((name) => [
        name,
        arrays[name]?.slice(0, 3),
      ]);
      return {
        ...images,
        documents: { header, arrays: { ...arrays, ...Object.fromEntries(shorter) } },
      };
    });
    expect(await tryOut(disk)).toBe('COLLECTION_CORRUPT');
  });
});

describe('a forged log', () => {
  /** Appends a record of whatever bytes, with the checksums of a real one. */
  async function append(disk: SimulatedDisk, type: number, payload: Uint8Array): Promise<void> {
    const store = await Store.open(PATH, { files: disk });
    for await (const _ of store.records());
    await store.append(type, [payload]);
    await store.close();
  }

  const text = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));
  const words = (...values: number[]): Uint8Array =>
    new Uint8Array(Uint32Array.from(values).buffer);
  /** One document without a vector: key n5, metadata {}. */
  const bare = (json: string, dimension = 0): Uint8Array =>
    Uint8Array.from([
      ...words(1, dimension, 2, json.length),
      ...words(2, json.length, 2 ** 32 - 1),
      ...new Uint8Array(4 * dimension),
      ...new TextEncoder().encode(`n5${json}`),
    ]);

  const deep = (levels: number): string => `{"a":${'['.repeat(levels)}${']'.repeat(levels)}}`;
  const twice = Uint8Array.from([
    ...words(2, 2, 4, 4, 2, 2, 2 ** 32 - 1, 2, 2, 2 ** 32 - 1),
    ...new Uint8Array(16),
    ...new TextEncoder().encode('n5n5{}{}'),
  ]);
  const notFinite = bare('{}', 2);
  notFinite.set(new Uint8Array(Float32Array.of(Number.NaN).buffer), 4 * 7);

  const records: readonly (readonly [string, number, Uint8Array])[] = [
    ['of an unknown type', 99, text({})],
    ['of nothing', RecordType.documents, new Uint8Array(0)],
    ['of more documents than bytes', RecordType.documents, words(2 ** 32 - 1, 2, 5, 5)],
    ['of more components than bytes', RecordType.documents, words(1, 2 ** 32 - 1, 5, 5)],
    ['of documents without vectors', RecordType.documents, bare('{}')],
    ['of vectors of another dimension', RecordType.documents, bare('{}', 3)],
    ['of metadata that is a list', RecordType.documents, bare('[]', 2)],
    ['of metadata that is no JSON', RecordType.documents, bare('{{', 2)],
    ['of a field of another type', RecordType.documents, bare('{"year":"1"}', 2)],
    ['of metadata that is too deep', RecordType.documents, bare(deep(20_000), 2)],
    ['of metadata that is a level too deep', RecordType.documents, bare(deep(64), 2)],
    ['of a patch that is too deep', RecordType.metadata, text([['n1', JSON.parse(deep(500))]])],
    ['of a patch of another type', RecordType.metadata, text([['n1', { flag: 1 }]])],
    ['of one key twice', RecordType.documents, twice],
    ['of a vector that is none', RecordType.documents, notFinite],
    ['of patches that are none', RecordType.metadata, text({})],
    ['of patches of nothing', RecordType.metadata, text([[]])],
    ['of a key that is none', RecordType.metadata, text([['x1', {}]])],
    ['of metadata that is none', RecordType.metadata, text([['n1', null]])],
    ['of deletions that are none', RecordType.deletions, text(5)],
    ['of a deletion of a number', RecordType.deletions, text([5])],
    ['of bytes that are no text', RecordType.deletions, Uint8Array.of(0xff, 0xfe)],
  ];
  test.for(records)('%s is refused by code', async ([, type, payload]) => {
    const disk = await diskOf();
    await append(disk, type, payload);
    expect(await tryOut(disk)).not.toBe('opened');
  });

  test('of metadata as deep as it may be is taken', async () => {
    const disk = await diskOf();
    await append(disk, RecordType.documents, bare(deep(63), 2));
    expect(await tryOut(disk)).toBe('opened');
  });

  test('of text fields that are numbers is refused, or sound', async () => {
    const disk = new SimulatedDisk();
    const options: OpenOptions = { text: ['title'], fields: { year: 'number' }, files: disk };
    await (await Collection.open(PATH, options)).close();
    await append(disk, RecordType.documents, bare('{"title":5,"year":"x"}'));
    expect(await tryOut(disk)).not.toBe('opened');
  });
});
