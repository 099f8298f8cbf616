/** Turns the figures of macro/collections.ts into rows, comparisons and goals. */
import type { Shares } from '../harness/cpu-profile.ts';
import type { Latency, Relevance } from '../harness/relevance.ts';
import type { Comparison, Goal, Row } from '../harness/report.ts';
import { median, medianRatio, percentile, significant, summarize } from '../harness/stats.ts';

/** An import of all films: documents per second by round, and milliseconds by part. */
export interface MeasuredImport {
  readonly into: string;
  readonly speeds: readonly number[];
  readonly shares: Shares;
}

/** A store of documents: documents per second by round. */
export interface MeasuredDocuments {
  readonly name: string;
  readonly peer: boolean;
  readonly recall: number;
  readonly speeds: readonly number[];
}

export interface MeasuredTexts {
  readonly name: string;
  readonly peer: boolean;
  readonly usesVectors: boolean;
  readonly importSpeed: number;
  readonly relevance: Relevance;
  /** Milliseconds. */
  readonly latency: Latency;
}

export interface MeasuredFilter {
  readonly name: string;
  /** Of the documents, those that match. */
  readonly share: number;
  readonly filters: 'fresh' | 'repeated';
  /** Milliseconds. */
  readonly latency: Latency;
}

/** Milliseconds by round. */
export interface MeasuredReopen {
  readonly bytes: number;
  readonly open: readonly number[];
  readonly read: readonly number[];
}

export interface MeasuredReplay {
  readonly count: number;
  readonly bytes: number;
  readonly milliseconds: readonly number[];
}

export interface MeasuredWrites {
  readonly what: string;
  readonly durability: string;
  readonly callers: number;
  readonly perSecond: number;
  /** Milliseconds. */
  readonly latency: Latency;
}

const REQUIRED = { mainShare: 0.6, overPeers: 10, filterMilliseconds: 2, overReading: 1.5 };
/** The parts of an import that are to take most of its time. */
const MAIN_PARTS = ['index', 'text'];
const PARTS = [
  ...['index', 'text', 'formats', 'collection, base, filter', 'storage'],
  ...['garbage collection', 'waiting for files'],
];
/** What a profile calls them. */
const NAMES: Readonly<Record<string, string>> = {
  '(garbage collector)': 'garbage collection',
  '(idle)': 'waiting for files',
};

/** The share of every part; whatever has no name is `other`. */
function partsOf(shares: Shares): Map<string, number> {
  const total = shares.reduce((sum, [, milliseconds]) => sum + milliseconds, 0);
  const parts = new Map([...PARTS, 'other'].map((part) => [part, 0]));
  for (const [name, milliseconds] of shares) {
    const known = NAMES[name] ?? name;
    const part = parts.has(known) ? known : 'other';
    parts.set(part, (parts.get(part) ?? 0) + milliseconds / total);
  }
  return parts;
}

export function importRow({ into, speeds, shares }: MeasuredImport): Row {
  const { median: middle, min, max } = summarize(speeds);
  const rounded = [...partsOf(shares)].map(([part, share]) => [part, significant(share, 3)]);
  return {
    into,
    documentsPerSecond: significant(middle),
    min: significant(min),
    max: significant(max),
    ...Object.fromEntries(rounded),
  };
}

export function importGoals(imports: readonly MeasuredImport[]): Goal[] {
  return imports.map(({ into, shares }) => {
    const parts = partsOf(shares);
    const main = MAIN_PARTS.reduce((sum, part) => sum + (parts.get(part) ?? 0), 0);
    return {
      goal: `import of films into ${into}: share of the time in the index and the text`,
      measured: significant(main, 3),
      required: REQUIRED.mainShare,
      direction: 'at least',
    };
  });
}

/** Ratios over a peer by round, where both ran in as many. */
function overPeer(ours: MeasuredDocuments, { speeds }: MeasuredDocuments): number {
  if (speeds.length === ours.speeds.length) return medianRatio(ours.speeds, speeds);
  return median(ours.speeds) / median(speeds);
}

export function documentRows(all: readonly MeasuredDocuments[]): Row[] {
  const ours = all.find(({ peer }) => !peer);
  return all.map((one) => {
    const { median: middle, min, max } = summarize(one.speeds);
    return {
      name: one.name,
      rounds: one.speeds.length,
      documentsPerSecond: significant(middle),
      min: significant(min),
      max: significant(max),
      recall: significant(one.recall),
      ratio: one.peer && ours ? significant(overPeer(ours, one), 3) : null,
    };
  });
}

export function documentGoals(all: readonly MeasuredDocuments[]): Goal[] {
  const ours = all.find(({ peer }) => !peer);
  if (ours === undefined) return [];
  return all
    .filter(({ peer, speeds }) => peer && speeds.length === ours.speeds.length)
    .map((theirs) => ({
      goal: `import of vectors and metadata over ${theirs.name}`,
      measured: significant(overPeer(ours, theirs), 3),
      required: REQUIRED.overPeers,
      direction: 'at least',
    }));
}

