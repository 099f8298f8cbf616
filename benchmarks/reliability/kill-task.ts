/** What the parent of a process that will be killed tells it. */
import type { Version } from './ledger.ts';

/** What the parent knows: where the writes go on. */
export interface KillTask {
  readonly folder: string;
  readonly seed: number;
  readonly first: number;
  readonly state: readonly (readonly [string, Version])[];
  /** Writes until it ends by itself. */
  readonly writes: number;
  /** Whether it makes checkpoints all the time. */
  readonly checkpoints: boolean;
}

/** Writes that wait for the log together, at most. */
export const MOST_IN_FLIGHT = 3;
