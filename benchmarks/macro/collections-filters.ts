/** How long a search by text and vector under a filter takes: of new filters and repeated ones. */
import type { Collection, Filter } from '@nigh/collection';
import { FILM_DIMENSION, type KnownItem, readNewFilms } from '../harness/films.ts';
import { latencyOf, timeEach } from '../harness/relevance.ts';
import type { MeasuredFilter } from './collections-report.ts';

const K = 10;
const WARMUP = 200;

/** The same documents for every `part` from 0 to 1, and another filter. */
type MakeFilter = (part: number) => Filter;

const FILTERS: readonly (readonly [name: string, make: MakeFilter | undefined])[] = [
  ['none', undefined],
  ['year >= 1990', (part) => ({ year: { $gt: 1989 + part } })],
  ['genre Drama', (part) => ({ genres: { $in: ['Drama', `none ${part}`] } })],
  [
    '1990 to 1999 and Comedy',
    (part) => ({ year: { $gt: 1989 + part, $lt: 2000 }, genres: 'Comedy' }),
  ],
  [
    '1950 to 1955 and Western',
    (part) => ({ year: { $gt: 1949 + part, $lte: 1955 }, genres: 'Western' }),
  ],
];

/** Asks `queries` times by every filter: the words of one film, the vector of another. */
export async function measureFilters(
  collection: Collection,
  items: readonly KnownItem[],
  queries: number,
): Promise<MeasuredFilter[]> {
  const { vectors } = readNewFilms();
  const count = vectors.length / FILM_DIMENSION;
  const ask = (i: number, filter: Filter | undefined): Promise<unknown> => {
    const row = (i % count) * FILM_DIMENSION;
    return collection.search({
      vector: vectors.subarray(row, row + FILM_DIMENSION),
      text: items[i % items.length]?.query ?? '',
      k: K,
      ...(filter && { filter }),
    });
  };
  await timeEach(WARMUP, (i) => ask(i, FILTERS[1]?.[1]?.((i + 0.5) / (WARMUP + 1))));
  const measured: MeasuredFilter[] = [];
  for (const [name, make] of FILTERS) {
    const repeated = make?.(0);
    await ask(0, repeated);
    const again = await timeEach(queries, (i) => ask(i, repeated));
    // Fractions of a year are between the years, so what matches stays the same.
    const fresh = make && (await timeEach(queries, (i) => ask(i, make((i + 1) / (queries + 2)))));
    const share = (repeated ? collection.count(repeated) : collection.count()) / collection.count();
    measured.push({ name, share, filters: 'repeated', latency: latencyOf(again) });
    if (fresh) measured.push({ name, share, filters: 'fresh', latency: latencyOf(fresh) });
  }
  return measured;
}
