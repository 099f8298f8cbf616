/** Single writes to a collection of films: how many a second, and how long each takes. */
import { cp, rm } from 'node:fs/promises';
import { Collection, type DocumentInput, type OpenOptions } from '@nigh/collection';
import { FILM_DIMENSION, readNewFilms } from '../harness/films.ts';
import { latencyOf } from '../harness/relevance.ts';
import type { MeasuredWrites } from './collections-report.ts';

const DURABILITIES = ['sync', 'interval', 'os'] as const;
const CALLERS = [1, 64];

type Write = (i: number) => Promise<unknown>;

/** `callers` that each begin the next write when their last one is durable. */
async function timeWrites(
  count: number,
  callers: number,
  write: Write,
): Promise<Pick<MeasuredWrites, 'perSecond' | 'latency'>> {
  const milliseconds: number[] = [];
  let next = 0;
  const call = async (): Promise<void> => {
    while (next < count) {
      const start = performance.now();
      await write(next++);
      milliseconds.push(performance.now() - start);
    }
  };
  const began = performance.now();
  await Promise.all(Array.from({ length: callers }, call));
  const perSecond = (1000 * count) / (performance.now() - began);
  return { perSecond, latency: latencyOf(milliseconds) };
}

/** Films that are not in the collection, as documents. */
function newDocuments(limit: number): DocumentInput[] {
  const { films, vectors } = readNewFilms(limit);
  return films.map(({ title, text, year, genres, cast, href }, i) => ({
    key: `new ${i}`,
    vector: vectors.slice(i * FILM_DIMENSION, (i + 1) * FILM_DIMENSION),
    metadata: { title, year, genres, cast, href },
    text,
  }));
}

async function measureOne(
  folder: string,
  documents: readonly DocumentInput[],
  { durability, callers }: { readonly durability: OpenOptions['durability']; callers: number },
): Promise<MeasuredWrites[]> {
  const copy = `${folder}-${durability}-${callers}`;
  await cp(folder, copy, { recursive: true });
  const collection = await Collection.open(copy, { durability: durability ?? 'sync' });
  const one = (i: number): DocumentInput => documents[i] as DocumentInput;
  const kinds: readonly (readonly [name: string, write: Write])[] = [
    ['upsert of a new one', (i) => collection.upsert(one(i))],
    ['upsert of a known one', (i) => collection.upsert(one(i))],
    ['update of metadata', (i) => collection.update({ key: one(i).key, metadata: { year: i } })],
    ['delete', (i) => collection.delete(one(i).key)],
  ];
  const before = collection.count();
  const measured: MeasuredWrites[] = [];
  for (const [what, write] of kinds) {
    const figures = await timeWrites(documents.length, callers, write);
    measured.push({ what, durability: durability ?? 'sync', callers, ...figures });
  }
  if (collection.count() !== before) throw new Error('what came is not what went');
  await collection.close();
  await rm(copy, { recursive: true });
  return measured;
}

/** @param folder of a collection of films, which is copied for every setting */
export async function measureWrites(folder: string, limit: number): Promise<MeasuredWrites[]> {
  const documents = newDocuments(limit);
  const measured: MeasuredWrites[] = [];
  for (const durability of DURABILITIES) {
    for (const callers of CALLERS) {
      measured.push(...(await measureOne(folder, documents, { durability, callers })));
    }
  }
  return measured;
}
