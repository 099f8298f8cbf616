/**
 * The tables of the comparison with other libraries. Wide ones are turned round, so that every
 * contestant is one row: who looks one library up reads one line.
 */
import type { Cell, Report, Row } from '../harness/report.ts';
import { type Column, columns, plain, ratioText, recallText } from './markdown.ts';
import type { TableSource } from './render.ts';
import { distinct, OURS, rowWhere } from './rows.ts';

const program = 'compare';
/** The recall of the short tables. */
export const RECALL = 0.95;
/** Folders of one machine, in the words of somebody else's error. */
const PATHS = /(?<![\w.:/])(?:\/[\w.@-]+){2,}/g;

/** Where a topic begins in a text, and what it is called: "Damaged files: ...". */
const TOPIC = /(?<=\.) (?=[A-Z][a-z]+(?: [a-z]+)?: )/;
const TOPIC_NAME = /^([A-Z][a-z]+(?: [a-z]+)?):/;

const data: Column = { key: 'set', title: 'data' };
const name: Column = { key: 'name', title: 'library' };
const recall: Column = { key: 'recall', title: 'recall@10', format: recallText };
const reason = (title: string, key: string): Column => {
  return { key, title, format: (value) => plain(value).replaceAll(PATHS, '…') };
};

export const COMPARE_TABLES: Readonly<Record<string, TableSource>> = {
  'compare-search': { program, table: 'ratios', rows: ratiosByPeer, columns: setColumns },
  'compare-index': {
    program,
    table: 'builds',
    rows: indexRows,
    columns: (rows) => [
      ...namesUnder(rows),
      { key: 'vectorsPerSecond', title: 'built, vectors/s' },
      { key: 'twoThreads', title: 'on two threads' },
      { key: 'over', title: 'over hnswlib-node', format: ratioText },
      { ...recall, title: 'recall@10 at efSearch 64' },
      { key: 'rssMegabytes', title: 'memory, MB' },
      { key: 'fileMegabytes', title: 'file, MB' },
      { key: 'loadMilliseconds', title: 'loaded in ms' },
    ],
  },
  'compare-filters': {
    program,
    table: 'filtered',
    rows: filterRows,
    columns: (rows) => [...namesUnder(rows), { key: 'how', title: 'by' }, ...keysFrom(rows, 3)],
  },
  'compare-churn': {
    program,
    table: 'churn',
    columns: [
      name,
      { key: 'rounds', title: 'rounds' },
      { key: 'replaced', title: 'replaced in each', format: shareText },
      { ...recall, key: 'recallBefore', title: 'recall@10 before' },
      { ...recall, key: 'recallAfter', title: 'after' },
      { ...recall, key: 'recallFresh', title: 'built anew' },
      { key: 'searchTimeRatio', title: 'time of a search over anew', format: ratioText },
      { key: 'residentRatio', title: 'memory over anew', format: ratioText },
      { key: 'failedCalls', title: 'failed calls' },
      { key: 'how', title: 'by' },
    ],
  },
  'compare-damage': {
    program,
    table: 'truncated',
    rows: damageRows,
    columns: (rows) => [name, ...keysFrom(rows, 1)],
  },
  'compare-install': {
    program,
    table: 'peers',
    rows: packageRows,
    columns: [
      { key: 'package', title: 'package' },
      { key: 'version', title: 'version' },
      { key: 'installSeconds', title: 'installed in s' },
      { key: 'installMegabytes', title: 'on the disk, MB' },
      { key: 'installScripts', title: 'install scripts', format: noneText },
      { ...reason('loads', 'loads'), format: (value) => yesText(value).replaceAll(PATHS, '…') },
    ],
  },
  'compare-ratios': {
    program,
    table: 'ratios',
    columns: (rows) => [
      data,
      { key: 'recall', title: 'recall@10' },
      { key: 'queriesPerSecond', title: 'nigh, queries/s' },
      ...peersOf(rows).map((key) => ({ key, title: `over ${key}`, format: ratioText })),
    ],
  },
  'compare-summary': {
    program,
    table: 'summary',
    columns: [
      data,
      name,
      ...[95, 99].flatMap((at) => [
        { key: `at${at}`, title: `queries/s at recall@10 0.${at}` },
        { key: `p50At${at}`, title: 'p50, µs' },
        { key: `p99At${at}`, title: 'p99, µs' },
      ]),
      { key: 'firstEfSearch', title: 'first efSearch to reach 0.99' },
      { ...recall, key: 'firstRecall', title: 'its recall@10' },
      { key: 'bytesPerVector', title: 'bytes per vector, by its own account' },
    ],
  },
  'compare-builds': {
    program,
    table: 'builds',
    columns: [
      data,
      name,
      ...columns('threads', 'seconds'),
      { key: 'vectorsPerSecond', title: 'vectors/s' },
      { key: 'over', title: 'over hnswlib-node', format: ratioText },
      { ...recall, title: 'recall@10 at efSearch 64' },
    ],
  },
  'compare-memory': {
    program,
    table: 'builds',
    rows: (rows) => rows.filter(({ threads }) => threads === 1),
    columns: [
      data,
      name,
      { key: 'rssMegabytes', title: 'resident memory, MB' },
      { key: 'fileMegabytes', title: 'file, MB' },
      { key: 'saveMilliseconds', title: 'saved in ms' },
      { key: 'loadMilliseconds', title: 'loaded in ms' },
    ],
  },
  'compare-peers': {
    program,
    table: 'peers',
    columns: [
      name,
      ...columns('package', 'version', 'precision'),
      { key: 'parameter', title: 'its efSearch' },
      { key: 'buildThreads', title: 'threads of a build' },
      { key: 'note', title: 'how it is called' },
    ],
  },
  'compare-truncated': {
    program,
    table: 'truncated',
    columns: [
      name,
      { key: 'cut', title: 'file' },
      ...columns('outcome'),
      reason('in its words', 'detail'),
    ],
  },
  'compare-failures': {
    program,
    table: 'failures',
    columns: [name, reason('why it is missing', 'reason')],
  },
};

