/**
 * The tables documents can ask for by name. Each is rendered from the newest result of one program
 * and ends with the line that makes it repeatable: data, machine, command, date.
 */
import { machineLine } from '../harness/machine.ts';
import type { Report, Row } from '../harness/report.ts';
import { COLLECTION_TABLES } from './collections.ts';
import { COMPARE_TABLES, methodText, versionsLine } from './compare.ts';
import { lossesSummary, lossesTable, verdictsTable } from './losses.ts';
import { type Column, columns, markdownTable, ratioText, recallText } from './markdown.ts';
import { RELIABILITY_TABLES } from './reliability.ts';

export type Reports = ReadonlyMap<string, Report>;

export interface TableSource {
  readonly program: string;
  /** The table inside the report. */
  readonly table: string;
  /** What becomes of its rows first; they stay as they are when left out. */
  readonly rows?: (rows: readonly Row[]) => readonly Row[];
  readonly columns: readonly Column[] | ((rows: readonly Row[]) => readonly Column[]);
}

const recall: Column = { key: 'recall', title: 'recall@10', format: recallText };
const range = columns('min', 'max');

const SOURCES: Readonly<Record<string, TableSource>> = {
  'build-summary': {
    program: 'build',
    table: 'summary',
    columns: [
      { key: 'set', title: 'data' },
      { key: 'balanced', title: 'nigh, vectors/s' },
      { key: 'twoThreads', title: 'two threads' },
      { key: 'fast', title: "'fast', one thread" },
      { key: 'insertion', title: 'insertion' },
      { key: 'peer', title: 'hnswlib-node' },
      { key: 'ratio', title: 'ratio', format: ratioText },
      { ...recall, title: 'our recall@10 at efSearch 40' },
      { ...recall, key: 'peerRecall', title: "hnswlib-node's" },
    ],
  },
  build: {
    program: 'build',
    table: 'builds',
    columns: [
      { key: 'set', title: 'data' },
      { key: 'name', title: 'build' },
      { key: 'vectorsPerSecond', title: 'vectors/s (median)' },
      ...range,
      ...[20, 40, 80].map((ef) => ({
        ...recall,
        key: `at${ef}`,
        title: `recall@10 at efSearch ${ef}`,
      })),
      { key: 'missed', title: 'miss themselves' },
      { key: 'peakMegabytes', title: 'peak MB' },
    ],
  },
  growth: {
    program: 'growth',
    table: 'growth',
    columns: [
      { key: 'count', title: 'vectors' },
      { key: 'asking', title: 'asked for' },
      { key: 'method', title: 'method' },
      { key: 'efSearch', title: 'efSearch' },
      recall,
      { key: 'p50Microseconds', title: 'p50, µs' },
      { key: 'p99Microseconds', title: 'p99, µs' },
      { key: 'queriesPerSecond', title: 'queries/s' },
      { key: 'buildVectorsPerSecond', title: 'built, vectors/s' },
      { key: 'bytesPerVector', title: 'bytes per vector' },
    ],
  },
  batch: {
    program: 'batch',
    table: 'batch',
    columns: [
      { key: 'name', title: 'how' },
      { key: 'queriesPerSecond', title: 'queries/s (median)' },
      ...range,
      { key: 'overLoop', title: 'over the loop', format: ratioText },
    ],
  },
  memory: {
    program: 'memory',
    table: 'index',
    columns: [
      { key: 'capacity', title: 'capacity' },
      { key: 'count', title: 'vectors' },
      { key: 'residentBytesPerVector', title: 'resident bytes per vector' },
      { key: 'statedBytesPerVector', title: 'stats() says' },
      { key: 'ratio', title: 'ratio' },
      { key: 'peakOverGrowth', title: 'peak / final growth' },
      { key: 'reservedMegabytes', title: 'address space, MB' },
    ],
  },
  'memory-graph': {
    program: 'memory',
    table: 'graph',
    columns: [
      { key: 'graph', title: 'graph' },
      { key: 'bytesPerNode', title: 'bytes per node' },
      { key: 'times', title: 'times', format: ratioText },
    ],
  },
  'flat-threshold': {
    program: 'flat-threshold',
    table: 'crossing',
    columns: [
      { key: 'dimension', title: 'dimension' },
      { key: 'crossing', title: 'scan and graph cost the same at (vectors)' },
    ],
  },
  'flat-threshold-points': {
    program: 'flat-threshold',
    table: 'points',
    columns: [
      { key: 'dimension', title: 'dimension' },
      { key: 'count', title: 'vectors' },
      { key: 'exactMicroseconds', title: 'exact scan, µs' },
      { key: 'graphMicroseconds', title: 'graph, µs' },
      { key: 'graphRecall', title: 'recall@10 of the graph', format: recallText },
    ],
  },
  filters: {
    program: 'filters',
    table: 'filters',
    columns: [
      { key: 'kind', title: 'filter' },
      { key: 'share', title: 'lets through' },
      recall,
      { key: 'queriesPerSecond', title: 'queries/s' },
      { key: 'distances', title: 'distances' },
      { key: 'strategies', title: 'searched by' },
      { key: 'scanP50', title: 'time over the exact scan, median', format: ratioText },
      { key: 'scanMax', title: 'slowest', format: ratioText },
      { ...recall, key: 'peerRecall', title: 'hnswlib-node, efSearch 64: recall@10' },
      { key: 'overPeer', title: 'speed over it', format: ratioText },
      { key: 'peerEfSearch', title: 'its efSearch for as much recall' },
      { ...recall, key: 'peerEqualRecall', title: 'its recall@10 then' },
      { key: 'overPeerEqual', title: 'speed over it then', format: ratioText },
    ],
  },
  entry: {
    program: 'entry',
    table: 'entry',
    columns: [
      { key: 'data', title: 'data' },
      { key: 'dimension', title: 'dimension' },
      { key: 'count', title: 'vectors' },
      { key: 'hubs', title: 'hubs' },
      { ...recall, title: 'at recall@10' },
      { key: 'levelsDistances', title: 'distances, levels' },
      { key: 'hubsDistances', title: 'distances, hubs' },
      { key: 'levelsPerSecond', title: 'queries/s, levels' },
      { key: 'hubsPerSecond', title: 'queries/s, hubs' },
      { key: 'ratio', title: 'ratio', format: ratioText },
      { ...recall, key: 'levelsUsualRecall', title: 'recall at efSearch 64, levels' },
      { ...recall, key: 'hubsUsualRecall', title: 'hubs' },
      { key: 'levelsBuild', title: 'build, levels, ms' },
      { key: 'hubsBuild', title: 'hubs' },
      { key: 'levelsBytes', title: 'graph bytes per vector, levels' },
      { key: 'hubsBytes', title: 'hubs' },
    ],
  },
  churn: {
    program: 'churn',
    table: 'churn',
    columns: [
      { key: 'workload', title: 'what' },
      { key: 'name', title: 'index' },
      recall,
      { ...recall, key: 'freshRecall', title: 'built anew' },
      { key: 'searchTimeRatio', title: 'time of a search over anew', format: ratioText },
      { key: 'residentRatio', title: 'resident memory over anew', format: ratioText },
      { key: 'ghosts', title: 'removed ones found' },
      { key: 'missed', title: 'miss themselves' },
      { key: 'freshMissed', title: 'anew' },
      { key: 'problems', title: 'broken invariants' },
      { key: 'failedCalls', title: 'failed calls' },
      { key: 'roundSeconds', title: 'seconds a round' },
    ],
  },
  'churn-failures': {
    program: 'churn',
    table: 'failures',
    columns: [
      { key: 'name', title: 'index' },
      { key: 'reason', title: 'why it ended' },
    ],
  },
  'writes-adds': {
    program: 'writes',
    table: 'adds',
    columns: [
      { key: 'name', title: 'index' },
      { key: 'p50Microseconds', title: 'p50, µs' },
      { key: 'p99Microseconds', title: 'p99, µs' },
      { key: 'missed', title: 'added that miss themselves' },
    ],
  },
  'writes-reading': {
    program: 'writes',
    table: 'reading',
    columns: [
      { key: 'name', title: 'readers' },
      recall,
      { key: 'queriesPerSecond', title: 'queries/s, all readers' },
      { key: 'p50Microseconds', title: 'p50, µs' },
      { key: 'p99Microseconds', title: 'p99, µs' },
      { key: 'checked', title: 'hits checked' },
      { key: 'wrong', title: 'wrong' },
      { key: 'stale', title: 'stale' },
      { key: 'removed', title: 'removed' },
      { key: 'selvesMissed', title: 'miss themselves' },
      { key: 'writesPerSecond', title: 'vectors written/s' },
      { key: 'consolidations', title: 'consolidations' },
    ],
  },
  'snapshot-save': { program: 'snapshot', table: 'save', columns: snapshotColumns('writeFile') },
  'snapshot-load': { program: 'snapshot', table: 'load', columns: snapshotColumns('readFile') },
  kernels: {
    program: 'kernels',
    table: 'kernels',
    columns: [
      { key: 'kernel', title: 'kernel' },
      { key: 'tier', title: 'tier' },
      { key: 'dimension', title: 'dimension' },
      { key: 'nanoseconds', title: 'ns (median)' },
      { key: 'deviation', title: 'relative deviation' },
    ],
  },
  ...COMPARE_TABLES,
  ...COLLECTION_TABLES,
  ...RELIABILITY_TABLES,
};

