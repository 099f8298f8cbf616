/** What all parts of the comparison are measured with. */
import type { BuildOptions } from './adapter.ts';
import { K } from './constants.ts';
import type { IndexTask } from './index-case.ts';
import { type AnyAdapter, NIGH, type PeerFailure } from './peers.ts';
import type { StoredSet } from './sets.ts';
import type { Temporary } from './temporary.ts';

export interface Settings {
  readonly M: number;
  readonly efConstruction: number;
  readonly peerEfConstruction: number;
  readonly seed: number;
  readonly rounds: number;
  /** What one point of a contestant may take in one round. */
  readonly pointSeconds: number;
  readonly cores: number;
}

/** What the parts share and add to. */
export interface Run {
  readonly settings: Settings;
  readonly temporary: Temporary;
  readonly adapters: readonly AnyAdapter[];
  readonly failures: PeerFailure[];
}

/** A set that is measured, with the exact neighbors of its queries. */
export interface Field {
  readonly set: StoredSet;
  readonly truth: readonly Uint32Array[];
  /** Clustered, or the caller's: built with two threads too. */
  readonly isMain: boolean;
  /** Whether it is built with categories to filter by, which costs some a part of their speed. */
  readonly hasCategories: boolean;
}

export function isOurs({ from }: AnyAdapter): boolean {
  return from === NIGH;
}

export function taskOf(
  { settings, temporary }: Run,
  adapter: AnyAdapter,
  { set, hasCategories }: Field,
  threads: number,
): IndexTask {
  const { M, seed, efConstruction, peerEfConstruction } = settings;
  const build: Pick<BuildOptions, 'M' | 'efConstruction' | 'seed' | 'threads'> = {
    ...{ M, seed, threads },
    efConstruction: isOurs(adapter) ? efConstruction : peerEfConstruction,
  };
  const folder = temporary.folder(`${adapter.name} ${threads}`);
  return { contestant: adapter.name, set, k: K, build, hasCategories, folder };
}
