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

/** What kind of data a level is: decided from it, once its points are assigned. */
export type Shape = 'distinct' | 'crowded' | 'small';

type Choice = Pick<LevelParameters, 'fanout' | 'splitFanout'> & {
  /** Of the room in a row, what a node may fill itself. */
  readonly forwardShare: number;
};

/**
 * Few clusters and many parts cost least. Crowded data needs many clusters, because where one ends
 * and the next begins is a matter of chance; small data gets both, because it takes little time.
 */
const CHOICES: Readonly<Record<Shape, Readonly<Record<Quality, Choice>>>> = {
  distinct: {
    fast: { fanout: 4, splitFanout: 3, forwardShare: 5 / 8 },
    balanced: { fanout: 5, splitFanout: 3, forwardShare: 5 / 8 },
    high: { fanout: 5, splitFanout: 3, forwardShare: 7 / 8 },
  },
  crowded: {
    fast: { fanout: 5, splitFanout: 3, forwardShare: 5 / 8 },
    balanced: { fanout: 8, splitFanout: 2, forwardShare: 7 / 8 },
    high: { fanout: 8, splitFanout: 2, forwardShare: 7 / 8 },
  },
  small: {
    fast: { fanout: 5, splitFanout: 3, forwardShare: 5 / 8 },
    balanced: { fanout: 8, splitFanout: 3, forwardShare: 7 / 8 },
    high: { fanout: 8, splitFanout: 3, forwardShare: 7 / 8 },
  },
};
/** Leaders every vector is assigned to, of which `fanout` are used. */
export const MAX_FANOUT = 8;
const LEAF_TARGET = 96;

/** The parameters of level 0, whose rows have room for `cap` neighbors. */
export function levelParameters(quality: Quality, shape: Shape, cap: number): LevelParameters {
  const { fanout, splitFanout, forwardShare } = CHOICES[shape][quality];
  const forwardLimit = Math.ceil(cap * forwardShare);
  return { fanout, splitFanout, leafTarget: LEAF_TARGET, forwardLimit };
}

/** The same for the others, which are searched for everything they have, and mended. */
export function upperLevelParameters(cap: number): LevelParameters {
  return levelParameters('high', 'distinct', cap);
}
