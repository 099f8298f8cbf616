/**
 * The sets of the comparison, put into a folder once: every process reads them from there instead
 * of making them anew. A file of the caller's gives its last rows as queries.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { openVectorFile } from '@nigh/formats';
import { Random } from '@nigh/testkit';
import { type DataSet, loadDataSet, REAL_SETS } from '../harness/data-sets.ts';

/** Sets whose speeds have goals. */
export const CLUSTERED_SETS: readonly string[] = ['clustered 100k x 128', 'clustered 50k x 768'];
export const SET_NAMES: readonly string[] = [...CLUSTERED_SETS, ...REAL_SETS];

/** The first vectors of the first set, or of a file of the caller's, are searched under filters. */
const FILTERED_COUNT = 20_000;
const FILTERED_SET = 'clustered 20k x 128';

const MOST_QUERIES = 1_000;
/** Of a small file no more than this share becomes queries. */
const QUERY_SHARE = 0.1;
const CATEGORIES = 100;
/** How far from 1 the length of a vector may be that is searched by angle. */
const UNIT_TOLERANCE = 1e-3;

/** A set without its numbers, and where they are. */
export interface StoredSet extends Omit<DataSet, 'vectors' | 'queries'> {
  readonly folder: string;
}

export function storeSet(set: DataSet, folder: string): StoredSet {
  mkdirSync(folder, { recursive: true });
  const { vectors, queries, ...rest } = set;
  writeFileSync(join(folder, 'vectors'), vectors);
  writeFileSync(join(folder, 'queries'), queries);
  return { ...rest, folder };
}

export function readVectors({ folder }: StoredSet): Float32Array {
  return readFloats(join(folder, 'vectors'));
}

export function readQueries({ folder }: StoredSet): Float32Array {
  return readFloats(join(folder, 'queries'));
}

function readFloats(path: string): Float32Array {
  return new Float32Array(new Uint8Array(readFileSync(path)).buffer);
}

/** A category below 100 for every node: those below a limit are that many percent. */
export function categoriesOf(count: number): Uint8Array {
  const random = new Random(CATEGORIES);
  return Uint8Array.from({ length: count }, () => random.integer(0, CATEGORIES));
}

/** The sets by name, or that of a file; undefined for a real one that is not there. */
export async function loadSet(name: string, limit: number): Promise<DataSet | undefined> {
  if (SET_NAMES.includes(name)) return loadDataSet(name, limit);
  return readFile(name, limit);
}

/** What is searched under filters: vectors of the first set, or those of a file of the caller's. */
export async function loadFilteredSet(
  file: string | undefined,
  limit: number,
): Promise<DataSet | undefined> {
  const [first = ''] = CLUSTERED_SETS;
  const data = await loadSet(file ?? first, Math.min(FILTERED_COUNT, limit));
  return data && { ...data, name: file === undefined ? FILTERED_SET : data.name };
}

async function readFile(path: string, limit: number): Promise<DataSet> {
  const file = await openVectorFile(path);
  try {
    const { count: rows, dimension } = file;
    const all = new Float32Array(rows * dimension);
    await file.read(all, 0, rows);
    const queryCount = Math.min(MOST_QUERIES, Math.floor(rows * QUERY_SHARE));
    const count = Math.min(rows - queryCount, limit);
    return {
      ...{ name: basename(path), count, dimension },
      metric: hasUnitLength(all, dimension) ? 'cosine' : 'l2',
      vectors: all.slice(0, count * dimension),
      queries: all.slice((rows - queryCount) * dimension),
    };
  } finally {
    await file.close();
  }
}

function hasUnitLength(vectors: Float32Array, dimension: number): boolean {
  for (let start = 0; start < vectors.length; start += dimension) {
    const vector = vectors.subarray(start, start + dimension);
    const squared = vector.reduce((sum, component) => sum + component * component, 0);
    if (Math.abs(Math.sqrt(squared) - 1) > UNIT_TOLERANCE) return false;
  }
  return true;
}
