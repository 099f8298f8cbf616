/**
 * Which plots there are: those of the newest comparison, one of the cost of growing, one of recall
 * under churn. Their files lie in docs/plots and are generated like the tables.
 */
import type { Report } from '../harness/report.ts';
import { churnPanels } from './churn-plot.ts';
import { buildCharts, memoryDrawings, overviewChart, searchDrawings } from './compare-plots.ts';
import { type Drawing, draw, drawPanels } from './draw.ts';
import { drawBars } from './draw-bars.ts';
import { distinct } from './rows.ts';

export interface PlotFile {
  /** Without folder and extension. */
  readonly name: string;
  readonly title: string;
  readonly svg: string;
}

type Reports = ReadonlyMap<string, Report>;

/** Every plot the results have rows for, in the order of the documents. */
export function plotFiles(reports: Reports): PlotFile[] {
  const compared = reports.get('compare');
  const charts = [...overviewChart(compared), ...buildCharts(compared)];
  const drawings = [
    ...searchDrawings(compared),
    ...memoryDrawings(compared),
    ...growthDrawings(reports),
  ];
  const plots = [
    ...charts.map(([name, chart]) => ({ name, title: chart.title, svg: drawBars(chart) })),
    ...drawings.map(([name, drawing]) => ({ name, title: drawing.title, svg: draw(drawing) })),
  ];
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
