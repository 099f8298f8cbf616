/**
 * Our figures beside those of each peer, besides speed at equal recall (curve-report.ts). Ours are
 * those of the defaults. What a peer cannot give is not compared; docs/benchmarks.md lists it.
 */
import type { Comparison } from '../harness/report.ts';
import { significant } from '../harness/stats.ts';
import type { Build } from './build-part.ts';
import type { Churned } from './churn-part.ts';
import { EF_SEARCH, K } from './constants.ts';
import type { Filtered } from './filter-part.ts';
import { CORE, type Installed, type Installs } from './install-part.ts';
import { type AnyAdapter, NIGH, packageOf } from './peers.ts';
import { churnRows } from './rows.ts';

/** Who is compared with; without a parameter everything is compared with every query. */
export type Peer = Pick<AnyAdapter, 'name' | 'parameter'>;

/** A peer that finds less than ours by more than this under a filter answers something else. */
const FILTER_TOLERANCE = 0.01;

interface Figure<Of> {
  readonly what: string;
  readonly unit: string;
  readonly of: (measured: Of) => number | null;
  readonly isBetterLarge: boolean;
}

interface Pair<Of> {
  readonly ours: Of;
  readonly theirs: Of;
  readonly peer: string;
  readonly recall: string;
  /** Left out where the figure is of no set. */
  readonly set?: string;
}

const rate = ({ count, seconds }: Build): number => count / seconds;
const small = (what: string, unit: string, of: Figure<Build>['of']): Figure<Build> => {
  return { what, unit, of, isBetterLarge: false };
};

const BUILT: readonly Figure<Build>[] = [
  { what: 'build, one thread', unit: 'vectors/s', of: rate, isBetterLarge: true },
];
const BUILT_BY_TWO = BUILT.map((figure) => ({ ...figure, what: 'build, two threads' }));
const KEPT: readonly Figure<Build>[] = [
  small('saving', 'ms', ({ saveMilliseconds }) => saveMilliseconds),
  small('loading', 'ms', ({ loadMilliseconds }) => loadMilliseconds),
  small('resident memory', 'MB', ({ residentBytes }) => residentBytes && residentBytes / 1e6),
  small('file size', 'MB', ({ fileBytes }) => fileBytes && fileBytes / 1e6),
];
const INSTALLED: readonly Figure<Installed>[] = [
  { what: 'installing', unit: 's', of: ({ seconds }) => seconds, isBetterLarge: false },
  { what: 'installed size', unit: 'MB', of: ({ megabytes }) => megabytes, isBetterLarge: false },
];

/** Beside each peer in each figure that both have, with as many threads. */
export function compareBuilds(builds: readonly Build[], peers: readonly Peer[]): Comparison[] {
  return builds.flatMap((theirs) => {
    const { set, threads } = theirs;
    const peer = peers.find(({ name }) => name === theirs.name);
    const ours = builds.find((one) => {
      return one.set === set && one.name === NIGH && one.threads === threads;
    });
    if (ours === undefined || peer === undefined) return [];
    const recalls = [ours, theirs].map((build) => significant(build.recall ?? 0)).join(' and ');
    const recall = `recall@${K} at efSearch ${EF_SEARCH}: ${recalls}`;
    const built = threads === 1 ? BUILT : BUILT_BY_TWO;
    // Who compares with every vector builds nothing.
    const figures = [...(peer.parameter === null ? [] : built), ...KEPT];
    return figures.flatMap((figure) => {
      return compareFigure(figure, { ours, theirs, peer: peer.name, set, recall });
    });
  });
}

/** Beside each peer that finds about as much; exact ones only where there is no other. */
export function compareFiltered(
  filtered: readonly Filtered[],
  peers: readonly Peer[],
): Comparison[] {
  const contestants = withoutExact(filtered, peers);
  return filtered.flatMap((theirs) => {
    const { set, share, name } = theirs;
    const ours = filtered.find((one) => {
      return one.name === NIGH && one.set === set && one.share === share;
    });
    if (ours === undefined || !contestants.has(name)) return [];
    if (theirs.recall < ours.recall - FILTER_TOLERANCE) return [];
    const recalls = [ours, theirs].map((one) => significant(one.recall)).join(' and ');
    const figure: Figure<Filtered> = {
      ...{ what: `search, ${significant(100 * share)} % pass`, unit: 'queries/s' },
      ...{ of: ({ queriesPerSecond }) => queriesPerSecond, isBetterLarge: true },
    };
    const recall = `recall@${K} ${recalls}`;
    return compareFigure(figure, { ours, theirs, peer: name, set, recall });
  });
}

/** What changes cost the searches of each: their time over that of an index built anew. */
export function compareChurn(churned: Churned, peers: readonly Peer[]): Comparison[] {
  const rows = churnRows(churned).map(({ name, searchTimeRatio, recallAfter }) => ({
    ...{ name: String(name), recall: recallAfter ?? null },
    ratio: typeof searchTimeRatio === 'number' ? searchTimeRatio : null,
  }));
  const contestants = withoutExact(rows, peers);
  const ours = rows.find(({ name }) => name === NIGH);
  if (ours === undefined) return [];
  const figure: Figure<(typeof rows)[number]> = {
    ...{ what: 'time of a search after changes over anew', unit: 'times' },
    ...{ of: ({ ratio }) => ratio, isBetterLarge: false },
  };
  return rows
    .filter(({ name }) => contestants.has(name))
    .flatMap((theirs) => {
      const recall = `recall@${K} ${ours.recall} and ${theirs.recall}`;
      return compareFigure(figure, { ours, theirs, peer: theirs.name, recall });
    });
}

/** The package of an index beside that of each peer, once for each package. */
export function compareInstalls(installs: Installs, peers: readonly Peer[]): Comparison[] {
  const ours = installs.get(CORE);
  if (ours === undefined || typeof ours === 'string') return [];
  return peers.flatMap(({ name }, i) => {
    const from = packageOf(name);
    const theirs = installs.get(from);
    const isFirst = peers.findIndex((peer) => packageOf(peer.name) === from) === i;
    if (!isFirst || theirs === undefined || typeof theirs === 'string') return [];
    return INSTALLED.flatMap((figure) => {
      return compareFigure(figure, { ours, theirs, peer: name, recall: 'by npm' });
    });
  });
}

/** The names of the peers with a graph that were measured; of all where there is none. */
function withoutExact(
  measured: readonly { readonly name: string }[],
  peers: readonly Peer[],
): ReadonlySet<string> {
  const present = peers.filter((peer) => measured.some(({ name }) => name === peer.name));
  const linked = present.filter(({ parameter }) => parameter !== null);
  return new Set((linked.length > 0 ? linked : present).map(({ name }) => name));
}

function compareFigure<Of>(
  { what, unit, of, isBetterLarge }: Figure<Of>,
  { ours, theirs, peer, set, recall }: Pair<Of>,
): Comparison[] {
  const [ourValue, peerValue] = [of(ours), of(theirs)];
  // What is not above 0 is lost in the noise of the memory around it.
  if (ourValue === null || peerValue === null || ourValue <= 0 || peerValue <= 0) return [];
  const ratio = isBetterLarge ? ourValue / peerValue : peerValue / ourValue;
  return [
    {
      what: set === undefined ? what : `${what}, ${set}`,
      ...{ ours: NIGH, peer, unit },
      ...{ ourValue: significant(ourValue), peerValue: significant(peerValue) },
      ...{ ratio: significant(ratio, 3), recall },
    },
  ];
}
