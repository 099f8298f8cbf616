/**
 * Turns what the parts measured into the rows of the result file. A figure that a peer cannot give
 * is null.
 */
import type { Row } from '../harness/report.ts';
import { significant } from '../harness/stats.ts';
import { churnRow } from '../macro/churn-report.ts';
import type { Build } from './build-part.ts';
import { type Churned, WORKLOAD } from './churn-part.ts';
import type { Filtered } from './filter-part.ts';
import { COLLECTION, CORE, type Installs } from './install-part.ts';
import {
  type AnyAdapter,
  CONTESTANT_NAMES,
  JAVASCRIPT,
  NIGH,
  type PeerFailure,
  packageOf,
} from './peers.ts';
import type { Truncated } from './truncated-part.ts';

/** The build that the rates of the others are divided by. */
const REFERENCE = 'hnswlib-node';

/** An index that takes less is lost in the memory around it: a ratio to it says nothing. */
const LEAST_BYTES = 2e6;

const optional = (value: number | null, digits?: number): number | null =>
  value === null ? null : significant(value, digits);
const megabytes = (bytes: number | null): number | null => bytes && significant(bytes / 1e6);
const rate = ({ count, seconds }: Build): number => count / seconds;

export interface Everybody {
  readonly adapters: readonly AnyAdapter[];
  readonly failures: readonly PeerFailure[];
  /** By package; empty where nothing was installed to measure it. */
  readonly installs: Installs;
}

/** One row for each contestant, whether it loads or not, and one for our collections. */
export function peerRows(everybody: Everybody): Row[] {
  const contestants = CONTESTANT_NAMES.map((name) => peerRow(name, everybody));
  const collections = {
    ...{ name: 'nigh, collections', version: null, package: COLLECTION, parameter: null },
    ...{ precision: null, buildThreads: null, ...installCells(everybody.installs, COLLECTION) },
    note: null,
  };
  return everybody.installs.has(COLLECTION) ? [...contestants, collections] : contestants;
}

function peerRow(name: string, { adapters, failures, installs }: Everybody): Row {
  const adapter = adapters.find((one) => one.name === name);
  const failure = failures.find((one) => one.name === name);
  const from = packageOf(name);
  const bought = from === NIGH ? CORE : from === JAVASCRIPT ? null : from;
  const cells = installCells(installs, bought ?? '');
  return {
    ...{ name, version: adapter?.version ?? null, package: bought },
    ...{ parameter: adapter?.parameter ?? null, precision: adapter?.precision ?? null },
    ...{ buildThreads: adapter?.buildThreads ?? null, ...cells },
    loads: failure?.reason ?? cells.loads,
    note: adapter?.note ?? null,
  };
}

function installCells(
  installs: Installs,
  name: string,
): Record<'installSeconds' | 'installMegabytes' | 'installScripts' | 'loads', Row[string]> {
  const none = { installSeconds: null, installMegabytes: null, installScripts: null };
  const installed = installs.get(name);
  if (installed === undefined) return { ...none, loads: true };
  if (typeof installed === 'string') return { ...none, loads: installed };
  return {
    installSeconds: significant(installed.seconds, 3),
    installMegabytes: significant(installed.megabytes, 3),
    installScripts: installed.scripts,
    loads: installed.loads,
  };
}

/** Of a set, the contestant's build with one thread. */
function buildOf(builds: readonly Build[], set: string, name: string): Build | undefined {
  return builds.find((one) => one.set === set && one.name === name && one.threads === 1);
}

export function buildRows(builds: readonly Build[]): Row[] {
  return builds.map((build) => {
    const { set, name, threads, seconds, recall } = build;
    const reference = buildOf(builds, set, REFERENCE);
    return {
      ...{ set, name, threads, seconds: significant(seconds) },
      vectorsPerSecond: significant(rate(build)),
      over: reference === undefined ? null : significant(rate(build) / rate(reference), 3),
      recall: optional(recall),
      rssMegabytes: megabytes(build.residentBytes),
      fileMegabytes: megabytes(build.fileBytes),
      saveMilliseconds: optional(build.saveMilliseconds, 3),
      loadMilliseconds: optional(build.loadMilliseconds, 3),
    };
  });
}

export function filteredRows(filtered: readonly Filtered[]): Row[] {
  return filtered.map(({ set, name, share, recall, queriesPerSecond, how }) => ({
    ...{ set, name, share, recall: significant(recall) },
    ...{ queriesPerSecond: significant(queriesPerSecond), how },
  }));
}

/** Of the rows of macro/churn.ts what is asked here, and the recall before the first round. */
export function churnRows({ courses, notes }: Churned): Row[] {
  return courses.map((course) => {
    const row = churnRow(course);
    const { name, looks, fresh } = course;
    const isKnown = (fresh?.grown ?? 0) >= LEAST_BYTES;
    return {
      ...{ name, rounds: WORKLOAD.rounds, replaced: WORKLOAD.share },
      recallBefore: optional(looks[0]?.recall ?? null),
      ...{ recallAfter: row.recall ?? null, recallFresh: row.freshRecall ?? null },
      searchTimeRatio: row.searchTimeRatio ?? null,
      residentRatio: isKnown ? (row.residentRatio ?? null) : null,
      failedCalls: row.failedCalls ?? null,
      how: notes.get(name) ?? null,
    };
  });
}

export function truncatedRows(truncated: readonly Truncated[]): Row[] {
  return truncated.map(({ name, cut, outcome, detail }) => ({ name, cut, outcome, detail }));
}
