/**
 * Who takes part in macro/search.ts: a list of names, sets and settings. Another way to keep
 * vectors or to search them is another entry of `VARIANTS`.
 */
import type { IndexOptions, SearchOptions, Tier } from '@nigh/core';
import type { BuildOptions } from '../compare/adapter.ts';
import { TIERS } from '../compare/peers/nigh.ts';
import { type DataSet, REAL_SETS } from '../harness/data-sets.ts';

export const FIRST_SET = 'clustered 100k x 128';

/** Every set, the ones with goals first. */
export const SEARCH_SETS: readonly string[] = [FIRST_SET, 'clustered 50k x 768', ...REAL_SETS];

/** Our index: what it is built with, what it is asked with, and the tier if not the fastest. */
export interface NighSettings {
  readonly library: 'nigh';
  readonly build: Partial<IndexOptions>;
  readonly search: SearchOptions;
  readonly tier?: Tier;
}

export interface PeerSettings {
  readonly library: 'peer';
  /** The name its adapter has. */
  readonly peer: string;
  readonly build: BuildOptions;
}

export interface Contestant {
  readonly name: string;
  readonly set: string;
  readonly settings: NighSettings | PeerSettings;
}

interface Variant {
  readonly name: string;
  /** Sets of fewer components are left out. */
  readonly minDimension: number;
  readonly build: Partial<IndexOptions>;
  readonly search: SearchOptions;
}

/** Our index as it is by default, and beside it every other way to keep vectors. */
const VARIANTS: readonly Variant[] = [
  { name: 'nigh', minDimension: 0, build: {}, search: {} },
  ...(['float16', 'int8', 'binary', 'pq'] as const).map((precision) => ({
    ...{ name: `nigh ${precision}`, minDimension: 384 },
    ...{ build: { precision }, search: {} },
  })),
];

export interface ContestantOptions {
  readonly M: number;
  readonly efConstruction: number;
  readonly peerEfConstruction: number;
  readonly seed: number;
  /** Names of the peers that work here. */
  readonly peers: readonly string[];
  readonly tierRuns: (tier: Tier) => boolean;
}

/** The contestants of one set, ours first. The slower tiers take part in the first set only. */
export function contestantsOf(
  set: Omit<DataSet, 'vectors' | 'queries'>,
  options: ContestantOptions,
): Contestant[] {
  const { M, efConstruction, seed } = options;
  const build = { M, efConstruction, seed };
  const library = 'nigh' as const;
  const variants = VARIANTS.filter(({ minDimension }) => set.dimension >= minDimension).map(
    ({ name, build: own, search }) => ({
      ...{ name, set: set.name },
      settings: { library, build: { ...build, ...own }, search },
    }),
  );
  const slower = set.name === FIRST_SET ? TIERS.slice(1).filter(options.tierRuns) : [];
  const tiers = slower.map((tier) => ({
    ...{ name: `nigh ${tier}`, set: set.name },
    settings: { library, build, search: {}, tier },
  }));
  return [...variants, ...tiers, ...peersOf(set, options)];
}

function peersOf(
  { name: set, dimension, metric }: Omit<DataSet, 'vectors' | 'queries'>,
  { M, peerEfConstruction: efConstruction, seed, peers }: ContestantOptions,
): Contestant[] {
  const build = { dimension, metric, M, efConstruction, seed, threads: 1 };
  return peers.map((peer) => ({
    ...{ name: peer, set },
    settings: { library: 'peer' as const, peer, build },
  }));
}
