/**
 * A result of the comparison as small as it can be with everything in it that tables, plots and
 * figures look at: two sets, a choice of ours, a peer in two ways, an exact one, a missing one.
 */
import type { Comparison, Report, Row } from '../../harness/report.ts';

export const SETS = ['clustered 100k x 128', 'real 1k x 8'] as const;

interface Contestant {
  readonly name: string;
  readonly package: string;
  readonly version?: string;
  /** Queries a second at recall@10 0.95. */
  readonly speed: number;
  readonly built: number;
  readonly exact?: boolean;
}

const LOOP = { version: 'node 24.0.0', exact: true };
const CONTESTANTS: readonly Contestant[] = [
  { name: 'nigh', package: 'nigh', speed: 30_000, built: 60_000 },
  { name: 'nigh int8', package: 'nigh', speed: 20_000, built: 50_000 },
  { name: 'hnswlib-node', package: 'hnswlib-node', speed: 10_000, built: 3_000 },
  { name: 'usearch f32', package: 'usearch', speed: 8_000, built: 4_000 },
  { name: 'usearch i8', package: 'usearch', speed: 40_000, built: 5_000 },
  { name: 'javascript', package: 'javascript', ...LOOP, speed: 50, built: 900_000 },
];
const PEERS = CONTESTANTS.filter(({ name }) => !name.startsWith('nigh'));

export const compareReport: Report = {
  program: 'compare',
  command: 'npm run compare',
  date: '2026-01-02T03:04:05.000Z',
  machine: {
    ...{ cpu: 'A CPU', cores: 2, memoryBytes: 2 ** 34, os: 'linux 6', architecture: 'x64' },
    ...{ node: '24.0.0', v8: '13', commit: 'abc' },
  },
  data: { description: 'some data' },
  parameters: { seed: 7 },
  method: ['Everybody in a process of', 'its own.', 'nigh 0.0.0: a note', 'Damaged files: some.'],
  tables: {
    peers: CONTESTANTS.map(peerRow),
    builds: SETS.flatMap((set) => CONTESTANTS.flatMap((one) => buildRows(set, one))),
    curve: SETS.flatMap((set) => CONTESTANTS.flatMap((one) => curveRows(set, one))),
    summary: SETS.flatMap((set) => CONTESTANTS.map((one) => summaryRow(set, one))),
    ratios: SETS.flatMap((set) => [ratioRow(set, 0.95), ratioRow(set, 0.99)]),
    filtered: ['nigh', 'hnswlib-node'].flatMap((name) =>
      [0.01, 0.5].map((s) => filterRow(name, s)),
    ),
    churn: [churnRow('nigh', 0.999), churnRow('hnswlib-node', 0.91)],
    truncated: [
      damageRow('nigh', 'half', 'error'),
      damageRow('nigh', 'last byte', 'error'),
      damageRow('nigh int8', 'half', 'error'),
      damageRow('nigh int8', 'last byte', 'error'),
      damageRow('hnswlib-node', 'half', 'loaded, wrong answers'),
    ],
    failures: [{ name: 'zvec', reason: 'Error: no file at /some/folder/of/mine/zvec.node' }],
  },
  comparisons: SETS.flatMap((set) => PEERS.map((peer) => comparison(set, peer))),
  goals: [{ goal: 'a missed one', measured: 1, required: 2, direction: 'at least' }],
};

function peerRow({ name, package: from, version = '1.2.3', exact }: Contestant): Row {
  return {
    ...{ name, version, package: from, precision: 'float32' },
    ...{ parameter: exact ? null : 'efSearch', buildThreads: 'one' },
    ...{ installSeconds: 1.5, installMegabytes: 2.5, loads: true, note: 'a note' },
    installScripts: name === 'hnswlib-node' ? name : '',
  };
}

function buildRows(set: string, { name, built }: Contestant): Row[] {
  const threads = name === 'nigh' ? [1, 2] : [1];
  return threads.map((count) => ({
    ...{ set, name, threads: count, seconds: 1, vectorsPerSecond: built * count },
    ...{ over: built / 3_000, recall: 0.99, rssMegabytes: 80, fileMegabytes: 70 },
    ...{ saveMilliseconds: 9, loadMilliseconds: 5 },
  }));
}

function curveRows(set: string, { name, speed, exact }: Contestant): Row[] {
  const row = (efSearch: number | null, recall: number, times: number): Row => ({
    ...{ set, name, efSearch, recall, queriesPerSecond: speed * times },
    ...{ p50Microseconds: 10, p99Microseconds: 20 },
  });
  return exact ? [row(null, 1, 1)] : [row(10, 0.5, 2), row(20, 0.95, 1), row(40, 0.9999, 0.5)];
}

function summaryRow(set: string, { name, speed }: Contestant): Row {
  return {
    ...{ set, name, at95: speed, p50At95: 10, p99At95: 20, at99: null, p50At99: null },
    ...{ p99At99: null, firstEfSearch: 40, firstRecall: 0.9999 },
    bytesPerVector: name === 'nigh int8' ? 200 : 800,
  };
}

function ratioRow(set: string, recall: number): Row {
  const ratios = PEERS.map(({ name, speed }) => [name, 30_000 / speed] as const);
  return { set, recall, queriesPerSecond: 30_000, ...Object.fromEntries(ratios) };
}

function filterRow(name: string, share: number): Row {
  return { set: SETS[0], name, share, recall: 0.98, queriesPerSecond: 1_234, how: 'bits' };
}

function churnRow(name: string, recallAfter: number): Row {
  return {
    ...{ name, rounds: 20, replaced: 0.1, recallBefore: 0.999, recallAfter, recallFresh: 0.998 },
    ...{ searchTimeRatio: 1.1, residentRatio: 1.2, failedCalls: 0, how: 'remove and add' },
  };
}

function damageRow(name: string, cut: string, outcome: string): Row {
  return { name, cut, outcome, detail: 'its words' };
}

function comparison(set: string, { name, speed }: Contestant): Comparison {
  return {
    ...{ what: `search, one thread, ${set}`, ours: 'nigh', peer: name, unit: 'queries/s' },
    ...{ ourValue: 30_000, peerValue: speed, ratio: 30_000 / speed },
    recall: 'recall@10 0.95 (both, interpolated)',
  };
}
