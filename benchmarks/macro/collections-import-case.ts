/**
 * One import of films in a process of its own, started by macro/collections-import.ts: into a
 * folder or into memory, timed, or with a profile of where the time went.
 */
import { Collection } from '@nigh/collection';
import { VectorIndex } from '@nigh/core';
import { answerParent } from '../harness/child.ts';
import { profiled, type Shares, sharesOf, type Waiting } from '../harness/cpu-profile.ts';
import { FILM_SCHEMA, type FilmFiles } from '../harness/films.ts';

export interface ImportCase {
  readonly files: FilmFiles;
  /** The path of the collection. */
  readonly path: string;
}

export interface ImportQuestion {
  readonly profiled: boolean;
}

export interface ImportAnswer {
  readonly seconds: number;
  /** By part; empty where no profile was asked for. */
  readonly shares: Shares;
}

/** Which part of the work the code of a file is. */
const PARTS: readonly (readonly [part: RegExp, name: string])[] = [
  [/^wasm:|\/packages\/core\/|\/piscina\//, 'index'],
  [/\/packages\/text\/|@orama\/stem|@orama\/stop/, 'text'],
  [/\/packages\/formats\/|\/hyparquet\/|\/@uwdata\//, 'formats'],
  [/\/packages\/(?:collection|base|filter)\//, 'collection, base, filter'],
  [/\/packages\/storage\//, 'storage'],
];

function partOf(url: string): string | undefined {
  const found = PARTS.find(([part]) => part.test(url));
  if (found) return found[1];
  return url === '' || url.startsWith('node:') ? undefined : 'other';
}

async function importFilms({ files, path }: ImportCase): Promise<number> {
  const start = performance.now();
  const collection = await Collection.open(path, FILM_SCHEMA);
  const { count } = await collection.import({ rows: files.rows, vectors: files.vectors });
  const seconds = (performance.now() - start) / 1000;
  if (count !== files.count) throw new Error(`${count} films were imported, not ${files.count}`);
  await collection.close();
  return seconds;
}

/** Notes when the index is at work: what this thread waits for then is its threads. */
function watchLinks(): Waiting[] {
  const stretches: Waiting[] = [];
  const { link } = VectorIndex.prototype;
  VectorIndex.prototype.link = async function (this: VectorIndex, options) {
    const start = performance.now();
    try {
      return await link.call(this, options);
    } finally {
      stretches.push({ start, end: performance.now() });
    }
  };
  return stretches;
}

async function profileImport(test: ImportCase): Promise<ImportAnswer> {
  const stretches = watchLinks();
  const { result: seconds, ...profile } = await profiled(() => importFilms(test));
  return { seconds, shares: sharesOf(profile, partOf, { owner: 'index', stretches }) };
}

const test = JSON.parse(process.argv[2] ?? '') as ImportCase;
await answerParent<ImportQuestion>(async () => ({
  answer: async (question): Promise<ImportAnswer> =>
    question.profiled ? profileImport(test) : { seconds: await importFilms(test), shares: [] },
  close: async () => undefined,
}));