export function documentComparisons(all: readonly MeasuredDocuments[]): Comparison[] {
  const ours = all.find(({ peer }) => !peer);
  if (ours === undefined) return [];
  return all
    .filter(({ peer }) => peer)
    .map((theirs) => ({
      what: 'import of vectors and metadata',
      ...{ ours: ours.name, peer: theirs.name, unit: 'documents/s' },
      ourValue: significant(median(ours.speeds)),
      peerValue: significant(median(theirs.speeds)),
      ratio: significant(overPeer(ours, theirs), 3),
      recall: `recall@10 ${significant(ours.recall)} (ours) and ${significant(theirs.recall)}`,
    }));
}

export function textRow({ name, importSpeed, relevance, latency }: MeasuredTexts): Row {
  return {
    name,
    reciprocalRank: significant(relevance.reciprocalRank),
    success: significant(relevance.success),
    p50Microseconds: significant(1000 * latency.p50),
    p99Microseconds: significant(1000 * latency.p99),
    documentsPerSecond: significant(importSpeed),
  };
}

/** Text alone, beside each peer: how well it finds, how long that takes, how fast it is filled. */
export function textComparisons(all: readonly MeasuredTexts[]): Comparison[] {
  const ours = all.find(({ peer, usesVectors }) => !peer && !usesVectors);
  if (ours === undefined) return [];
  const compare = (theirs: MeasuredTexts) => {
    const rank = ({ relevance }: MeasuredTexts) => significant(relevance.reciprocalRank);
    const both = { ours: ours.name, peer: theirs.name };
    const at = `MRR@10 ${rank(ours)} (ours) and ${rank(theirs)}`;
    const more = (what: string, unit: string, of: (one: MeasuredTexts) => number): Comparison => ({
      ...{ what, unit, ...both, recall: at },
      ourValue: significant(of(ours)),
      peerValue: significant(of(theirs)),
      ratio: significant(of(ours) / of(theirs), 3),
    });
    const less = (what: string, of: (one: MeasuredTexts) => number): Comparison => {
      const { ratio, ...rest } = more(what, 'µs', of);
      return { ...rest, ratio: significant(1 / ratio, 3) };
    };
    return [
      more('known films by text', 'MRR@10', ({ relevance }) => relevance.reciprocalRank),
      more('known films by text', 'success@10', ({ relevance }) => relevance.success),
      less('search of text, p50', ({ latency }) => 1000 * latency.p50),
      less('search of text, p99', ({ latency }) => 1000 * latency.p99),
      more('import of texts', 'documents/s', ({ importSpeed }) => importSpeed),
    ];
  };
  return all.filter(({ peer }) => peer).flatMap(compare);
}

export function filterRow({ name, share, filters, latency }: MeasuredFilter): Row {
  return {
    ...{ name, filters },
    share: significant(share, 3),
    p50Microseconds: significant(1000 * latency.p50),
    p95Microseconds: significant(1000 * latency.p95),
    p99Microseconds: significant(1000 * latency.p99),
  };
}

export function filterGoals(all: readonly MeasuredFilter[]): Goal[] {
  const slowest = Math.max(...all.map(({ latency }) => latency.p50));
  return [
    {
      goal: 'search by text and vector under a filter, fresh or repeated: slowest p50, ms',
      measured: significant(slowest, 3),
      required: REQUIRED.filterMilliseconds,
      direction: 'at most',
    },
  ];
}

export function reopenRow({ bytes, open, read }: MeasuredReopen): Row {
  return {
    megabytes: significant(bytes / 1e6),
    openMilliseconds: significant(median(open)),
    openMax: significant(percentile(open, 100)),
    readMilliseconds: significant(median(read)),
    ratio: significant(medianRatio(open, read), 3),
  };
}

export function reopenGoals({ open, read }: MeasuredReopen): Goal[] {
  return [
    {
      goal: 'opening a collection over reading its files',
      measured: significant(medianRatio(open, read), 3),
      required: REQUIRED.overReading,
      direction: 'at most',
    },
  ];
}

export function replayRow({ count, bytes, milliseconds }: MeasuredReplay): Row {
  const { median: middle, min, max } = summarize(milliseconds);
  return {
    megabytes: significant(bytes / 1e6),
    milliseconds: significant(middle),
    min: significant(min),
    max: significant(max),
    documentsPerSecond: significant((1000 * count) / middle),
  };
}

export function writesRow({ latency, perSecond, ...setting }: MeasuredWrites): Row {
  return {
    ...setting,
    perSecond: significant(perSecond),
    p50Microseconds: significant(1000 * latency.p50),
    p99Microseconds: significant(1000 * latency.p99),
  };
}
