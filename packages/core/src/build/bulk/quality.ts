// What 'fast', 'balanced' and 'high' mean in numbers, per level of the graph. The table they were
// chosen from is docs/decisions/0007.

import type { Quality } from '../../options.ts';

/** How one level of the graph is built. */
export interface LevelParameters {
  /** Clusters a vector belongs to: those of its nearest leaders. */
  readonly fanout: number;
  /** Parts of a cluster it belongs to when the cluster is split. */
  readonly splitFanout: number;
  /** Vectors in a leaf, on average. */
  readonly leafTarget: number;
  /** Most neighbors a node selects for itself; reverse edges fill the row. */
  readonly forwardLimit: number;
}

const FANOUTS: Readonly<Record<Quality, number>> = { fast: 5, balanced: 8, high: 8 };
const SPLIT_FANOUT = 2;
const LEAF_TARGET = 96;
/** Upper levels are a sixteenth of the work, and a search that goes wrong there is lost. */
const UPPER_FANOUT = 8;
/** Of a row's room, what a node may fill itself. */
const FORWARD_SHARE = 7 / 8;

/** The parameters of a level whose rows have room for `cap` neighbors. */
export function levelParameters(quality: Quality, level: number, cap: number): LevelParameters {
  return {
    fanout: level === 0 ? FANOUTS[quality] : UPPER_FANOUT,
    splitFanout: SPLIT_FANOUT,
    leafTarget: LEAF_TARGET,
    forwardLimit: Math.ceil(cap * FORWARD_SHARE),
  };
}
