/**
 * Puts tables, plots and figures into the documents, between `<!-- table:NAME -->` and
 * `<!-- /table -->`, `<!-- plots:PREFIX -->` and `<!-- /plots -->`, and inside a line between
 * `<!-- figure:NAME -->` and `<!-- /figure -->`. What stands between the markers is replaced, so
 * running it twice changes nothing. The files of the plots are replaced with them.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { renderFigure } from './figures.ts';
import { type PlotFile, plotFiles, plotImages } from './plots.ts';
import { type Reports, renderTable } from './render.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const PLOT_FOLDER = join(ROOT, 'docs', 'plots');

/** A page that is read as a whole has a caption once; elsewhere single tables are looked up. */
interface TableDocument {
  /** From the root of the workspace; a missing document is passed over. */
  readonly path: string;
  readonly captions: 'once' | 'each';
}

const DOCUMENTS: readonly TableDocument[] = [
  { path: 'README.md', captions: 'once' },
  { path: 'docs/benchmarks.md', captions: 'each' },
];

const OPENING = /<!-- (?:table|plots|figure):([a-z0-9-]+) -->/g;
const CAPTION = /\n\n<sub>.*<\/sub>$/;
const BLOCK = /<!-- (table|plots|figure):([a-z0-9-]+) -->[\s\S]*?<!-- \/\1 -->/g;

export interface DocumentUpdate {
  readonly path: string;
  /** Undefined where there is no such file yet. */
  readonly current: string | undefined;
  /** Undefined where the file belongs to no result any more. */
  readonly updated: string | undefined;
}

/** Every document and plot as it is and as it should be. */
export function documentUpdates(reports: Reports): DocumentUpdate[] {
  const plots = plotFiles(reports);
  const documents = DOCUMENTS.map((document) => ({ ...document, path: join(ROOT, document.path) }))
    .filter(({ path }) => existsSync(path))
    .map(({ path, captions }) => {
      const current = readFileSync(path, 'utf8');
      const folder = relative(dirname(path), PLOT_FOLDER).replaceAll(sep, '/');
      return { path, current, updated: withTables(current, reports, { plots, folder, captions }) };
    });
  return [...documents, ...plotUpdates(plots)];
}

function plotUpdates(plots: readonly PlotFile[]): DocumentUpdate[] {
  const present = existsSync(PLOT_FOLDER)
    ? readdirSync(PLOT_FOLDER).filter((file) => file.endsWith('.svg'))
    : [];
  const wanted = new Map(plots.map(({ name, svg }) => [`${name}.svg`, svg]));
  return [...new Set([...present, ...wanted.keys()])].map((file) => {
    const path = join(PLOT_FOLDER, file);
    const current = present.includes(file) ? readFileSync(path, 'utf8') : undefined;
    return { path, current, updated: wanted.get(file) };
  });
}

/** The plots there are, and the folder of their files as the document sees it. */
export interface Embedded {
  readonly plots: readonly PlotFile[];
  readonly folder: string;
  readonly captions?: TableDocument['captions'];
}

/** @throws when a marker names no table, or is not closed before the next one opens. */
export function withTables(
  text: string,
  reports: Reports,
  { plots, folder, captions = 'each' }: Embedded = { plots: [], folder: '.' },
): string {
  const opened = text.match(OPENING)?.length ?? 0;
  const blocks = text.match(BLOCK) ?? [];
  const nested = blocks.find((block) => (block.match(OPENING)?.length ?? 0) > 1);
  if (blocks.length !== opened || nested !== undefined) {
    throw new Error(`${opened} table markers but not as many closed ones: <!-- /table -->`);
  }
  const seen = new Set<string>();
  const tableOf = (name: string) => {
    const table = renderTable(name, reports);
    const caption = CAPTION.exec(table)?.[0] ?? '';
    if (captions === 'once' && seen.has(caption)) return table.slice(0, -caption.length);
    if (caption !== '') seen.add(caption);
    return table;
  };
  return text.replace(BLOCK, (_, kind: string, name: string) => {
    if (kind === 'figure') {
      return `<!-- figure:${name} -->${renderFigure(name, reports)}<!-- /figure -->`;
    }
    const content = kind === 'table' ? tableOf(name) : plotImages(plots, name, folder);
    return `<!-- ${kind}:${name} -->\n\n${content}\n\n<!-- /${kind} -->`;
  });
}
