/**
 * Figures inside sentences. A figure brings the words around it, as they hold for what was measured:
 * nobody has to look after a sentence when a result changes.
 */
import type { Report, Row } from '../harness/report.ts';
import { goalIsMet } from '../harness/report.ts';
import { peersOf, RECALL, shareText } from './compare.ts';
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
    const rate = `${text(row, 'vectorsPerSecond')} vectors a second on one thread`;
    if (peer === undefined) return rate;
    const recalls = `${recall(row, 'recall')} and ${recall(peer, 'recall')}`;
    return `${rate}, ${text(row, 'over')} times the rate of ${YARDSTICK}, with recall@10 ${recalls}`;
  },
  search: (reports) => {
    const ratios = reports.get('compare')?.tables.ratios ?? [];
    const row = rowWhere(ratios, { set: distinct(ratios, 'set')[0] ?? null, recall: RECALL });
    if (row === undefined) return undefined;
    const speed = `${text(row, 'queriesPerSecond')} queries a second at recall@10 ${RECALL}`;
    const peers = peersOf([row]).filter((name) => typeof row[name] === 'number');
    const [fastest] = peers.sort((a, b) => Number(row[a]) - Number(row[b]));
    const over = [
      ...(peers.includes(YARDSTICK) ? [`${text(row, YARDSTICK)} times ${YARDSTICK}`] : []),
      ...(fastest === undefined || fastest === YARDSTICK
        ? []
        : [`${text(row, fastest)} times ${fastest}, the fastest of the others`]),
    ];
    return [speed, ...over].join(', ');
  },
  churn: (reports) => {
    const churn = reports.get('compare')?.tables.churn ?? [];
    const ours = rowWhere(churn, { name: OURS });
    if (ours === undefined) return undefined;
    const share = shareText(ours.replaced ?? null);
    const after = `after ${text(ours, 'rounds')} rounds in which ${share} are replaced`;
    const peer = rowWhere(churn, { name: YARDSTICK });
    const both = (row: Row) => `${recall(row, 'recallAfter')} (${recall(row, 'recallFresh')})`;
    const theirs = peer === undefined ? '' : `, that of ${YARDSTICK} ${both(peer)}`;
    return `${after}, recall@10 is ${both(ours)}${theirs}; in brackets built anew`;
  },
  install: (reports) => {
    const row = rowWhere(reports.get('compare')?.tables.peers ?? [], { name: OURS });
    if (row === undefined || (row.installSeconds ?? null) === null) return undefined;
    const { installScripts } = row;
    const scripts = installScripts === null || installScripts === '' || installScripts === 0;
    const size = `${text(row, 'installMegabytes')} MB, with its dependencies`;
    return (
      `${text(row, 'installSeconds')} s and ${size}, ` +
      (scripts ? 'and no install script' : `install scripts: ${installScripts}`)
    );
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
      `${plain(sum('power cuts', 'power cuts'))} power cuts`,
      `${plain(sum('failed calls', 'calls failed'))} failed calls of the file system and ` +
        `${plain(sum('changed bytes', 'changes'))} changed bytes: ${failures} failures`,
    ].join(', ');
  },
  documents: (reports) => {
    const rows = reports.get('collections')?.tables.documents ?? [];
    const ours = rowWhere(rows, { name: OURS });
    if (ours === undefined) return undefined;
    const peers = rows.filter((row) => typeof row.ratio === 'number');
    const over = peers.map((row) => `${text(row, 'ratio')} times ${row.name}`);
    const rate = `${text(ours, 'documentsPerSecond')} documents a second into a folder`;
    return [rate, ...over].join(', ');
  },
  losses: (reports) => {
    if (reports.size === 0) return undefined;
    const all = [...reports.values()];
    const lost = all.flatMap(({ comparisons }) => comparisons.filter(({ ratio }) => ratio < 1));
    const count = all.reduce((total, { comparisons }) => total + comparisons.length, 0);
    const goals = all.flatMap((report) => report.goals);
    const missed = goals.filter((goal) => !goalIsMet(goal)).length;
    const wins = `${lost.length} of ${plain(count)} comparisons`;
    return `peers win ${wins}, and ${missed} of ${plain(goals.length)} goals were missed`;
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

function recall(row: Row, key: string): string {
  return recallText(row[key] ?? null);
}
