// The serial steps of a bulk build: who leads, which cluster has whom, and edges turned round.

import { Random } from '@nigh/testkit';
import { describe, expect, test } from 'vitest';
import {
  drawLeaders,
  isCrowded,
  leaderCountOf,
  listClusters,
  listReverse,
  orderByLeader,
} from '../../../../src/build/bulk/partitions.ts';
import { levelParameters, MAX_FANOUT } from '../../../../src/build/bulk/quality.ts';
import {
  allocateAssignment,
  extendAssignment,
  slotOf,
  type Workspace,
} from '../../../../src/build/bulk/workspace.ts';
import { MAX_LEADERS } from '../../../../src/hot/fields.ts';

const COUNT = 200;
const LEADERS = 20;
const PARAMETERS = levelParameters('fast', 'small', 32);
const { fanout, forwardLimit } = PARAMETERS;

function workspace(members: readonly number[] = [], seed = 1): Workspace {
  const shape = { level: 0, seed, count: COUNT, leaderCount: LEADERS };
  const assignment = allocateAssignment({ ...shape, members: Int32Array.from(members) }, false);
  return extendAssignment(assignment, PARAMETERS, false);
}

/** Assigns every point to as many different leaders as it has, drawn by a seed. */
function assignAtRandom({ nearest }: Workspace): void {
  const random = new Random(5);
  for (let point = 0; point < COUNT; point++) {
    const chosen = new Set<number>();
    while (chosen.size < MAX_FANOUT) chosen.add(random.integer(0, LEADERS));
    nearest.set([...chosen], point * MAX_FANOUT);
  }
}

/** Gives every point forward neighbors, drawn by a seed; some have none. */
function linkAtRandom(work: Workspace): void {
  const random = new Random(6);
  for (let point = 0; point < COUNT; point++) {
    const chosen = new Set<number>();
    const degree = random.integer(0, forwardLimit + 1);
    while (chosen.size < degree) chosen.add(slotOf(work, random.integer(0, COUNT)));
    work.forward.set([degree, ...chosen], point * (1 + forwardLimit));
  }
}

describe('leaders', () => {
  test.each([16, 17, 1000, 100_000, 3_000_000])('of %i points are few enough', (count) => {
    const leaders = leaderCountOf(count);
    expect(leaders).toBeGreaterThanOrEqual(MAX_FANOUT);
    expect(leaders).toBeLessThanOrEqual(Math.min(count, MAX_LEADERS));
  });

  test('are drawn one from each stretch of points', () => {
    const work = workspace();
    drawLeaders(work);
    const stretches = Array.from(work.leaders, (leader) => Math.floor((leader * LEADERS) / COUNT));
    expect(stretches).toEqual(Array.from({ length: LEADERS }, (_, i) => i));
  });

  test('are others for another seed', () => {
    const [one, other] = [workspace([], 1), workspace([], 2)];
    drawLeaders(one);
    drawLeaders(other);
    expect(one.leaders).not.toEqual(other.leaders);
  });
});

describe('a level is crowded', () => {
  /** Distance to the leader of the first rank is 100, to that of the last as given. */
  function crowdedAt(last: number): boolean {
    const work = workspace();
    drawLeaders(work);
    for (let point = 0; point < COUNT; point++) {
      for (let rank = 0; rank < MAX_FANOUT; rank++) work.nearest[point * MAX_FANOUT + rank] = rank;
    }
    const [nearest, farthest] = [work.leaders[0], work.leaders[MAX_FANOUT - 1]];
    return isCrowded(work, (a, b) => {
      if (a === b) return 0;
      return b === nearest ? 100 : b === farthest ? last : 100 + b;
    });
  }

  test('when the last leader of most is hardly farther away than the first', () => {
    expect([crowdedAt(100), crowdedAt(120)]).toEqual([true, true]);
  });

  test('and not when it is much farther away', () => {
    expect([crowdedAt(200), crowdedAt(10_000)]).toEqual([false, false]);
  });

  test('and not when everybody is a leader', () => {
    const work = workspace();
    expect(isCrowded(work, () => 0)).toBe(false);
  });
});

