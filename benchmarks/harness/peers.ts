/**
 * Loads the peers, if they were installed. They live in their own package (compare/) with its own
 * lockfile, so that an ordinary install of the workspace compiles nothing.
 */
import type { Adapter } from '../compare/adapter.ts';
import { isInstalled } from '../compare/installed.ts';
import { createHnswlibNode } from '../compare/peers/hnswlib-node.ts';
import { createUsearch } from '../compare/peers/usearch.ts';
import { createZvec } from '../compare/peers/zvec.ts';
import type { Row } from './report.ts';

interface PeerSource<Peer> {
  /** The package it comes from. */
  readonly from: string;
  readonly create: () => Peer;
}

const SOURCES: Readonly<Record<string, PeerSource<Adapter>>> = {
  'hnswlib-node': { from: 'hnswlib-node', create: createHnswlibNode },
  'usearch f32': { from: 'usearch', create: () => createUsearch('f32') },
  'usearch bf16': { from: 'usearch', create: () => createUsearch('bf16') },
  'usearch i8': { from: 'usearch', create: () => createUsearch('i8') },
  zvec: { from: '@zvec/zvec', create: () => createZvec('f32') },
  'zvec fp16': { from: '@zvec/zvec', create: () => createZvec('fp16') },
  'zvec int8': { from: '@zvec/zvec', create: () => createZvec('int8') },
};

/** A peer that is installed and does not work here; it goes into the result beside the others. */
export interface PeerFailure {
  readonly name: string;
  readonly reason: string;
}

export interface Peers<Peer = Adapter> {
  readonly adapters: readonly Peer[];
  readonly failures: readonly PeerFailure[];
}

/** What a peer needs so that it can be told from one that was never installed. */
export interface PeerLoading<Peer> {
  readonly sources: Readonly<Record<string, PeerSource<Peer>>>;
  readonly isInstalled: (from: string) => boolean;
}

/**
 * The peers that work; says on the console which do not. One that is installed and fails to load is
 * a finding and no obstacle.
 * @param required refuse to go on when a package is missing: a saved result compares with all.
 */
export function loadPeers(required: boolean): Peers {
  return loadFrom(required, { sources: SOURCES, isInstalled });
}

/** The same for peers behind another contract. */
export function loadFrom<Peer>(required: boolean, loading: PeerLoading<Peer>): Peers<Peer> {
  const adapters: Peer[] = [];
  const failures: PeerFailure[] = [];
  for (const [name, { from, create }] of Object.entries(loading.sources)) {
    if (!loading.isInstalled(from)) {
      const advice = 'run `npm install` in benchmarks/compare to measure beside it';
      if (required) throw new Error(`${from} is not installed; ${advice}`);
      console.log(`${name} is left out: ${from} is not installed; ${advice}`);
      continue;
    }
    try {
      adapters.push(create());
    } catch (error) {
      const reason = firstLine(error);
      failures.push({ name, reason });
      console.log(`${name} is left out: it does not load (${reason})`);
    }
  }
  return { adapters, failures };
}

/** One peer by name. @throws when it is unknown or does not load. */
export function loadPeer(name: string): Adapter {
  const source = SOURCES[name];
  if (source === undefined) throw new Error(`no peer is called ${name}`);
  return source.create();
}

export function firstLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.split('\n')[0] ?? '';
}

/** One row per failure, for a report. */
export function failureRows(failures: readonly PeerFailure[]): Row[] {
  return failures.map(({ name, reason }) => ({ name, reason }));
}
