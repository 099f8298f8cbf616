/**
 * The films collections are measured on: 33,523 documents with title, text, year, genres and a
 * vector that was projected from the text ("derived"), and what they are asked for. Read from the
 * folder of real data; a part of them is written into files of its own.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readNpy, realDataFolder } from '@nigh/testkit';
import type { Documents } from '../compare/documents.ts';
import type { TitledText } from '../compare/texts.ts';

export interface Film extends TitledText {
  readonly id: number;
  readonly year: number;
  readonly cast: readonly string[];
  readonly genres: readonly string[];
  readonly href: string | null;
}

/** Six words of the text of one film, which is to be found. */
export interface KnownItem {
  readonly query: string;
  readonly relevant: number;
}

/** The files of a collection to import, and how many films are in them. */
export interface FilmFiles {
  readonly rows: string;
  readonly vectors: string;
  readonly count: number;
}

/** Films that are in no collection, for queries and for single writes. */
export interface NewFilms {
  readonly films: readonly Film[];
  /** Flat. */
  readonly vectors: Float32Array;
}

export const FILM_DIMENSION = 384;
/** All there are. */
export const FILM_COUNT = 33_523;

/** The declared fields of a collection of films, and what of them is searched as text. */
export const FILM_SCHEMA = {
  vector: { dimension: 384 as number, metric: 'cosine' },
  fields: { year: 'number', genres: 'string[]', title: 'string' },
  text: ['title', 'text'],
} as const;

function folder(): string {
  const data = realDataFolder();
  if (data !== undefined && existsSync(join(data, 'movies'))) return join(data, 'movies');
  throw new Error('collections are measured on the real set movies; say where it is by NIGH_DATA');
}

function readLines<T>(name: string, limit: number): T[] {
  const lines = readFileSync(join(folder(), name), 'utf8').split('\n', limit);
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as T);
}

function readVectors(name: string, limit: number): Float32Array {
  const array = readNpy(join(folder(), name));
  if (array === undefined) throw new Error(`${name} is not there`);
  return array.data.subarray(0, limit * FILM_DIMENSION);
}

export function readFilms(limit: number): Film[] {
  return readLines('docs.jsonl', limit);
}

/** The vectors of the films, flat. */
export function readFilmVectors(limit: number): Float32Array {
  return readVectors('docs_lsa384.npy', limit);
}

/** Films that are not among the others. */
export function readNewFilms(limit: number = Number.POSITIVE_INFINITY): NewFilms {
  const films = readLines<Film>('queries.jsonl', Math.min(limit, 2 ** 31));
  return { films, vectors: readVectors('queries_lsa384.npy', films.length) };
}

/** Those whose film is among the first `limit`. */
export function readKnownItems(limit: number): KnownItem[] {
  const items = readLines<KnownItem>('known_item.jsonl', 2 ** 31);
  return items.filter(({ relevant }) => relevant < limit);
}

/** The films as a store of vectors and metadata gets them: without their texts. */
export function readFilmDocuments(limit: number): Documents {
  const films = readFilms(limit);
  return {
    count: films.length,
    dimension: FILM_DIMENSION,
    vectors: readFilmVectors(films.length),
    titles: films.map(({ title }) => title),
    years: films.map(({ year }) => year),
    genres: films.map(({ genres }) => genres),
  };
}

/** The first `limit` films as files; those of the set itself when that is all of them. */
export function filmFiles(limit: number, target: string): FilmFiles {
  const [rows, vectors] = [join(folder(), 'docs.jsonl'), join(folder(), 'docs_lsa384.npy')];
  if (limit >= FILM_COUNT) return { rows, vectors, count: FILM_COUNT };
  const files = { rows: join(target, 'films.jsonl'), vectors: join(target, 'films.npy') };
  const lines = readFileSync(rows, 'utf8').split('\n', limit);
  writeFileSync(files.rows, `${lines.join('\n')}\n`);
  writeFileSync(files.vectors, encodeNpy(readFilmVectors(limit), FILM_DIMENSION));
  return { ...files, count: limit };
}

/** A .npy file of rows of float32. */
export function encodeNpy(flat: Float32Array, dimension: number): Uint8Array {
  const shape = `(${flat.length / dimension}, ${dimension})`;
  const header = `{'descr': '<f4', 'fortran_order': False, 'shape': ${shape}, }`;
  const start = 10; // bytes before the header
  const end = Math.ceil((start + header.length + 1) / 64) * 64;
  const bytes = new Uint8Array(end + flat.byteLength).fill(0x20, 0, end);
  bytes.set([0x93, ...new TextEncoder().encode('NUMPY'), 1, 0]);
  new DataView(bytes.buffer).setUint16(8, end - start, true);
  bytes.set(new TextEncoder().encode(header), start);
  bytes[end - 1] = 0x0a;
  bytes.set(new Uint8Array(flat.buffer, flat.byteOffset, flat.byteLength), end);
  return bytes;
}
