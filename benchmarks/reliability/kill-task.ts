/** What the parent of a process that will be killed tells it. */
import type { Version } from './writes.ts';

/** What the parent knows: where the writes go on. */
export interface KillTask {
  readonly folder: string;
  readonly seed: number;
  readonly first: number;
  readonly state: readonly (readonly [string, Version])[];
  /** Writes until it ends by itself. None: it opens, closes and ends. */
  readonly writes: number;
  /** Whether it makes checkpoints all the time. */
  readonly checkpoints: boolean;
  /** A mistake in its file system, planted on purpose. */
  readonly fault?: string;
}
