/** The libraries that vectors can come to and go from, by name; ours needs no install. */

import { isInstalled } from '../compare/installed.ts';
import { createWritableHnswlibNode } from '../compare/peers/hnswlib-node.ts';
import { createWritableNigh } from '../compare/peers/nigh.ts';
import { createWritableUsearch } from '../compare/peers/usearch.ts';
import type { WritableLibrary } from '../compare/writable.ts';
import { loadFrom, type Peers } from './peers.ts';

const PEERS = {
  'hnswlib-node': { from: 'hnswlib-node', create: createWritableHnswlibNode },
  'usearch f32': { from: 'usearch', create: createWritableUsearch },
} as const;

/** The peers that work. @param required refuse to go on when a package is missing. */
export function loadWritablePeers(required: boolean): Peers<WritableLibrary> {
  return loadFrom<WritableLibrary>(required, { sources: PEERS, isInstalled });
}

/** One by name. @throws when it is unknown or does not load. */
export function loadWritable(name: string): WritableLibrary {
  if (name === 'nigh') return createWritableNigh();
  const source = PEERS[name as keyof typeof PEERS];
  if (source === undefined) throw new Error(`no library that can be written to is called ${name}`);
  return source.create();
}
