/** The libraries that vectors can come to and go from, by name; ours needs no install. */

import { isInstalled } from '../compare/installed.ts';
import { createWritableBruteForce } from '../compare/peers/brute-force.ts';
import { createWritableEdgevec } from '../compare/peers/edgevec.ts';
import { createWritableHnswlibNode } from '../compare/peers/hnswlib-node.ts';
import { createWritableLancedb } from '../compare/peers/lancedb.ts';
import { createWritableNigh } from '../compare/peers/nigh.ts';
import { createWritableSqliteVec } from '../compare/peers/sqlite-vec.ts';
import { createWritableUsearch } from '../compare/peers/usearch.ts';
import { createWritableZvec } from '../compare/peers/zvec.ts';
import { JAVASCRIPT, loadFrom, NIGH, type Peers } from '../compare/peers.ts';
import type { LaterOwnSearch, WritableIndex, WritableLibrary } from '../compare/writable.ts';

export type AnyWritableLibrary = WritableLibrary<LaterOwnSearch>;
export type AnyWritableIndex = WritableIndex<LaterOwnSearch>;

interface Source {
  readonly from: string;
  readonly create: () => AnyWritableLibrary;
}

/** Those with a graph in memory: what lives in files takes too long for long streams. */
const IN_MEMORY: Readonly<Record<string, Source>> = {
  'hnswlib-node': { from: 'hnswlib-node', create: createWritableHnswlibNode },
  'usearch f32': { from: 'usearch', create: createWritableUsearch },
};

const ALL: Readonly<Record<string, Source>> = {
  ...IN_MEMORY,
  zvec: { from: '@zvec/zvec', create: createWritableZvec },
  edgevec: { from: 'edgevec', create: createWritableEdgevec },
  'lancedb (hnswSq)': { from: '@lancedb/lancedb', create: createWritableLancedb },
  'sqlite-vec': { from: 'sqlite-vec', create: createWritableSqliteVec },
  javascript: { from: JAVASCRIPT, create: createWritableBruteForce },
};

const isPresent = (from: string): boolean => from === JAVASCRIPT || isInstalled(from);

/** The peers in memory that work. @param required refuse to go on when a package is missing. */
export function loadWritablePeers(required: boolean): Peers<AnyWritableLibrary> {
  return loadFrom<AnyWritableLibrary>(required, { sources: IN_MEMORY, isInstalled });
}

/** All that work, those that live in files too. */
export function loadAllWritablePeers(): Peers<AnyWritableLibrary> {
  return loadFrom<AnyWritableLibrary>(false, { sources: ALL, isInstalled: isPresent });
}

/** One by name. @throws when it is unknown or does not load. */
export function loadWritable(name: string): AnyWritableLibrary {
  if (name === NIGH) return createWritableNigh();
  const source = ALL[name];
  if (source === undefined) throw new Error(`no library that can be written to is called ${name}`);
  return source.create();
}