describe('the order of slots', () => {
  test('has the points of one leader together, and those in the order they came', () => {
    const work = workspace();
    assignAtRandom(work);
    const points = Array.from({ length: COUNT }, (_, point) => point);
    const leaderOf = (point: number): number => work.nearest[point * MAX_FANOUT];
    const expected = points.sort((a, b) => leaderOf(a) - leaderOf(b) || a - b);
    expect(Array.from(orderByLeader(work))).toEqual(expected);
  });
});

/** What the list of clusters must be: [cluster, point, rank] of every membership. */
function naiveMemberships(work: Workspace, order: Int32Array): number[][] {
  const expected: number[][] = [];
  for (let cluster = 0; cluster < LEADERS; cluster++) {
    for (let point = 0; point < COUNT; point++) {
      for (let rank = 0; rank < fanout; rank++) {
        if (work.nearest[order[point] * MAX_FANOUT + rank] === cluster) {
          expected.push([cluster, point, rank]);
        }
      }
    }
  }
  return expected;
}

function listedMemberships({ clusterStarts, memberships }: Workspace): number[][] {
  const listed: number[][] = [];
  for (let cluster = 0; cluster < LEADERS; cluster++) {
    for (let i = clusterStarts[cluster]; i < clusterStarts[cluster + 1]; i++) {
      listed.push([cluster, Math.floor(memberships[i] / fanout), memberships[i] % fanout]);
    }
  }
  return listed;
}

describe('the list of clusters', () => {
  test('has every membership once, in the cluster of its leader', () => {
    const work = workspace();
    assignAtRandom(work);
    listClusters(work);
    const inOrder = Int32Array.from({ length: COUNT }, (_, i) => i);
    expect(listedMemberships(work)).toEqual(naiveMemberships(work, inOrder));
  });

  test('speaks of points by their new numbers when there are some', () => {
    const work = workspace();
    assignAtRandom(work);
    const order = orderByLeader(work);
    listClusters(work, order);
    expect(listedMemberships(work)).toEqual(naiveMemberships(work, order));
  });

  test('can be made a second time', () => {
    const work = workspace();
    assignAtRandom(work);
    listClusters(work);
    const once = listedMemberships(work);
    listClusters(work);
    expect(listedMemberships(work)).toEqual(once);
  });
});

/** Target and source of every forward edge, as slots, sorted by target. */
function naiveReverse(work: Workspace): string[] {
  const edges: string[] = [];
  for (let target = 0; target < COUNT; target++) {
    for (let source = 0; source < COUNT; source++) {
      const from = source * (1 + forwardLimit);
      const row = work.forward.subarray(from + 1, from + 1 + work.forward[from]);
      if (row.includes(slotOf(work, target))) edges.push(`${target} <- ${slotOf(work, source)}`);
    }
  }
  return edges;
}

function listedReverse({ reverse, reverseStarts }: Workspace): string[] {
  const edges: string[] = [];
  for (let target = 0; target < COUNT; target++) {
    for (let i = reverseStarts[target]; i < reverseStarts[target + 1]; i++) {
      edges.push(`${target} <- ${reverse[i]}`);
    }
  }
  return edges;
}

describe('the reverse edges', () => {
  test.each<[string, number[]]>([
    ['where every point is its own slot', []],
    ['of points that are some of the slots', Array.from({ length: COUNT }, (_, i) => 3 * i + 1)],
  ])('are all forward edges turned round, %s', (_, members) => {
    const work = workspace(members);
    linkAtRandom(work);
    listReverse(work);
    expect(listedReverse(work)).toEqual(naiveReverse(work));
  });

  test('leave no trace in a second list of other edges', () => {
    const [used, fresh] = [workspace(), workspace()];
    linkAtRandom(used);
    listReverse(used);
    used.forward.fill(0);
    used.forward.set([2, 7, 8], 0);
    fresh.forward.set([2, 7, 8], 0);
    listReverse(used);
    listReverse(fresh);
    expect(listedReverse(used)).toEqual(listedReverse(fresh));
  });
});