/** Who took part and in which version, for captions; a package counts once. */
export function versionsLine(report: Report): string {
  const rows = packageRows(report.tables.peers ?? []);
  // Ours is the commit that the machine's line names.
  const others = rows.filter(({ name, version }) => name !== OURS && (version ?? null) !== null);
  return others.map((row) => `${row.package} ${row.version}`).join(', ');
}

/** How the comparison was taken, in its own words; what is said of single peers has a table. */
export function methodText(reports: ReadonlyMap<string, Report>): string {
  const report = reports.get(program);
  if (report === undefined) return `No result of \`${program}\` has been committed.`;
  const names = distinct(report.tables.peers ?? [], 'name');
  const lines = report.method.filter((line) => !names.some((name) => line.startsWith(`${name} `)));
  const topics = lines.join(' ').split(TOPIC);
  return topics.map((text) => `- ${text.replace(TOPIC_NAME, '**$1:**')}`).join('\n');
}

/** The fields of rows of ratios that are not names of peers. */
const ABOUT_US: ReadonlySet<string> = new Set(['set', 'recall', 'queriesPerSecond']);

/** The peers that rows of ratios have a column for. */
export function peersOf(ratios: readonly Row[]): string[] {
  const keys = new Set(ratios.flatMap((row) => Object.keys(row)));
  return [...keys].filter((key) => !ABOUT_US.has(key));
}

/** Columns that are called what their keys are, of all keys of the first row from one on. */
function keysFrom(rows: readonly Row[], first: number): Column[] {
  return columns(...Object.keys(rows[0] ?? {}).slice(first));
}

/** Names, below the one set that the rows are of, or beside the several. */
function namesUnder(rows: readonly Row[]): Column[] {
  const [set, another] = distinct(rows, 'set');
  return set === undefined || another !== undefined ? [data, name] : [{ ...name, title: set }];
}

function setColumns(rows: readonly Row[]): Column[] {
  return [{ key: 'name', title: `at recall@10 ${RECALL}` }, ...keysFrom(rows, 1)];
}

/** Our speed in the first row, then one row for each peer: how many times its speed ours is. */
function ratiosByPeer(rows: readonly Row[]): Row[] {
  const own = rows.filter((row) => row.recall === RECALL);
  const row = (title: string, key: string, text: (value: Cell) => string): Row => ({
    name: title,
    ...Object.fromEntries(own.map((one) => [String(one.set), text(one[key] ?? null)])),
  });
  return [
    row('nigh, queries/s', 'queriesPerSecond', plain),
    ...peersOf(own).map((peer) => row(`over ${peer}`, peer, lossText)),
  ];
}

/** A ratio that is no win stands out. */
function lossText(value: Cell): string {
  return typeof value === 'number' && value < 1 ? `**${ratioText(value)}**` : ratioText(value);
}

/** The first set: one row for each contestant, both thread counts in it. */
function indexRows(rows: readonly Row[]): Row[] {
  const [set] = distinct(rows, 'set');
  const own = rows.filter((row) => row.set === set);
  return own
    .filter(({ threads }) => threads === 1)
    .map((row) => {
      const two = rowWhere(own, { name: row.name ?? null, threads: 2 });
      return { ...row, twoThreads: two?.vectorsPerSecond ?? null };
    });
}

/** One row for each set, contestant and way: speed and recall for every share. */
function filterRows(rows: readonly Row[]): Row[] {
  const shares = distinct(rows, 'share');
  const found = new Map<string, Row>();
  for (const { set, name, how, share, recall, queriesPerSecond } of rows) {
    const key = [set, name, how].join('\n');
    const empty = shares.map((each) => [shareTitle(each), null] as const);
    const known = found.get(key) ?? {
      ...{ set: set ?? null, name: name ?? null, how: how ?? null },
      ...Object.fromEntries(empty),
    };
    const speed = `${plain(queriesPerSecond ?? null)} at ${recallText(recall ?? null)}`;
    found.set(key, { ...known, [shareTitle(String(share))]: speed });
  }
  return [...found.values()];
}

function shareTitle(share: string): string {
  return `${shareText(Number(share))} pass`;
}

export function shareText(share: Cell): string {
  return `${plain(100 * Number(share))} %`;
}

/** What became of every damaged file; those whose files all became the same share a row. */
function damageRows(rows: readonly Row[]): Row[] {
  const cuts = distinct(rows, 'cut');
  const found = new Map<string, Row>();
  for (const name of distinct(rows, 'name')) {
    const outcomes = cuts.map((cut) => rowWhere(rows, { name, cut })?.outcome ?? null);
    const key = JSON.stringify(outcomes);
    const names = [found.get(key)?.name ?? [], name].flat().join(', ');
    found.set(key, {
      name: names,
      ...Object.fromEntries(cuts.map((cut, i) => [cut, outcomes[i] ?? null])),
    });
  }
  return [...found.values()];
}

/** The first contestant of every package; a loop of our own comes with Node. */
function packageRows(rows: readonly Row[]): Row[] {
  const installed = rows.filter(({ version }) => !String(version).startsWith('node '));
  return distinct(installed, 'package').map(
    (name) => rowWhere(installed, { package: name }) as Row,
  );
}

function noneText(value: Cell): string {
  return value === '' ? 'none' : plain(value);
}

function yesText(value: Cell): string {
  return value === true ? 'yes' : plain(value);
}
