/** The libraries that vectors can come to and go from, by name; ours needs no install. */

import { isInstalled } from '../compare/installed.ts';
import { createWritableHnswlibNode } from '../compare/peers/hnswlib-node-writable.ts';
import { createWritableNigh } from '../compare/peers/nigh-writable.ts';
import { createWritableUsearch } from '../compare/peers/usearch-writable.ts';
import { loadFrom, NIGH, type Peers } from '../compare/peers.ts';
import type { LaterOwnSearch, WritableIndex, WritableLibrary } from '../compare/writable.ts';

export type AnyWritableLibrary = WritableLibrary<LaterOwnSearch>;
export type AnyWritableIndex = WritableIndex<LaterOwnSearch>;

interface Source {
  readonly from: string;
  readonly create: () => AnyWritableLibrary;
}

const IN_MEMORY: Readonly<Record<string, Source>> = {
  'hnswlib-node': { from: 'hnswlib-node', create: createWritableHnswlibNode },
  'usearch f32': { from: 'usearch', create: createWritableUsearch },
};

const ALL: Readonly<Record<string, Source>> = { ...IN_MEMORY };

/** The peers in memory that work. @param required refuse to go on when a package is missing. */
export function loadWritablePeers(required: boolean): Peers<AnyWritableLibrary> {
  return loadFrom<AnyWritableLibrary>(required, { sources: IN_MEMORY, isInstalled });
}

/** All that work, those that live in files too. */
export function loadAllWritablePeers(): Peers<AnyWritableLibrary> {
  return loadFrom<AnyWritableLibrary>(false, { sources: ALL, isInstalled });
}

/** One by name. @throws when it is unknown or does not load. */
export function loadWritable(name: string): AnyWritableLibrary {
  if (name === NIGH) return createWritableNigh();
  const source = ALL[name];
  if (source === undefined) throw new Error(`no library that can be written to is called ${name}`);
  return source.create();
}
