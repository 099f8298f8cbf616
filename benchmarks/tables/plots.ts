/**
 * Which plots there are: one of recall and speed for each set of the newest search result, one of
 * the cost of growing, one of recall under churn. Their files lie in docs/plots and are generated
 * like the tables.
 */
import type { Report, Row } from '../harness/report.ts';
import { churnPanels } from './churn-plot.ts';
import { type Drawing, draw, drawPanels, type Line } from './draw.ts';

export interface PlotFile {
  /** Without folder and extension. */
  readonly name: string;
  readonly title: string;
  readonly svg: string;
}

type Reports = ReadonlyMap<string, Report>;

const MIN_RECALL = 0.8;
/** Above it there is one place: a thousand queries for ten nodes tell no more apart. */
const MAX_RECALL = 0.9999;
const MEMORY_TICKS = [128, 256, 512, 1024, 2048, 4096, 8192];
const RECALL_TICKS = [MIN_RECALL, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999, MAX_RECALL];

/** Every plot the results have rows for, in the order of the documents. */
export function plotFiles(reports: Reports): PlotFile[] {
  const drawings = [
    ...searchDrawings(reports),
    ...memoryDrawings(reports),
    ...growthDrawings(reports),
  ];
  const plots = drawings.map(([name, drawing]) => {
    return { name, title: drawing.title, svg: draw(drawing) };
  });
  const churn = churnPanels(reports.get('churn'));
  if (churn === undefined) return plots;
  return [...plots, { name: 'churn', title: churn.title, svg: drawPanels(churn) }];
}

/** The images whose names begin with `prefix`, as Markdown. */
export function plotImages(files: readonly PlotFile[], prefix: string, folder: string): string {
  const wanted = files.filter(({ name }) => name.startsWith(prefix));
  if (wanted.length === 0) return `No result of \`${prefix}\` with a plot has been committed.`;
  return wanted.map(({ name, title }) => `![${title}](${folder}/${name}.svg)`).join('\n\n');
}

function searchDrawings(reports: Reports): (readonly [string, Drawing])[] {
  const rows = (reports.get('search')?.tables.curve ?? []).filter(({ set }) => isText(set));
  return distinct(rows, 'set').map((set) => {
    const own = rows.filter((row) => row.set === set);
    const lines = distinct(own, 'name').map((name) => recallLine(own, name));
    const drawing: Drawing = {
      title: `${set}: speed and recall, one thread`,
      x: {
        label: 'recall@10, stretched towards 1',
        ticks: RECALL_TICKS.map((recall) => ({ at: stretched(recall), text: recallTick(recall) })),
      },
      y: { label: 'queries per second' },
      linearX: true,
      lines: lines.filter(({ points }) => points.length > 0),
    };
    return [`search-${slug(set)}`, drawing] as const;
  });
}

function recallLine(rows: readonly Row[], name: string): Line {
  const own = rows.filter((row) => row.name === name);
  const points = own
    .filter(({ recall }) => Number(recall) >= MIN_RECALL)
    .map(({ recall, queriesPerSecond }) => {
      return { x: stretched(Number(recall)), y: Number(queriesPerSecond) };
    });
  return { name, ours: own.every(({ peer }) => peer === false), points };
}

/** The same distance for every halving of what is missed. */
function stretched(recall: number): number {
  return -Math.log10(1 - Math.min(recall, MAX_RECALL));
}

function recallTick(recall: number): string {
  return recall === MAX_RECALL ? '1' : `${recall}`;
}

/** Memory against speed, where there is more than one way to keep vectors. */
function memoryDrawings(reports: Reports): (readonly [string, Drawing])[] {
  const report = reports.get('search');
  const curve = report?.tables.curve ?? [];
  const summary = (report?.tables.summary ?? []).filter((row) => Number(row.bytesPerVector) > 0);
  return distinct(summary, 'set').flatMap((set) => {
    const lines = summary
      .filter((row) => row.set === set)
      .map(({ name, bytesPerVector, at95 }): Line => {
        const own = curve.filter((row) => row.set === set && row.name === name);
        const points = at95 === null ? [] : [{ x: Number(bytesPerVector), y: Number(at95) }];
        return { name: String(name), ours: own.every(({ peer }) => peer === false), points };
      });
    const places = lines.filter(({ ours }) => ours).flatMap(({ points }) => points);
    if (new Set(places.map(({ x }) => Math.round(Math.log2(x)))).size < 2) return [];
    const drawing: Drawing = {
      title: `${set}: memory and speed at recall@10 0.95, one thread`,
      x: {
        label: 'bytes a vector, by its own account',
        ticks: MEMORY_TICKS.map((at) => ({ at, text: at.toLocaleString('en') })),
      },
      y: { label: 'queries per second' },
      lines: lines.filter(({ points }) => points.length > 0),
    };
    return [[`memory-${slug(set)}`, drawing] as const];
  });
}

function growthDrawings(reports: Reports): (readonly [string, Drawing])[] {
  const rows = reports.get('growth')?.tables.growth ?? [];
  if (rows.length === 0) return [];
  const lines = distinct(rows, 'asking').flatMap((asking) =>
    (['p50', 'p99'] as const).map((figure) => ({
      name: `${figure}, ${asking}`,
      ours: asking !== 'default',
      points: rows
        .filter((row) => row.asking === asking)
        .map((row) => ({ x: Number(row.count), y: Number(row[`${figure}Microseconds`]) }))
        .sort((a, b) => a.x - b.x),
    })),
  );
  const counts = [...new Set(rows.map(({ count }) => Number(count)))];
  const drawing: Drawing = {
    title: 'the time of a query as the index grows, one thread',
    x: { label: 'vectors', ticks: counts.map((at) => ({ at, text: countTick(at) })) },
    y: { label: 'microseconds' },
    lines,
  };
  return [['growth', drawing]];
}

function countTick(count: number): string {
  return count >= 1e6 ? `${count / 1e6}M` : `${count / 1e3}k`;
}

function distinct(rows: readonly Row[], key: string): string[] {
  return [...new Set(rows.map((row) => String(row[key])))];
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function slug(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '');
}
