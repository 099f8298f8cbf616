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

type Fanouts = Pick<LevelParameters, 'fanout' | 'splitFanout'>;

/** What kind of data a level is: decided from it, once its points are assigned. */
export type Shape = 'distinct' | 'crowded' | 'small';

/**
 * Few clusters and many parts cost least. Crowded data needs many clusters, because where one ends
 * and the next begins is a matter of chance; small data gets both, because it takes no time.
 */
const FANOUTS: Readonly<Record<Shape, Readonly<Record<Quality, Fanouts>>>> = {
  distinct: {
    fast: { fanout: 4, splitFanout: 3 },
    balanced: { fanout: 5, splitFanout: 3 },
    high: { fanout: 5, splitFanout: 3 },
  },
  crowded: {
    fast: { fanout: 5, splitFanout: 3 },
    balanced: { fanout: 8, splitFanout: 2 },
    high: { fanout: 8, splitFanout: 2 },
  },
  small: {
    fast: { fanout: 5, splitFanout: 3 },
    balanced: { fanout: 8, splitFanout: 3 },
    high: { fanout: 8, splitFanout: 3 },
  },
};
/** Leaders every vector is assigned to, of which `fanout` are used. */
export const MAX_FANOUT = 8;
const LEAF_TARGET = 96;
/** Of the room in a row, what a node may fill itself. */
const FORWARD_SHARES: Readonly<Record<Quality, number>> = {
  fast: 5 / 8,
  balanced: 7 / 8,
  high: 7 / 8,
};

/** The parameters of a level whose rows have room for `cap` neighbors. */
export function levelParameters(
  quality: Quality,
  { level, cap, shape }: { level: number; cap: number; shape: Shape },
): LevelParameters {
  // Upper levels are a sixteenth of the work, and a search that goes wrong there is lost.
  const aim = level === 0 ? quality : 'balanced';
  const { fanout, splitFanout } = FANOUTS[level === 0 ? shape : 'crowded'][aim];
  const forwardLimit = Math.ceil(cap * FORWARD_SHARES[aim]);
  return { fanout, splitFanout, leafTarget: LEAF_TARGET, forwardLimit };
}
