/**
 * One search of texts in a process of its own, started by macro/collections-texts.ts: imports all
 * films and asks for the known ones, by text alone, or ours with vectors in some way.
 */
import { Collection, type Hit, type SearchOptions } from '@nigh/collection';
import type { SearchedTexts } from '../compare/texts.ts';
import { answerParent } from '../harness/child.ts';
import { loadTexts } from '../harness/document-peers.ts';
import {
  FILM_DIMENSION,
  FILM_SCHEMA,
  readFilms,
  readFilmVectors,
  readKnownItems,
} from '../harness/films.ts';

export type VectorMode = 'like' | 'rrf' | 'convex';

export interface TextsCase {
  /** A search of texts; with a mode it is ours. */
  readonly name: string;
  readonly mode?: VectorMode;
  readonly count: number;
  readonly k: number;
}

export type TextsQuestion = 'import' | 'ask';

export interface TextsAnswer {
  readonly seconds: number;
  readonly milliseconds: readonly number[];
  /** Ids by query. */
  readonly found: readonly (readonly number[])[];
}

/** Whose vectors become the query, where nothing else is near to the words. */
const SOURCES = 3;

const { name, mode, count, k } = JSON.parse(process.argv[2] ?? '') as TextsCase;
const items = readKnownItems(count);

function keysOf(hits: readonly Hit[]): number[] {
  return hits.map(({ key }) => Number(key));
}

/** The mean of the vectors of the best documents of a text. */
async function meanVector(collection: Collection, text: string): Promise<Float32Array | undefined> {
  const best = await collection.search({ text, k: SOURCES, vectors: true });
  if (best.length === 0) return undefined;
  const mean = new Float32Array(FILM_DIMENSION);
  for (const { vector } of best)
    vector?.forEach((value, i) => {
      mean[i] = (mean[i] as number) + value / best.length;
    });
  return mean;
}

/** The best document of a text, and those whose vectors are nearest to its own. */
async function searchLike(collection: Collection, text: string, wanted: number): Promise<number[]> {
  const [best] = keysOf(await collection.search({ text, k: 1 }));
  if (best === undefined) return [];
  return [best, ...keysOf(await collection.search({ like: best, k: wanted - 1 }))];
}

async function importWithVectors(kind: VectorMode): Promise<SearchedTexts> {
  const collection = await Collection.open(':memory:', FILM_SCHEMA);
  const films = readFilms(count);
  await collection.upsert({
    keys: films.map(({ id }) => id),
    vectors: readFilmVectors(films.length),
    metadata: films.map(({ title, year, genres }) => ({ title, year, genres })),
    texts: films.map(({ text }) => text),
  });
  const search = async (text: string, wanted: number): Promise<number[]> => {
    if (kind === 'like') return searchLike(collection, text, wanted);
    const vector = await meanVector(collection, text);
    const options: SearchOptions = { text, k: wanted, fusion: kind, ...(vector && { vector }) };
    return keysOf(await collection.search(options));
  };
  return { search, close: () => collection.close() };
}

await answerParent<{ readonly kind: TextsQuestion }>(async () => {
  const importing = mode
    ? () => importWithVectors(mode)
    : loadTexts(name).prepareImport(readFilms(count));
  let texts: SearchedTexts | undefined;
  const ask = async (searched: SearchedTexts): Promise<TextsAnswer> => {
    const milliseconds: number[] = [];
    const found: (readonly number[])[] = [];
    const began = performance.now();
    for (const { query } of items) {
      const start = performance.now();
      const ids = await searched.search(query, k);
      milliseconds.push(performance.now() - start);
      found.push(ids);
    }
    return { seconds: (performance.now() - began) / 1000, milliseconds, found };
  };
  return {
    answer: async ({ kind }) => {
      if (kind === 'ask' && texts) return ask(texts);
      const began = performance.now();
      texts = await importing();
      const seconds = (performance.now() - began) / 1000;
      return { seconds, milliseconds: [], found: [] } satisfies TextsAnswer;
    },
    close: async () => texts?.close(),
  };
});
