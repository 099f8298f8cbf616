/**
 * Figures inside sentences. A figure brings the words around it, as they hold for what was
 * measured: nobody has to look after a sentence when a result changes.
 */
import type { Report, Row } from '../harness/report.ts';
import { peersOf, RECALL, shareText } from './compare.ts';
import { isLost, usualContests } from './losses.ts';
import { plain, recallText } from './markdown.ts';
import { distinct, OURS, rowWhere } from './rows.ts';

type Reports = ReadonlyMap<string, Report>;
type Figure = (reports: Reports) => string | undefined;

const MISSING = '(no result yet)';
const YARDSTICK = 'hnswlib-node';

const FIGURES: Readonly<Record<string, Figure>> = {
  build: (reports) => {
    const builds = reports.get('compare')?.tables.builds ?? [];
    const set = distinct(builds, 'set')[0] ?? null;
    const row = rowWhere(builds, { set, name: OURS, threads: 1 });
    if (row === undefined) return undefined;
    const peer = rowWhere(builds, { set, name: YARDSTICK, threads: 1 });
    const rate = `${text(row, 'vectorsPerSecond')} vectors a second on one thread (${set})`;
    if (peer === undefined) return rate;
    const recalls = `recall@10 ${recall(row, 'recall')} and ${recall(peer, 'recall')}`;
    return `${rate}, ${times(row, 'over')} ${YARDSTICK}, with ${recalls}`;
  },
  search: (reports) => {
    const ratios = reports.get('compare')?.tables.ratios ?? [];
    const set = distinct(ratios, 'set')[0] ?? null;
    const row = rowWhere(ratios, { set, recall: RECALL });
    if (row === undefined) return undefined;
    const speed = `${text(row, 'queriesPerSecond')} queries a second on one thread`;
    const peers = peersOf([row]).filter((name) => typeof row[name] === 'number');
    const [fastest] = peers.sort((a, b) => Number(row[a]) - Number(row[b]));
    const over = [
      ...(peers.includes(YARDSTICK) ? [`${times(row, YARDSTICK)} ${YARDSTICK}`] : []),
      ...(fastest === undefined || fastest === YARDSTICK
        ? []
        : [`${times(row, fastest)} the fastest other library (${fastest})`]),
    ];
    return [`${speed} at recall@10 ${RECALL} (${set})`, ...over].join(', ');
  },
  churn: (reports) => {
    const churn = reports.get('compare')?.tables.churn ?? [];
    const ours = rowWhere(churn, { name: OURS });
    if (ours === undefined) return undefined;
    const share = shareText(ours.replaced ?? null);
    const rounds = `${text(ours, 'rounds')} rounds that replace ${share}`;
    const both = (row: Row) =>
      `${recall(row, 'recallAfter')} (built anew ${recall(row, 'recallFresh')})`;
    const peer = rowWhere(churn, { name: YARDSTICK });
    const theirs = peer === undefined ? '' : `; ${YARDSTICK}: ${both(peer)}`;
    const found = `recall@10 after ${rounds} each: ${both(ours)}${theirs}`;
    if (typeof ours.searchTimeRatio !== 'number') return found;
    return `${found}. A search then takes ${times(ours, 'searchTimeRatio')} what it takes anew`;
  },
  install: (reports) => {
    const row = rowWhere(reports.get('compare')?.tables.peers ?? [], { name: OURS });
    if (row === undefined || (row.installSeconds ?? null) === null) return undefined;
    const size = `${text(row, 'installMegabytes')} MB with all dependencies`;
    const { installScripts } = row;
    const scripts = installScripts === '' ? 'and no install script' : `scripts: ${installScripts}`;
    return `Installed in ${text(row, 'installSeconds')} s: ${size}, ${scripts}`;
  },
  survival: (reports) => {
    const tables = reports.get('reliability')?.tables;
    if (tables === undefined) return undefined;
    const sum = (table: string, key: string) =>
      (tables[table] ?? []).reduce((total, row) => total + Number(row[key] ?? 0), 0);
    const failures = ['kills', 'power cuts', 'failed calls', 'changed bytes']
      .map((table) => sum(table, 'failures'))
      .reduce((a, b) => a + b, 0);
    return [
      `${plain(sum('kills', 'processes killed'))} killed processes`,
      `${plain(sum('power cuts', 'power cuts'))} simulated power cuts`,
      `${plain(sum('failed calls', 'calls failed'))} failed calls of the file system and ` +
        `${plain(sum('changed bytes', 'changes'))} changed bytes: ${failures} failures`,
    ].join(', ');
  },
  documents: (reports) => {
    const rows = reports.get('collections')?.tables.documents ?? [];
    const ours = rowWhere(rows, { name: OURS });
    if (ours === undefined) return undefined;
    // After a comma stands how a peer was asked besides the way that is compared.
    const peers = rows.filter(({ name, ratio }) => {
      return typeof ratio === 'number' && !String(name).includes(',');
    });
    const found = (row: Row) => {
      return typeof row.recall === 'number' ? ` (recall@10 ${recall(row, 'recall')})` : '';
    };
    const over = peers.map((row) => `${text(row, 'ratio')} times ${row.name}${found(row)}`);
    const speed = `${text(ours, 'documentsPerSecond')} documents a second`;
    const rate = `${speed} into a folder${found(ours)}`;
    return [rate, ...over].join(', ');
  },
  losses: (reports) => {
    const contests = usualContests(reports);
    if (contests.length === 0) return undefined;
    const won = contests.filter((contest) => !isLost(contest)).length;
    return `nigh with its defaults wins ${plain(won)} of ${plain(contests.length)} comparisons`;
  },
};

/** Every figure a sentence can ask for. */
export const FIGURE_NAMES: readonly string[] = Object.keys(FIGURES);

/** @throws RangeError when no figure has this name. */
export function renderFigure(name: string, reports: Reports): string {
  const figure = FIGURES[name];
  if (figure === undefined) {
    throw new RangeError(`no figure is called ${name}; there are ${FIGURE_NAMES.join(', ')}`);
  }
  return figure(reports) ?? MISSING;
}

function text(row: Row, key: string): string {
  return plain(row[key] ?? null);
}

/** Three digits are enough of a ratio inside a sentence. */
function times(row: Row, key: string): string {
  const ratio = Number(Number(row[key] ?? 0).toPrecision(3));
  return `${plain(ratio)} times`;
}

function recall(row: Row, key: string): string {
  return recallText(row[key] ?? null);
}