/** The names that are not simply one table of one report. */
const COMPUTED: Readonly<Record<string, (reports: Reports) => string>> = {
  'compare-method': methodText,
  'losses-summary': lossesSummary,
  losses: lossesTable,
  goals: verdictsTable,
};

/** Every name a document can ask for. */
export const TABLE_NAMES: readonly string[] = [...Object.keys(SOURCES), ...Object.keys(COMPUTED)];

/** @throws RangeError when no table has this name. */
export function renderTable(name: string, reports: Reports): string {
  const computed = COMPUTED[name];
  if (computed !== undefined) return computed(reports);
  const source = SOURCES[name];
  if (source === undefined) {
    throw new RangeError(`no table is called ${name}; there are ${TABLE_NAMES.join(', ')}`);
  }
  const report = reports.get(source.program);
  if (report === undefined) return `No result of \`${source.program}\` has been committed.`;
  const measured = report.tables[source.table];
  if (measured === undefined) {
    return `No result of \`${source.program}\` with this table has been committed.`;
  }
  const rows = source.rows?.(measured) ?? measured;
  if (rows.length === 0) return `None.\n\n${caption(report)}`;
  const all = typeof source.columns === 'function' ? source.columns(rows) : source.columns;
  // A column that no row knows belongs to another version of the program.
  const columns = all.filter(({ key }) => rows.some((row) => row[key] !== undefined));
  return `${markdownTable(columns, rows)}\n\n${caption(report)}`;
}

/** All it takes to repeat a table, in one small line. */
function caption(report: Report): string {
  const { data, machine, command, date } = report;
  const seed = report.parameters.seed ?? data.seed ?? null;
  const seeded = /\bseed\b/.test(data.description) || seed === null ? '' : `, seed ${seed}`;
  const versions = versionsLine(report);
  const parts = [
    `${data.description}${seeded}`,
    ...(versions === '' ? [] : [versions]),
    machineLine(machine),
    `\`${command}\`, ${date.slice(0, 10)}`,
  ];
  return `<sub>${parts.join('. ')}.</sub>`;
}

function snapshotColumns(baseline: string): Column[] {
  return [
    { key: 'name', title: 'operation' },
    { key: 'milliseconds', title: 'ms (median)' },
    ...range,
    { key: 'megabytesPerSecond', title: 'MB/s' },
    { key: `times ${baseline}`, title: `time over ${baseline}`, format: ratioText },
  ];
}
