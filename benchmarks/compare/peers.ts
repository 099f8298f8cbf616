/**
 * Who takes part, by name. Peers live in a package of their own with its own lockfile, so that an
 * ordinary install of the workspace compiles nothing; one that does not load is left out.
 */
import type { Row } from '../harness/report.ts';
import type { Adapter, LaterSearch } from './adapter.ts';
import { isInstalled } from './installed.ts';
import { createBruteForce } from './peers/brute-force.ts';
import { createEdgevec } from './peers/edgevec.ts';
import { createHnswlibNode } from './peers/hnswlib-node.ts';
import { createLancedb } from './peers/lancedb.ts';
import { createNigh } from './peers/nigh.ts';
import { createSqliteVec } from './peers/sqlite-vec.ts';
import { createUsearch } from './peers/usearch.ts';
import { createZvec } from './peers/zvec.ts';

export type AnyAdapter = Adapter<LaterSearch>;

interface PeerSource<Peer> {
  /** The package it comes from. */
  readonly from: string;
  readonly create: () => Peer;
}

interface ContestantSource extends PeerSource<AnyAdapter> {
  /** Sets of fewer components are left out. */
  readonly minDimension?: number;
  /** Sets of more components in all their vectors are left out. */
  readonly maxComponents?: number;
}

export const NIGH = 'nigh';
/** A loop, which needs no package. */
export const JAVASCRIPT = 'javascript';

/** Bits and products of fewer components say too little of a vector. */
const MIN_COARSE_DIMENSION = 384;

/** Enough for the films. A build of more takes edgevec as long as everybody else together. */
const MAX_SLOW_COMPONENTS = 34_000 * 384;

const SOURCES: Readonly<Record<string, ContestantSource>> = {
  [NIGH]: { from: NIGH, create: () => createNigh('float32') },
  'nigh int8': { from: NIGH, create: () => createNigh('int8') },
  'nigh float16': { from: NIGH, create: () => createNigh('float16') },
  'nigh binary': {
    ...{ from: NIGH, create: () => createNigh('binary') },
    minDimension: MIN_COARSE_DIMENSION,
  },
  'nigh pq': {
    ...{ from: NIGH, create: () => createNigh('pq') },
    minDimension: MIN_COARSE_DIMENSION,
  },
  'hnswlib-node': { from: 'hnswlib-node', create: createHnswlibNode },
  'usearch f32': { from: 'usearch', create: () => createUsearch('f32') },
  'usearch bf16': { from: 'usearch', create: () => createUsearch('bf16') },
  'usearch i8': { from: 'usearch', create: () => createUsearch('i8') },
  zvec: { from: '@zvec/zvec', create: () => createZvec('f32') },
  edgevec: {
    ...{ from: 'edgevec', create: createEdgevec },
    maxComponents: MAX_SLOW_COMPONENTS,
  },
  'lancedb (hnswSq)': { from: '@lancedb/lancedb', create: createLancedb },
  'sqlite-vec': { from: 'sqlite-vec', create: createSqliteVec },
  [JAVASCRIPT]: { from: JAVASCRIPT, create: createBruteForce },
};

/** Everybody, ours first; some leave out sets of few components. */
export const CONTESTANT_NAMES: readonly string[] = Object.keys(SOURCES);

/** A peer that is installed and does not work here; it goes into the result beside the others. */
export interface PeerFailure {
  readonly name: string;
  readonly reason: string;
}

export interface Peers<Peer> {
  readonly adapters: readonly Peer[];
  readonly failures: readonly PeerFailure[];
}

/** What a peer needs so that it can be told from one that was never installed. */
export interface PeerLoading<Peer> {
  readonly sources: Readonly<Record<string, PeerSource<Peer>>>;
  readonly isInstalled: (from: string) => boolean;
}

/** The contestants that work, ours among them; one whose package is missing is a failure too. */
export function loadContestants(): Peers<AnyAdapter> {
  const present = (from: string): boolean =>
    from === NIGH || from === JAVASCRIPT || isInstalled(from);
  const { adapters, failures } = loadFrom(false, { sources: SOURCES, isInstalled: present });
  const missing = Object.entries(SOURCES)
    .filter(([, { from }]) => !present(from))
    .map(([name, { from }]) => ({ name, reason: `${from} is not installed` }));
  return { adapters, failures: [...failures, ...missing] };
}

/** Whether a set has enough components for the codes of a contestant. */
export function suits(name: string, dimension: number): boolean {
  return dimension >= (SOURCES[name]?.minDimension ?? 0);
}

/** Whether building a set would take a contestant longer than the whole run may. */
export function isTooLarge(name: string, count: number, dimension: number): boolean {
  return count * dimension > (SOURCES[name]?.maxComponents ?? Number.POSITIVE_INFINITY);
}

/** The package of a contestant. */
export function packageOf(name: string): string {
  return SOURCES[name]?.from ?? name;
}

/**
 * The peers that work; says on the console which do not. One that is installed and fails to load is
 * a finding and no obstacle.
 * @param required refuse to go on when a package is missing: a saved result compares with all.
 */
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

/** One contestant by name. @throws when it is unknown or does not load. */
export function loadContestant(name: string): AnyAdapter {
  const source = SOURCES[name];
  if (source === undefined) throw new Error(`no contestant is called ${name}`);
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
